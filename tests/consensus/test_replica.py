from __future__ import annotations

import pytest

from igniter_nb.consensus.replica import Answer, Replica
from igniter_nb.consensus.state_machine.commands import encode
from igniter_nb.consensus.storage import MemoryStorage
from igniter_nb.raft import (
    AppendEntries,
    AppendReply,
    Config,
    Configuration,
    Entry,
    EntryKind,
    InstallSnapshot,
    Message,
    ProposalRefusedError,
    Role,
    VoteReply,
)

ALONE = Configuration(voters=("n1",))
THREE = Configuration(voters=("n1", "n2", "n3"))


class Answers(list):
    """A waiter that keeps what it hears."""

    def __call__(self, answer: Answer, replica: Replica) -> None:
        self.append(answer)


class Order(MemoryStorage):
    """A storage that notes in a common list what is done to it."""

    def __init__(self, done: list[str]) -> None:
        super().__init__()
        self.done = done

    def write(self, persist):
        self.done.append("write")
        super().write(persist)

    def sync(self):
        self.done.append("sync")
        super().sync()


class Node:
    """A replica and what it sent."""

    def __init__(self, configuration: Configuration = ALONE, **options: int) -> None:
        self.done: list[str] = []
        self.sent: list[Message] = []
        self.replica = Replica(
            Config(node_id="n1", pre_vote=False),
            Order(self.done),
            lambda _: 0,
            machine=None,
            send=self._send,
            bootstrap=configuration,
            **options,
        )
        self.replica.start()

    def _send(self, message: Message) -> None:
        self.done.append(type(message).__name__)
        self.sent.append(message)

    def take(self, *messages: Message) -> None:
        self.replica.inbox.extend(messages)
        self.replica.settle()

    def lead(self) -> None:
        self.replica.core.campaign()
        self.replica.settle()
        term = self.replica.core.term
        if self.replica.core.configuration is not ALONE:
            self.take(VoteReply("n2", "n1", term, granted=True))

    def confirm(self) -> None:
        core = self.replica.core
        last = core.log.last_index
        self.take(AppendReply("n2", "n1", core.term, success=True, index=last, round=1))

    def propose(self, key: str, value: object, answers: Answers | None = None) -> Entry:
        return self.replica.propose(encode({"key": key, "value": value}), answers)


def write(index: int, term: int, key: str, value: object) -> Entry:
    """Make an entry that writes a key."""
    return Entry(index, term, EntryKind.COMMAND, encode({"key": key, "value": value}))


def replicated(term: int, previous: tuple[int, int], *entries: Entry, commit: int) -> AppendEntries:
    """Make what another leader, n2, sends."""
    return AppendEntries("n2", "n1", term, *previous, entries, commit, 1)


class TestDuties:
    def test_what_says_that_something_is_durable_leaves_after_the_sync(self):
        """A follower writes, then syncs, and only then confirms what it was sent."""
        node = Node(THREE)
        node.done.clear()

        node.take(replicated(1, (0, 0), Entry(1, 1, EntryKind.NOOP), commit=0))

        assert node.done == ["write", "sync", "AppendReply"]

    def test_a_leaders_entries_leave_before_it_has_written_them(self):
        """What a leader replicates is sent before its own disk is asked (thesis 10.2.1)."""
        node = Node(THREE)
        node.lead()
        node.confirm()
        node.done.clear()

        node.propose("a", 1)
        node.replica.settle()

        assert node.done == ["AppendEntries", "write", "sync"]

    def test_all_waiting_messages_are_stepped_before_anything_is_sent(self):
        """Two confirmations that wait together make one commit, told once to each follower."""
        node = Node(THREE)
        node.lead()
        node.sent.clear()
        last = node.replica.core.log.last_index

        node.take(
            *(AppendReply(n, "n1", 1, success=True, index=last, round=1) for n in ("n2", "n3"))
        )

        assert [type(message) for message in node.sent] == [AppendEntries, AppendEntries]

    def test_a_failed_sync_is_raised_and_nothing_is_said(self):
        """When the disk fails, the error reaches the driver and no confirmation leaves."""
        node = Node(THREE)
        node.replica.storage.fail_next_sync()
        node.sent.clear()

        with pytest.raises(OSError, match="sync failed"):
            node.take(replicated(1, (0, 0), Entry(1, 1, EntryKind.NOOP), commit=0))

        assert node.sent == []


