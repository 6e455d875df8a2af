"""Fake driver of a cluster that lives in a dict: one state machine under the names of all nodes.

It has no thread and no log: what is handed in is done at once, by whoever hands it in. Its nodes
cannot be broken and it has no time of its own, as a service elsewhere.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.state_machine.machine import Machine
from igniter_nb.consensus.status.names import named
from igniter_nb.consensus.status.status import REMOVED, ClusterStatus, NodeStatus
from igniter_nb.consensus.status.trace import TraceEvent
from igniter_nb.consensus.timing import seconds
from igniter_nb.errors import ConsensusError, NoLeaderError
from igniter_nb.raft import Entry, EntryKind, Role, majority

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

FIRST = 3
"""Index of the first command: a leader's own entry and the client's session come before it."""


class DictDriver:
    """Satisfies :class:`igniter_nb.consensus.cluster.protocol.Driver`; it is its own life."""

    kind = "a dict"
    faults = own_time = None
    foreign = False
    age = 0.0

    def __init__(self, names: Sequence[str], *, machine: Any = None, **_: Any) -> None:
        self._machine = Machine(machine)
        self._names = dict.fromkeys(names, True)
        self._leader, self._term = names[0], 1
        self._events: list[TraceEvent] = []
        self._listeners: list[Callable[[], None]] = []
        self._lock = threading.RLock()
        self._applying: threading.Thread | None = None
        self.stopping = False

    @property
    def life(self) -> DictDriver:
        return self

    # -- its life

    def start(self, *, paused: bool) -> None:
        assert not paused, "it has no time of its own"
        for index in range(1, FIRST):
            self._machine.apply(Entry(index, 1, EntryKind.NOOP, b""))
        for name in self._names:
            self._note(name, "start", (1, 0, 0))
        self._note(self._leader, "role", (Role.LEADER, self._term, self._leader))

    def discard(self) -> None:
        pass

    def let_go(self, timeout: float) -> None:
        pass

    def forget_past(self) -> None:
        pass

    def forked(self) -> None:
        self.stopping = self.foreign = True

    def end(self) -> None:
        if not self.stopping:
            self.stopping = True
            for name in self._names:
                self._note(name, "stop", "the cluster is stopped")

    def stop(self, timeout: float) -> bool:
        self.end()
        return True

    def _note(self, name: str, kind: str, detail: Any) -> None:
        self._events.append(TraceEvent(len(self._events), 0, name, kind, detail))
        for listener in self._listeners:
            listener()

    # -- what is asked

    def refuse_inside(self) -> None:
        if self._applying is threading.current_thread():
            raise ConsensusError("a cluster was used from inside its own loop")

    def _done(self, call: Callable[[], Any], timeout: float = 0.0) -> Future[Any]:
        seconds("timeout", timeout)
        self.refuse_inside()
        if self.stopping:
            raise ConsensusError("the cluster is stopped; start another one")
        future: Future[Any] = Future()
        with self._lock:
            try:
                future.set_result(call())
            except Exception as error:  # noqa: BLE001 -- it belongs to who asked
                future.set_exception(error)
        return future

    def write(self, commands: Iterable[bytes], timeout: float) -> list[Future[Any]]:
        return [self._done(lambda data=data: self._apply(data), timeout) for data in commands]

    def _apply(self, data: bytes) -> Any:
        self._applying = threading.current_thread()
        try:
            index = self._machine.applied + 1
            entry = Entry(index, self._term, EntryKind.COMMAND, data)
            outcome = self._machine.apply(entry)
        finally:
            self._applying = None
        assert outcome is not None
        outcome.result()
        return outcome

    def read(
        self,
        query: Callable[[Machine], Any],
        consistency: object,
        node: str | None,
        *,
        timeout: float,
        leases: bool,
    ) -> Future[Any]:
        if consistency not in ("linearizable", "lease", "stale"):
            msg = f'consistency: expected "linearizable", "lease" or "stale", came {consistency!r}'
            raise ValueError(msg)
        if consistency == "lease" and not leases:
            msg = "reads by lease are off; start the cluster with timing=Timing(lease_reads=True)"
            raise ValueError(msg)

        def look() -> Any:
            if node is not None:
                named(node, self._names)
            return query(self._machine)

        return self._done(look, timeout)

    def leads(self, timeout: float) -> Future[str]:
        return self._done(lambda: self._leader, timeout)

    def hand_over(self, to: object, timeout: float) -> Future[str]:
        name = named(to, self._names)
        if not self._names[name]:
            raise ConsensusError(f"{name} does not run, so it cannot lead; it was removed")

        def lead() -> str:
            self._leader, self._term = name, self._term + 1
            self._note(name, "role", (Role.LEADER, self._term, name))
            return name

        return self._done(lead, timeout)

    def step_down(self, timeout: float) -> Future[str]:
        others = [name for name in self._names if self._names[name] and name != self._leader]
        if not others:
            raise NoLeaderError(f"{self._leader} leads and reaches no voter that could take over")
        return self.hand_over(others[0], timeout)

    def join(self, node_id: str, timeout: float) -> Future[str]:
        def add() -> str:
            if node_id in self._names:
                raise ValueError(f"{node_id!r} is a node of this cluster already")
            self._names[node_id] = True
            self._note(node_id, "start", (1, 0, 0))
            return node_id

        return self._done(add, timeout)

    def leave(self, node: object, timeout: float) -> Future[str]:
        name = named(node, self._names)

        def remove() -> str:
            others = [each for each in self._names if self._names[each] and each != name]
            if not others:
                msg = f"{name!r} is the last node with a vote; stop() the cluster instead"
                raise ValueError(msg)
            self._names[name] = False
            self._note(name, "stop", "it was removed")
            if name == self._leader:
                self._leader, self._term = others[0], self._term + 1
            return name

        return self._done(remove, timeout)

    # -- looking

    def names(self) -> tuple[str, ...]:
        return tuple(self._names)

    def leader(self) -> str | None:
        return None if self.stopping else self._leader

    def quorum_size(self) -> int:
        return majority(sum(self._names.values()))

    def alive_count(self) -> int:
        return 0 if self.stopping else sum(self._names.values())

    def has_quorum(self) -> bool:
        return not self.stopping

    def status(self) -> ClusterStatus:
        self.refuse_inside()
        rows = tuple(self.node(name, copied=True) for name in self._names)
        return ClusterStatus(
            rows, 0.0, self.quorum_size(), decides=not self.stopping, stopped=self.stopping
        )

    def node(self, node_id: str, *, copied: bool) -> NodeStatus:
        alive = self._names[node_id] and not self.stopping
        role = Role.LEADER if node_id == self._leader else Role.FOLLOWER
        at = self._machine.applied
        return NodeStatus(
            node_id,
            alive=alive,
            role=str(role) if alive else "crashed" if self._names[node_id] else REMOVED,
            term=self._term,
            vote=self._leader,
            leader=self._leader,
            commit_index=at,
            applied_index=at,
            log_size=at,
            snapshot_index=at,
            state_machine=self._machine.state if copied else None,
        )

    def events(self) -> tuple[TraceEvent, ...]:
        return tuple(self._events)

    trace = events

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)
