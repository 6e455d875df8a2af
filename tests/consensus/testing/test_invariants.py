from __future__ import annotations

import pickle

import pytest

from igniter_nb.consensus.simulator.host import Facts, facts
from igniter_nb.consensus.simulator.script import act
from igniter_nb.consensus.simulator.world import World
from igniter_nb.consensus.state_machine.commands import encode
from igniter_nb.consensus.testing.invariants import Invariants, InvariantViolationError
from igniter_nb.raft import (
    AppendReply,
    Configuration,
    Entry,
    EntryKind,
    HardState,
    RequestVote,
    Role,
    VoteReply,
)

ALL = ["n1", "n2", "n3"]


class Watched:
    """A small cluster that has committed a few entries, with its invariants."""

    def __init__(self, writes: int = 5) -> None:
        self.world = World(7, ALL, trace=[])
        self.invariants = Invariants(self.world)
        while self.world.leader() is None:
            self.world.step()
        self.leader = self.world.leader()
        for value in range(writes):
            self.world.propose(self.leader, encode({"key": "a", "value": value}))
            self.world.settle()
        self.followers = [host for host in self.world.hosts.values() if host is not self.leader]

    def check(self, host, **changed):
        """Let a node look as if an event had changed it."""
        old = host.seen
        host.seen = facts(host.replica.core)._replace(**changed)
        self.invariants.check(host, old)

    def quorum(self, entry, configuration=None):
        """Let the leader commit an entry."""
        core = self.leader.replica.core
        self.invariants.committed_on_quorum(core, entry, configuration or core.configuration)


@pytest.fixture
def watched() -> Watched:
    """Give a cluster of three that has committed six entries."""
    return Watched()


def broken(name: str):
    """Expect that an invariant is broken."""
    return pytest.raises(InvariantViolationError, match=f"^{name} ")


class TestElections:
    def test_two_leaders_of_one_term_are_caught(self, watched):
        """A second node that leads a term breaks election safety."""
        follower = watched.followers[0]

        with broken("election safety"):
            watched.check(follower, role=Role.LEADER, term=watched.leader.replica.core.term)

    def test_a_leader_that_lacks_a_committed_entry_is_caught(self, watched):
        """A new leader without an entry that was committed before breaks leader completeness."""
        follower = watched.followers[0]
        watched.invariants._seen[follower.replica.node_id].terms.pop()
        core = follower.replica.core
        core._state.term += 1

        with broken("leader completeness"):
            watched.invariants.leader_completeness(core)

    def test_a_changed_vote_is_caught(self, watched):
        """A node that holds another vote in the same term breaks one vote in a term."""
        follower = watched.followers[0]

        with broken("one vote in a term"):
            watched.check(follower, vote="n9")

    def test_a_vote_for_who_has_less_is_caught(self, watched):
        """A vote for a candidate whose log is behind the voter's is caught when it is told."""
        replica = watched.followers[0].replica
        watched.invariants._asked["n9", 9] = (1, 2)
        replica.synced = replica.synced._replace(term=9, vote="n9")

        with broken("votes go to who is up to date"):
            watched.invariants.heard(VoteReply(replica.node_id, "n9", 9, granted=True))

    def test_two_votes_told_are_caught(self, watched):
        """A node that tells two candidates of a term that it votes for them is caught."""
        with broken("one vote in a term"):
            watched.invariants.one_vote("n1", 9, "n2")
            watched.invariants.one_vote("n1", 9, "n3")

    def test_a_vote_for_oneself_and_another_is_caught(self, watched):
        """Asking for votes is voting for oneself: a vote for another in that term is caught."""
        replica = watched.followers[0].replica
        name = replica.node_id
        replica.synced = replica.synced._replace(term=9, vote=name)
        watched.invariants.heard(RequestVote(name, "n9", 9, 0, 0))
        replica.synced = replica.synced._replace(vote="n9")

        with broken("one vote in a term"):
            watched.invariants.heard(VoteReply(name, "n9", 9, granted=True))