class TestWaiters:
    def test_who_waits_hears_the_outcome_of_its_entry(self):
        """A proposal is answered with index, term and what the machine said."""
        node, answers = Node(), Answers()
        node.lead()

        entry = node.propose("a", 1, answers)
        node.replica.settle()

        (answer,) = answers
        assert (answer.status, answer.index, answer.term) == ("ok", entry.index, entry.term)
        assert answer.outcome.result() is None
        assert node.replica.machine.get("a") == 1

    def test_another_entry_in_its_place_means_that_it_is_lost(self):
        """When an entry of another term is applied at the index, the waiter hears "lost"."""
        node, answers = Node(THREE), Answers()
        node.lead()
        entry = node.propose("a", "mine", answers)
        node.replica.settle()

        node.take(
            replicated(
                5,
                (0, 0),
                Entry(1, 5, EntryKind.NOOP),
                write(entry.index, 5, "a", "theirs"),
                commit=entry.index,
            )
        )

        assert [answer.status for answer in answers] == ["lost"]
        assert node.replica.machine.get("a") == "theirs"

    def test_a_leader_that_steps_down_leaves_its_waiters_waiting(self):
        """Losing the lead answers nobody: the entry may still be committed, and then is ok."""
        node, answers = Node(THREE), Answers()
        node.lead()
        entry = node.propose("a", 1, answers)
        node.replica.settle()

        node.take(replicated(5, (entry.index, 1), commit=0))
        assert node.replica.core.role is Role.FOLLOWER
        assert answers == []

        node.take(replicated(5, (entry.index, 1), Entry(3, 5, EntryKind.NOOP), commit=3))
        assert [answer.status for answer in answers] == ["ok"]

    def test_the_end_of_a_life_leaves_the_outcome_unknown(self):
        """A node that stops tells "unknown" of entries and "refused" of reads."""
        node, writes, reads = Node(THREE), Answers(), Answers()
        node.lead()
        node.propose("a", 1, writes)
        node.replica.read(reads)

        node.replica.stop()

        assert [answer.status for answer in writes] == ["unknown"]
        assert [answer.status for answer in reads] == ["refused"]

    def test_a_snapshot_over_its_index_leaves_the_outcome_unknown(self):
        """When a leader's snapshot covers the entry, nobody can know whether it is in it."""
        donor, node, answers = Node(), Node(THREE), Answers()
        donor.lead()
        for value in range(5):
            donor.propose("a", value)
            donor.replica.settle()
        node.lead()
        entry = node.propose("a", "mine", answers)
        node.replica.settle()

        snapshot = donor.replica.machine.snapshot()
        node.take(InstallSnapshot("n2", "n1", 9, 6, 9, THREE, 0, snapshot, done=True, round=1))

        assert [(answer.status, answer.index) for answer in answers] == [("unknown", entry.index)]
        assert node.replica.machine.get("a") == 4

    def test_a_refused_proposal_has_no_waiter(self):
        """Who does not lead refuses, and never calls the waiter."""
        node, answers = Node(THREE), Answers()

        with pytest.raises(ProposalRefusedError):
            node.propose("a", 1, answers)
        node.replica.stop()

        assert answers == []

    def test_a_read_is_answered_when_the_state_is_fresh(self):
        """A read waits for the round of a majority, then may look at the machine."""
        node, answers = Node(THREE), Answers()
        node.lead()
        node.confirm()
        node.replica.read(answers)
        node.replica.settle()
        assert answers == []

        core = node.replica.core
        number = node.sent[-1].round
        node.take(AppendReply("n2", "n1", core.term, success=True, index=1, round=number))

        assert [answer.status for answer in answers] == ["ok"]

    def test_a_read_without_a_leader_is_refused(self):
        """A follower that knows no leader refuses a read at once."""
        node, answers = Node(THREE), Answers()

        node.replica.read(answers)
        node.replica.settle()

        assert [answer.status for answer in answers] == ["refused"]


class TestLives:
    def test_a_restart_applies_everything_again(self):
        """After a crash the log is there, and the machine gets to the same state."""
        node = Node()
        node.lead()
        node.propose("a", 1)
        node.replica.settle()
        state = node.replica.machine.state

        node.replica.stop()
        node.replica.storage.crash()
        node.replica.start()
        node.lead()

        assert node.replica.machine.state == state
        assert node.replica.incarnation == 2

    def test_a_new_node_starts_with_the_membership_it_is_given_and_keeps_it(self):
        """The first membership is durable at once; later starts do not need it."""
        node = Node(THREE)
        node.replica.stop()
        node.replica.storage.crash()

        node.replica.bootstrap = None
        node.replica.start()

        assert node.replica.core.configuration == THREE

    def test_the_log_is_compacted_every_so_many_entries(self):
        """After each ``snapshot_every`` applied entries a snapshot stands in their place."""
        node = Node(snapshot_every=4)
        node.lead()

        for value in range(9):
            node.propose("a", value)
            node.replica.settle()

        assert node.replica.core.log.snapshot.index == 8

    def test_a_restart_goes_on_from_the_snapshot(self):
        """The machine of a new life begins with the snapshot and applies only what follows."""
        node = Node(snapshot_every=4)
        node.lead()
        for value in range(9):
            node.propose(f"k{value}", value)
            node.replica.settle()
        state = node.replica.machine.state

        node.replica.stop()
        node.replica.storage.crash()
        node.replica.start()
        assert node.replica.machine.applied == 8
        node.lead()

        assert node.replica.machine.state == state

    def test_what_a_crash_may_lose_is_known_while_somebody_watches(self):
        """``synced`` says what survives: term, vote and last index of the last sync."""
        node = Node()
        node.replica.watched = True
        node.lead()

        node.propose("a", 1)
        node.replica.settle()

        assert node.replica.synced == (1, "n1", 2)
