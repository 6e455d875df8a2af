"""Replica: one node as it runs, with Raft core, storage, state machine and who waits for it.

The driver's duties are here and nowhere else. :meth:`Replica.settle` does all that the core asks
for at once; the simulator does the same piece by piece through :meth:`write`, :meth:`sync`,
:meth:`apply` and so on, so that a crash can fall between any two. What always holds:

1. A message of ``Persist.release`` leaves only after what it says is durable.
2. A failed sync ends the life: nobody knows what is durable after it, so it is not tried again.
3. Who waits for an entry hears ``"ok"`` only if *that* entry, index and term, was applied here;
   ``"lost"`` only if another one has taken its place; ``"unknown"`` if the node cannot know.
4. A life is an incarnation. What was asked for in one is never carried out in the next.
5. An entry that cannot be applied for a reason that may be the machine's ends the life: it counts
   neither as done nor as refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from igniter_nb.consensus.state_machine.machine import Machine
from igniter_nb.consensus.state_machine.reducers import NodeFailedError, not_applied
from igniter_nb.errors import LogCorruptedError
from igniter_nb.raft import EntryKind, Persist, Raft, Restored, Snapshot
from igniter_nb.text import said

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container

    from igniter_nb.consensus.storage import Storage
    from igniter_nb.raft import (
        Config,
        Configuration,
        Entry,
        Message,
        NodeId,
        ReadState,
        Ready,
        Ticket,
    )

__all__ = ["FAILURES", "Answer", "Kept", "Replica", "Waiter", "why_ended"]

FAILURES = (NodeFailedError, LogCorruptedError, OSError, MemoryError)
"""Errors that can depend on the machine: they end the life of the node, and of no other."""


def why_ended(failure: BaseException) -> str:
    """Say of a node what ended its life, as a clause."""
    if isinstance(failure, NodeFailedError):
        return failure.message
    if isinstance(failure, LogCorruptedError):
        return f"it could not take a snapshot over: {failure.message}"
    if isinstance(failure, MemoryError):
        return f"its memory is spent: {said(failure)}"
    return f"its disk failed: {failure}"


class Answer(NamedTuple):
    """What came of a proposal or a read.

    Attributes:
        status: ``"ok"``: it was applied, or may be read now; ``"lost"``: it will never be applied;
            ``"unknown"``: the node cannot know; ``"refused"``: a read that is never answered.
        index: of the entry; of a read, what it has seen at least.
        term: of the entry; of a read, the node's term.
        outcome: what the state machine said to the command, None for a read.
    """

    status: Literal["ok", "lost", "unknown", "refused"]
    index: int = 0  # type: ignore[assignment]  # the paper's word, not tuple.index
    term: int = 0
    outcome: Any = None


Waiter = "Callable[[Answer, Replica], None]"
"""Hears once what came of what it asked for, and from which node, whose machine it may look at."""


class Kept(NamedTuple):
    """What a storage was given, or is known to keep.

    Attributes:
        term: the term.
        vote: the vote in it.
        last_index: the last entry, or the last one that the snapshot covers.
    """

    term: int
    vote: NodeId | None
    last_index: int


class Replica:
    """One node of a cluster, through all its lives.

    Args:
        config: options of the core.
        storage: what survives a life.
        jitter: what the core draws election timeouts from.

    Attributes:
        core: the Raft core of this life, kept after its end to look at.
        machine: the state machine of this life.
        incarnation: number of the life, from 1; 0 before the first.
        alive: whether there is a life.
        paused: whether it is stopped for a while, as by SIGSTOP.
        rests: whether its last life ended with its cluster: it is down, and did not crash.
        restored: what the storage had kept when this life began.
        snapshot_every: applied entries after which the log is compacted; 0 for never.
        inbox: messages that have arrived and were not stepped yet.
        watched: whether someone looks at ``synced``, which costs a little.
        written: what the storage was given last, if it is watched.
        synced: what it is known to keep in a crash, if it is watched.
        failure: what ended the last life, if it was not asked for.
        skipped: indexes of entries that are passed over, the same for all nodes.
        reached: highest index that was applied in earlier lives.
    """

    def __init__(  # noqa: PLR0913 - all but three are named
        self,
        config: Config,
        storage: Storage,
        jitter: Callable[[int], int],
        *,
        machine: Any,
        send: Callable[[Message], None],
        snapshot_every: int = 0,
        bootstrap: Configuration | None = None,
        skipped: Container[int] = (),
    ) -> None:
        self.config = config
        self.node_id: NodeId = config.node_id
        self.storage = storage
        self.jitter = jitter
        self.kind = machine
        self.send = send
        self.snapshot_every = snapshot_every
        self.bootstrap = bootstrap
        self.skipped = skipped
        self.reached = 0
        self.incarnation = 0
        self.alive = False
        self.paused = self.rests = False
        self.failure: BaseException | None = None
        self.inbox: list[Message] = []
        self.watched = False
        self.written = self.synced = Kept(0, None, 0)
        self._proposals: dict[int, list[tuple[int, Any]]] = {}
        self._reads: dict[int, Any] = {}

    # -- lives

    def look_blank(self) -> None:
        """Have something to look at, for a node that could not begin its first life."""
        self.core = Raft(self.config, Restored(), self.jitter)
        self.machine = Machine(self.kind, skipped=self.skipped)

    def start(self) -> None:
        """Begin a life from what the storage kept.

        Raises:
            LogCorruptedError: the storage is damaged where a crash cannot have done it.
            OSError: the storage cannot be read or written.
        """
        assert not self.alive, f"{self.node_id} is alive"
        restored = self.storage.load()
        if self.bootstrap is not None and self.storage.empty:
            first = Snapshot(configuration=self.bootstrap)
            self.storage.write(Persist(0, None, first, (), sync=True, release=()))
            self.storage.sync()
            restored = restored._replace(snapshot=first)
        self.core = Raft(self.config, restored, self.jitter, incarnation=self.incarnation + 1)
        self.machine = Machine(self.kind, skipped=self.skipped)
        if restored.snapshot.data:
            self.machine.restore(restored.snapshot.data)
        self.restored = restored
        last = restored.entries[-1] if restored.entries else restored.snapshot
        self.written = self.synced = Kept(*restored.hard_state[:2], last.index)
        self.incarnation += 1
        self.alive = True
        self.paused = self.rests = False
        self.failure = None
        self.inbox.clear()

    def stop(self, failure: BaseException | None = None) -> None:
        """End the life; who waits hears that the outcome is not known."""
        self.alive = False
        self.paused = False
        self.reached = max(self.reached, self.machine.applied)
        self.failure = failure
        self.inbox.clear()
        proposals, self._proposals = self._proposals, {}
        reads, self._reads = self._reads, {}
        for index, waiting in proposals.items():
            for term, waiter in waiting:
                waiter(Answer("unknown", index, term), self)
        for waiter in reads.values():
            waiter(Answer("refused"), self)

    # -- inputs

    def propose(
        self,
        data: bytes,
        waiter: Any = None,
        *,
        ticket: Ticket | None = None,
        kind: EntryKind = EntryKind.COMMAND,
    ) -> Entry:
        """Give a command to the leader.

        Returns:
            The entry that will hold it, if it is ever committed.

        Raises:
            ProposalRefusedError: this node is not the leader, or takes nothing now.
        """
        entry = self.core.propose(data, ticket=ticket, kind=kind)
        if waiter is not None:
            self.wait_for(entry, waiter)
        return entry

    def wait_for(self, entry: Entry, waiter: Any) -> None:
        """Let someone hear what comes of an entry."""
        self._proposals.setdefault(entry.index, []).append((entry.term, waiter))

    def forget(self, index: int, waiter: Any) -> None:
        """Let someone hear nothing of an entry, if it is not decided yet."""
        waiting = self._proposals.pop(index, ())
        if left := [each for each in waiting if each[1] is not waiter]:
            self._proposals[index] = left

    def read(self, waiter: Any, *, lease: bool = False) -> int:
        """Ask for the moment when this node may be read; return the number of the question."""
        number = self.core.read(lease=lease)
        self._reads[number] = waiter
        return number

    def awaits(self, number: int) -> bool:
        """Say whether a question was neither answered nor refused yet."""
        return number in self._reads

    def forget_reads(self, numbers: Collection[int]) -> None:
        """Answer some questions no more, by their numbers."""
        for number in numbers:
            self._reads.pop(number, None)
        self.core.forget_reads(numbers)

    # -- everything at once

    def settle(self) -> None:
        """Step what has arrived, then do all that the core asks for.

        Raises:
            OSError: a sync failed; the life must end (see :meth:`stop`), as it must for all that
                can depend on the machine: see ``FAILURES``.
        """
        core = self.core
        if self.inbox:
            step = core.step
            for message in self.inbox:
                step(message)
            self.inbox.clear()
        while (ready := core.ready()) is not None:
            self.carry_out(ready)

    def carry_out(self, ready: Ready) -> None:
        """Do all that is asked for, in the order that it is asked for."""
        send = self.send
        for message in ready.send:
            send(message)
        persist = ready.persist
        if persist is not None:
            if self.watched:
                self.write(persist)
            else:
                self.storage.write(persist)
            if persist.sync:
                self.sync()
            self.core.persisted(persist.number)
            for message in persist.release:
                send(message)
        if ready.restore is not None:
            self.restore(ready.restore)
        if ready.apply:
            self.apply(ready.apply)
        for read in ready.reads:
            self.answer(read)
        for number in ready.refused_reads:
            self.refuse(number)

    # -- piece by piece

    def write(self, persist: Persist) -> None:
        """Hand what must be kept to the storage; a crash may still lose it."""
        self.storage.write(persist)
        if not self.watched:
            return
        _, state, snapshot, entries, _, _ = persist
        if state is not None or snapshot is not None or entries:
            term, vote, last = self.written
            if state is not None:
                term, vote, _ = state
            if snapshot is not None:
                last = max(last, snapshot.index)
            if entries:
                last = entries[-1].index
            self.written = Kept(term, vote, last)

    def sync(self) -> None:
        """Make everything written durable.

        Raises:
            OSError: it is not known what is durable; the life must end.
        """
        written = self.written
        self.storage.sync()
        self.synced = written

    def durable(self, persist: Persist) -> None:
        """Tell the core; only now the messages of the step may leave."""
        self.core.persisted(persist.number)

    def restore(self, snapshot: Snapshot) -> None:
        """Replace the state by a snapshot; who waits for an entry in it cannot know more."""
        self.machine.restore(snapshot.data)
        self.core.applied(snapshot.index)
        for index in [index for index in self._proposals if index <= snapshot.index]:
            for term, waiter in self._proposals.pop(index):
                waiter(Answer("unknown", index, term), self)

    def apply(self, entries: tuple[Entry, ...]) -> None:
        """Apply committed entries, tell who waits for them, and compact when it is time."""
        apply, proposals = self.machine.apply, self._proposals
        for entry in entries:
            try:
                outcome = apply(entry)
            except (NodeFailedError, MemoryError, OSError, RecursionError) as error:
                raise not_applied(entry, error) from error
            if proposals and entry.index in proposals:
                self._told(entry, outcome)
        index = entries[-1].index
        self.core.applied(index)
        if self.snapshot_every and index - self.core.log.snapshot.index >= self.snapshot_every:
            self.compact()

    def _told(self, entry: Entry, outcome: Any) -> None:
        for term, waiter in self._proposals.pop(entry.index):
            if term == entry.term:
                waiter(Answer("ok", entry.index, term, outcome), self)
            else:
                waiter(Answer("lost", entry.index, term), self)

    def compact(self) -> None:
        """Put a snapshot in place of everything that was applied."""
        self.core.compact(self.core.last_applied, self.machine.snapshot())

    def answer(self, read: ReadState) -> None:
        """Tell who asked that the state as it is now is fresh enough."""
        waiter = self._reads.pop(read.number, None)
        if waiter is not None:
            waiter(Answer("ok", read.index, self.core.term), self)

    def refuse(self, number: int) -> None:
        """Tell who asked that there will be no answer."""
        waiter = self._reads.pop(number, None)
        if waiter is not None:
            waiter(Answer("refused"), self)


class Outside:
    """Somebody outside a world who waits for an answer in it.

    Args:
        call: what is called with the answer.
    """

    __slots__ = ("_call",)

    def __init__(self, call: Callable[..., object]) -> None:
        self._call = call

    def __call__(self, *answer: Any) -> None:
        """Hear an answer."""
        self._call(*answer)

    def __reduce__(self) -> tuple[object, ...]:
        """Leave a checkpoint with a place where nobody waits."""
        return Outside, (nobody,)


def nobody(*_: Any) -> None:
    """Hear an answer that nobody waits for."""