class TestLogs:
    def test_a_leader_that_rewrites_its_log_is_caught(self, watched):
        """A leader whose log changes below its end breaks leader append-only."""
        log = watched.leader.replica.core.log
        last = log._entries.pop()
        log._entries.append(last._replace(term=last.term + 1))
        log.last_term = last.term + 1

        with broken("leader append-only"):
            watched.check(watched.leader)

    def test_logs_that_differ_in_an_entry_are_caught(self, watched):
        """Two entries of one index and term with different data break log matching."""
        with broken("log matching"):
            watched.invariants.log_matching("n1", Entry(3, 1, EntryKind.COMMAND, b"other"), 1)

    def test_logs_that_differ_before_an_entry_are_caught(self, watched):
        """Equal entries after entries of different terms break log matching."""
        entry = watched.leader.replica.core.log.entries(3, 4)[0]

        with broken("log matching"):
            watched.invariants.log_matching("n1", entry, 0)

    def test_a_leader_that_counts_an_older_entry_is_caught(self, watched):
        """A leader that commits up to an entry of an older term breaks figure 8's rule."""
        core = watched.leader.replica.core
        old = watched.leader.seen._replace(term=9, commit=2)
        new = watched.leader.seen._replace(term=9)

        with broken("a leader commits entries of its own term"):
            watched.invariants.commits_its_own_term(core, old, new)

    def test_an_entry_that_only_its_leader_has_is_no_committed_one(self, watched):
        """A commit without a majority of durable logs is caught."""
        for host in watched.followers:
            watched.invariants._seen[host.replica.node_id].terms.clear()
        core = watched.leader.replica.core

        with broken("committed on a quorum"):
            watched.quorum(core.log.entries(3, 4)[0])

    def test_an_entry_that_is_not_durable_does_not_count(self, watched):
        """A follower that has the entry in memory alone is not part of the majority."""
        for host in watched.followers:
            host.replica.core.log.persisted = 1
        core = watched.leader.replica.core

        with broken("committed on a quorum"):
            watched.quorum(core.log.entries(3, 4)[0])

    def test_while_joint_both_majorities_count(self, watched):
        """An entry that only the new voters have is not committed while joint (thesis 4.3)."""
        joint = Configuration(voters=tuple(ALL), outgoing=("n1", "n7", "n8"))

        with broken("committed on a quorum"):
            watched.quorum(watched.leader.replica.core.log.entries(3, 4)[0], joint)

    def test_a_committed_entry_that_changes_is_caught(self, watched):
        """A node that commits another entry at a committed index is caught."""
        known = watched.invariants.committed[2]
        watched.invariants.committed[2] = known._replace(entry=known.entry._replace(term=99))

        with broken("committed entries are immutable"):
            watched.invariants.committed_immutable(watched.leader.replica.core, 2)

    def test_a_second_change_of_membership_is_caught(self, watched):
        """A leader that changes the membership while a change is not committed is caught."""
        core = watched.leader.replica.core
        last, term = core.log.last_index, core.term
        first = Entry(last + 1, term, EntryKind.CONFIGURATION, b"")
        second = Entry(last + 2, term, EntryKind.CONFIGURATION, b"")
        core.log.append([first, second])

        with broken("membership changes one by one"):
            watched.invariants.configured_in_turn(core, watched.leader.seen, second)


