"""Changing the membership of a running cluster (thesis 4)."""

from __future__ import annotations

import pytest

from igniter_nb.raft import (
    AppendEntries,
    AppendReply,
    ChangeAction,
    ConfChange,
    Configuration,
    EntryKind,
    ProposalRefusedError,
    Restored,
    Role,
    TimeoutNow,
    Transition,
)
from igniter_nb.raft.membership import decode
from tests.raft.disk import log_of
from tests.raft.handmade import append
from tests.raft.network import Peers, names


def add(*nodes):
    """Make voters of nodes."""
    return [ConfChange(ChangeAction.ADD_VOTER, node) for node in nodes]


def learn(*nodes):
    """Make learners of nodes."""
    return [ConfChange(ChangeAction.ADD_LEARNER, node) for node in nodes]


def remove(*nodes):
    """Remove nodes."""
    return [ConfChange(ChangeAction.REMOVE, node) for node in nodes]


def led(count=3, **options):
    """Let n1 lead with its first entry committed."""
    peers = Peers(count, **options)
    peers.elect("n1")
    return peers


def change(peers, changes, **keywords):
    """Propose a change at the leader; deliver nothing."""
    return peers.call(peers.leader, "propose_conf_change", changes, **keywords)


def voters(peers, node):
    """Return the voters in force at a node."""
    return peers.raft(node).configuration.voters


# ---- one at a time (thesis 4.1)


def test_a_change_is_in_force_when_it_is_appended():
    """Thesis 4.1: a server uses the latest configuration in its log, committed or not."""
    peers = led()

    entry = change(peers, learn("n4"))

    raft = peers.raft("n1")
    assert entry.kind is EntryKind.CONFIGURATION
    assert decode(entry.data) == raft.configuration
    assert raft.configuration.learners == ("n4",)
    assert (raft.configuration_index, raft.commit) == (entry.index, entry.index - 1)
    peers.deliver(AppendEntries)
    assert peers.raft("n2").configuration == raft.configuration


def test_a_new_node_is_brought_up_to_date():
    """Thesis 4.1: a node that joins with nothing gets the log, the membership with it."""
    peers = led()
    peers.write(b"x")
    peers.join("n4")

    change(peers, add("n4"))
    peers.run(3)

    assert voters(peers, "n4") == ("n1", "n2", "n3", "n4")
    assert peers.commands("n4") == [b"x"]


def test_a_new_node_gets_a_snapshot_where_entries_are_gone():
    """Thesis 4.1 and 5: a node that joins a compacted cluster starts from a snapshot."""
    peers = led(trailing_entries=0)
    peers.write(b"x")
    peers.compact("n1")
    peers.join("n4")

    change(peers, add("n4"))
    peers.run(5)

    assert voters(peers, "n4") == ("n1", "n2", "n3", "n4")
    assert peers.commands("n4") == [b"x"]


def test_a_node_that_knows_nobody_is_quiet():
    """A node that joins and was not told of anybody waits; it has no majority to ask."""
    peers = led(1)

    peers.join("n2")
    peers.tick(100, at="n2")

    assert peers.pending(sender="n2") == []
    assert peers.raft("n2").term == 0


def test_a_learner_does_not_count():
    """Thesis 4.2.1: a learner gets the log, and its answers commit nothing."""
    peers = led()
    peers.join("n4")
    change(peers, learn("n4"))
    peers.run(3)
    peers.crash("n2")
    peers.crash("n3")

    peers.propose(b"x")
    peers.settle()

    assert peers.log("n4")[-1].data == b"x"
    assert peers.commands("n1") == []
    assert peers.raft("n1").status().progress[-1].learner


def test_a_learner_is_promoted():
    """Thesis 4.2.1: a learner that has caught up becomes a voter, and counts from then on."""
    peers = led(1)
    peers.join("n2")
    change(peers, learn("n2"))
    peers.run(3)

    change(peers, add("n2"))
    peers.isolate("n2")
    peers.run(3)
    assert peers.raft("n1").commit == 2  # the two of them are needed now

    peers.heal()
    peers.run(3)
    assert peers.raft("n1").commit == 3


def test_a_removed_follower_is_not_needed():
    """Thesis 4.1: with one of three gone, the two left are enough for each other."""
    peers = led()
    peers.crash("n3")

    change(peers, remove("n3"))
    peers.settle()
    peers.write(b"x")

    assert voters(peers, "n2") == ("n1", "n2")
    assert peers.commands("n2") == [b"x"]


def test_removing_the_node_that_is_in_the_way_commits_at_once():
    """Thesis 4.1: the new, smaller majority decides on its own configuration."""
    peers = led(2)
    peers.crash("n2")

    change(peers, remove("n2"))

    assert peers.raft("n1").commit == 2
    assert voters(peers, "n1") == ("n1",)