class TestState:
    def test_an_applied_entry_that_was_not_committed_is_caught(self, watched):
        """Applying past what anybody committed breaks state machine safety."""
        del watched.invariants.committed[-1]

        with broken("state machine safety"):
            watched.invariants.state_machine_safety(watched.leader.replica.core)

    def test_states_that_differ_are_caught(self, watched):
        """Two machines that applied the same entries and differ break state machine safety."""
        replica = watched.followers[0].replica
        other = World(8, ["n1"]).hosts["n1"].replica.machine
        other._applied = replica.machine.applied
        replica.machine = other

        with broken("state machine safety"):
            watched.invariants.check_deeply()

    def test_snapshots_that_differ_are_caught(self, watched):
        """Two snapshots at one index with different bytes are caught."""
        for host in watched.world.hosts.values():
            host.replica.compact()
        core = watched.leader.replica.core
        watched.invariants.equal_snapshots(core)
        other = watched.followers[0].replica.core
        other.log.snapshot = other.log.snapshot._replace(data=b"other")

        with broken("equal snapshots"):
            watched.invariants.equal_snapshots(other)

    @pytest.mark.parametrize(
        "changed", [{"applied": 7, "commit": 6}, {"commit": 9}, {"snapshot": 9, "applied": 6}]
    )
    def test_indexes_out_of_order_are_caught(self, watched, changed):
        """Snapshot, applied, commit and last index must be in this order."""
        with broken("snapshot <= applied <= commit <= last"):
            watched.invariants.ordered("n1", watched.leader.seen._replace(**changed), 6)

    @pytest.mark.parametrize("name", ["term", "commit", "applied"])
    def test_what_goes_back_is_caught(self, watched, name):
        """Term, commit and applied index never go back within a life."""
        before = getattr(watched.leader.seen, name)

        with broken("term, commit and applied never go back"):
            watched.check(watched.leader, **{name: before - 1})


class TestWords:
    def test_a_vote_that_was_told_before_it_was_durable_is_caught(self, watched):
        """Telling a vote that a crash could take back is caught when it is told."""
        name = watched.followers[0].replica.node_id

        with broken("durable before it is said"):
            watched.invariants.heard(VoteReply(name, "n9", 99, granted=True))

    def test_an_entry_confirmed_before_it_was_durable_is_caught(self, watched):
        """Confirming an entry that a crash could take back is caught when it is told."""
        replica = watched.followers[0].replica
        last = replica.core.log.last_index

        with broken("durable before it is said"):
            watched.invariants.heard(
                AppendReply(replica.node_id, "n9", replica.core.term, success=True, index=last + 1)
            )

    def test_a_node_that_forgot_everything_is_caught(self, watched):
        """A wiped node that comes back under its old name breaks its word (scenario 37)."""
        name = watched.followers[0].replica.node_id
        act(watched.world, "wipe", name)

        with broken("a node keeps its word"):
            act(watched.world, "restart", name)

    def test_a_node_that_forgot_its_vote_is_caught(self, watched):
        """A node that starts in the term it voted in, without its vote, breaks its word."""
        replica = watched.leader.replica
        act(watched.world, "kill", replica.node_id)
        storage = replica.storage
        term, _, commit = storage._image.hard_state
        storage._image.hard_state = HardState(term, None, commit)

        with broken("a node keeps its word"):
            act(watched.world, "restart", replica.node_id)


def test_a_violation_says_what_broke_where_and_how_to_find_it(watched):
    """The error names invariant, source, nodes, values, time and seed, also in another process."""
    with pytest.raises(InvariantViolationError) as caught:
        watched.invariants.election_safety("n9", watched.leader.replica.core.term)

    error = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - its own bytes
    leader = watched.leader.replica.node_id
    assert str(error) == str(caught.value)
    for part in ("election safety", "paper section 5.2", "seed 7", leader, "n9", "term 1"):
        assert part in str(error)


def test_a_healthy_run_breaks_nothing(watched):
    """Crashes, restarts and elections of a working cluster are found in order."""
    world = watched.world

    for name in ALL:
        act(world, "power_cut", name)
        world.run_until(world.now_us + 300_000)
        act(world, "restart", name)
        world.run_until(world.now_us + 300_000)

    watched.invariants.check_deeply()
    assert len(watched.invariants.committed) >= 6


def test_facts_are_what_a_core_says(watched):
    """The facts of a node are those of its core and log."""
    core = watched.leader.replica.core

    assert facts(core) == Facts(
        core.role,
        core.term,
        core.leader_id,
        core.commit,
        core.vote,
        core.last_applied,
        core.log.last_index,
        core.log.last_term,
        core.log.snapshot.index,
    )