def test_a_leader_that_is_removed_steps_down_when_that_is_committed():
    """Thesis 4.2.2: it manages the change without counting itself, and then a follower runs."""
    peers = led()

    change(peers, remove("n1"))
    assert peers.raft("n1").role is Role.LEADER
    peers.deliver(AppendEntries)
    peers.deliver(AppendReply, sender="n2")
    assert peers.raft("n1").commit == 1  # n1 itself is no voter any more: n2 and n3 are needed
    peers.deliver(AppendReply, sender="n3")

    assert peers.raft("n1").role is Role.FOLLOWER
    assert len(peers.pending(TimeoutNow)) == 1
    peers.settle()
    assert peers.leaders[0] in {"n2", "n3"}
    peers.run(50)
    assert voters(peers, "n2") == ("n2", "n3")


def test_a_removed_leader_does_not_tell_a_lagging_follower_to_run():
    """Thesis 4.2.2: only who has the whole log can win, so nobody else is told."""
    peers = led()
    change(peers, remove("n1"))
    peers.deliver(AppendEntries)
    peers.propose(b"x")
    peers.deliver(AppendReply)

    assert peers.raft("n1").role is Role.FOLLOWER
    assert peers.pending(TimeoutNow) == []
    peers.drop(sender="n1")
    peers.run_until(lambda: peers.leaders)


def test_a_removed_node_does_not_disturb():
    """Thesis 4.2.3: who is removed and not told of it cannot depose the leader."""
    peers = led()
    peers.isolate("n3")
    change(peers, remove("n3"))
    peers.run(30)
    peers.heal()

    peers.run(100)

    assert (peers.leaders, peers.raft("n1").term) == (["n1"], 1)


def test_a_change_that_is_cut_off_is_undone():
    """Thesis 4.1: where the entry is overwritten, the configuration before it is in force again."""
    peers = led()
    before = peers.raft("n1").configuration
    peers.isolate("n1")
    change(peers, add("n4"))
    assert voters(peers, "n1") == ("n1", "n2", "n3", "n4")

    peers.step(append(2, prev=(1, 1), entries=log_of(2, after=1)))

    assert peers.raft("n1").configuration == before
    assert peers.raft("n1").configuration_index == 0


def test_a_change_is_not_done_before_it_is_committed():
    """Thesis 4.2.2: entries before the change may be committed first; then nobody steps down."""
    peers = led()
    before = peers.propose(b"x")
    change(peers, remove("n1"))
    peers.deliver(AppendEntries, where=lambda m: m.entries == (before,))
    peers.drop(AppendEntries)
    peers.deliver(AppendReply)

    assert (peers.raft("n1").commit, peers.raft("n1").role) == (before.index, Role.LEADER)


def test_a_change_survives_a_restart():
    """Thesis 4.1: a server that restarts uses the latest configuration of its log."""
    peers = led()
    change(peers, remove("n3"))
    peers.settle()

    peers.restart("n2")

    assert voters(peers, "n2") == ("n1", "n2")


# ---- when a change is refused


def refusal(peers, changes, error=ProposalRefusedError, **keywords):
    """Return what a change is refused with; nothing is appended."""
    before = peers.log("n1")
    with pytest.raises(error) as caught:
        peers.call("n1", "propose_conf_change", changes, **keywords)
    assert peers.log("n1") == before
    return str(caught.value)


def test_a_second_change_waits_for_the_first():
    """Thesis 4.1: a leader starts no change before the one before it is committed."""
    peers = led()
    entry = change(peers, add("n4"))

    assert f"the change at index {entry.index} is not committed yet" in refusal(peers, add("n5"))

    peers.join("n4")
    peers.run(3)
    change(peers, add("n5"))


def test_a_new_leader_changes_nothing_before_its_first_commit():
    """The erratum to thesis 4.1 (2015): no change before an entry of the own term is committed."""
    peers = Peers(3)
    peers.call("n1", "campaign", pre_vote=False)
    peers.deliver()
    peers.deliver()

    assert "no entry of term 1 is committed yet" in refusal(peers, add("n4"))


def test_only_the_leader_changes_the_membership():
    """A follower refuses a change and names the leader."""
    peers = led()

    with pytest.raises(ProposalRefusedError, match="n1 does") as caught:
        peers.call("n2", "propose_conf_change", add("n4"))

    assert caught.value.leader == "n1"


def test_a_leader_that_hands_over_changes_nothing():
    """Thesis 3.10: while leadership is handed over, nothing is proposed, no change either."""
    peers = led()
    peers.call("n1", "transfer_leader", "n2")

    assert "handing over to n2" in refusal(peers, add("n4"))


def test_a_joint_configuration_is_left_first():
    """Thesis 4.3: while joint, only leaving is possible."""
    peers = led()
    change(peers, add("n4"), transition=Transition.EXPLICIT)
    peers.join("n4")
    peers.run(3)

    assert "the configuration is joint; an empty change leaves it" in refusal(peers, add("n5"))


@pytest.mark.parametrize("changes", [[], remove("n9"), add("n1")])
def test_a_change_that_makes_no_sense_is_a_mistake(changes):
    """Nothing to leave, no such node, a voter already: ValueError, and nothing is appended."""
    refusal(led(), changes, ValueError)


# ---- many at a time (thesis 4.3)


def joint(peers=None, transition=Transition.EXPLICIT):
    """Bring n1 .. n5, led by n1, from voters n1, n2, n3 to the joint step towards n1, n4, n5."""
    peers = peers or led()
    for node in ("n4", "n5"):
        peers.join(node)
    change(peers, [*add("n4", "n5"), *remove("n2", "n3")], transition=transition)
    return peers


def test_many_changes_go_through_a_joint_configuration():
    """Thesis 4.3: several changes at once are made jointly, and the leader leaves by itself."""
    peers = joint(transition=Transition.AUTO)
    assert peers.raft("n1").configuration == Configuration(
        voters=("n1", "n4", "n5"), outgoing=("n1", "n2", "n3"), auto_leave=True
    )

    peers.run(5)

    assert peers.raft("n4").configuration == Configuration(voters=("n1", "n4", "n5"))
    peers.write(b"x")
    assert peers.commands("n5") == [b"x"]


@pytest.mark.parametrize("cut", [("n2", "n3"), ("n4", "n5")])
def test_neither_half_decides_alone(cut):
    """Thesis 4.3: while joint, an entry needs a majority of the old and one of the new voters."""
    peers = joint()
    peers.run(3)
    for node in cut:
        peers.crash(node)

    entry = peers.propose(b"x")
    peers.run(3)
    assert peers.raft("n1").commit == entry.index - 1

    peers.restart(cut[0])
    peers.run(3)
    assert peers.raft("n1").commit == entry.index


@pytest.mark.parametrize("cut", [("n2", "n3"), ("n4", "n5")])
def test_neither_half_elects_alone(cut):
    """Thesis 4.3: while joint, an election needs both majorities."""
    peers = joint()
    peers.run(3)
    peers.crash("n1")
    for node in cut:
        peers.crash(node)

    peers.run(100)
    assert peers.leaders == []

    peers.restart("n1")
    peers.restart(cut[0])
    peers.run_until(lambda: peers.leaders, ticks=200)


def test_an_explicit_joint_configuration_is_left_by_an_empty_change():
    """Thesis 4.3: the second entry is proposed when the first is committed."""
    peers = joint()
    peers.run(10)
    assert peers.raft("n1").configuration.joint

    change(peers, [])
    peers.run(3)

    assert peers.raft("n4").configuration == Configuration(voters=("n1", "n4", "n5"))


def test_a_new_leader_goes_on_with_leaving():
    """Thesis 4.3: a leader that finds a joint configuration committed leaves it as well.

    The second entry reached nobody; that the first one is committed, all know.
    """
    peers = led()
    for node in ("n4", "n5"):
        peers.join(node)
    peers.lose(AppendEntries, where=lambda m: any(b'"outgoing":[]' in e.data for e in m.entries))
    entry = change(peers, [*add("n4", "n5"), *remove("n3")])
    peers.run(30)
    assert [peers.raft(node).commit for node in ("n2", "n4", "n5")] == [entry.index] * 3
    assert peers.raft("n2").configuration.joint
    peers.crash("n1")
    peers.heal()

    peers.run_until(lambda: peers.leaders, ticks=200)
    peers.run(5)

    assert peers.raft(peers.leader).configuration == Configuration(voters=("n1", "n2", "n4", "n5"))


def test_a_leader_may_go_jointly_too():
    """Thesis 4.3: the leader leaves the joint configuration, then steps down if it is out."""
    peers = led()
    for node in ("n4", "n5"):
        peers.join(node)
    change(peers, [*add("n4", "n5"), *remove("n1", "n2")])

    peers.run(60)

    assert peers.leader in {"n3", "n4", "n5"}
    assert voters(peers, peers.leader) == ("n3", "n4", "n5")


def test_a_snapshot_has_the_membership_of_its_index():
    """Thesis 5.1: a snapshot carries the configuration as of its last entry, not a later one."""
    peers = led()
    peers.write(b"x")
    change(peers, remove("n3"))
    peers.run(3)

    old = peers.compact("n1", 2)
    assert old.configuration.voters == names(3)

    new = peers.compact("n1")
    assert new.configuration.voters == ("n1", "n2")
    peers.restart("n1")
    assert voters(peers, "n1") == ("n1", "n2")


def test_nobody_is_known_to_a_node_that_restored_nothing():
    """Restored() without anything makes a node that is no member of anything."""
    peers = led(1)
    peers.join("n2")

    assert peers["n2"].disk.durable == Restored()
    assert peers.raft("n2").configuration == Configuration()
