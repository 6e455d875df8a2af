"""The door of the core: what it is told, what it asks for, and in which order."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.raft import (
    AppendEntries,
    AppendReply,
    Config,
    Configuration,
    EntryKind,
    ProposalRefusedError,
    Raft,
    Role,
    Ticket,
)
from tests.raft.disk import restored
from tests.raft.handmade import accepted, append, vote
from tests.raft.network import Peers, names


def core(*terms, voters=("n1", "n2", "n3"), **options):
    """Make a bare core n1, to which nobody does what it asks for."""
    return Raft(Config(node_id="n1", **options), restored(voters, *terms), lambda bound: 0)


def led(count=3, **options):
    """Let n1 lead with its first entry committed."""
    peers = Peers(count, **options)
    peers.elect("n1")
    return peers


# ---- what comes in


def test_a_message_for_another_node_is_a_mistake():
    """A message to somebody else is refused with both names."""
    with pytest.raises(ValueError, match="a message to 'n2' came to 'n1'"):
        core().step(append(1, sender="n3", recipient="n2"))


def test_a_proposal_to_a_follower_is_refused_with_a_hint():
    """Who does not lead names the leader, in words and as a value."""
    peers = led()

    with pytest.raises(ProposalRefusedError, match="n2 does not lead in term 1; n1 does") as caught:
        peers.propose(at="n2")

    assert caught.value.leader == "n1"


def test_a_proposal_without_a_leader_is_refused_without_a_hint():
    """Who knows no leader says so."""
    with pytest.raises(ProposalRefusedError, match="nobody is known to") as caught:
        core().propose(b"x")

    assert caught.value.leader is None


@pytest.mark.parametrize("leader", ["n2", None])
def test_a_refusal_keeps_its_hint_on_its_way(leader):
    """A refusal that is pickled comes back with its text and its hint."""
    error = pickle.loads(pickle.dumps(ProposalRefusedError("not now", leader)))  # noqa: S301  ours

    assert (str(error), error.leader) == ("not now", leader)


def test_a_proposal_is_an_entry_with_its_place():
    """propose() returns index and term, by which the caller recognises it when it is applied."""
    peers = led()
    ticket = Ticket(1, 1, 1)

    entry = peers.propose(b"x", ticket=ticket)
    session = peers.propose(b"", kind=EntryKind.REGISTER)

    assert (entry.index, entry.term, entry.data, entry.ticket) == (2, 1, b"x", ticket)
    assert entry.kind is EntryKind.COMMAND
    assert (session.index, session.kind) == (3, EntryKind.REGISTER)
    peers.settle()
    assert peers["n3"].applied[1:] == [entry, session]


def test_a_configuration_is_not_proposed_as_data():
    """There is a call of its own for changing the membership."""
    peers = led()

    with pytest.raises(AssertionError, match="propose_conf_change"):
        peers.propose(b"{}", kind=EntryKind.CONFIGURATION)


def test_many_proposals_share_their_messages():
    """propose_many() appends all in order, and one message to each follower carries them."""
    peers = led()

    entries = peers.call("n1", "propose_many", [(b"x", None), (b"y", Ticket(1, 2, 1))])

    assert [(entry.index, entry.data) for entry in entries] == [(2, b"x"), (3, b"y")]
    assert {message.entries for message in peers.pending(AppendEntries)} == {entries}
    peers.settle()
    assert peers.commands("n2") == [b"x", b"y"]


def test_proposing_nothing_is_nothing():
    """No commands make no entries, whoever is asked."""
    assert core().propose_many([]) == ()


def test_many_proposals_are_refused_as_one():
    """propose_many() is refused as propose() is, and nothing of it is appended."""
    with pytest.raises(ProposalRefusedError):
        core().propose_many([(b"x", None)])


def test_a_leader_takes_only_so_much_that_is_not_committed():
    """A leader cut off refuses proposals when its log fills up, and takes them again after."""
    peers = led(max_uncommitted_bytes=10, check_quorum=False)
    peers.isolate("n1")
    peers.propose(b"." * 99)  # alone, one of any size is taken
    with pytest.raises(ProposalRefusedError, match="99 bytes are not committed yet and 1 more"):
        peers.propose(b".")
    with pytest.raises(ProposalRefusedError):
        peers.call("n1", "propose_many", [(b"x", None)])
    peers.drop()

    peers.heal()
    peers.run(2)

    assert peers.write(b".").index == 3


def test_what_an_earlier_leader_left_counts_as_not_committed():
    """Bytes of earlier terms that are not committed count, until they are."""
    peers = Peers(3, only=["n1"], start={"n1": restored(names(3), 1, 1)}, max_uncommitted_bytes=7)
    peers.call("n1", "campaign", pre_vote=False)
    peers.step(vote(2, "n2"))

    with pytest.raises(ProposalRefusedError, match="6 bytes are not committed yet"):
        peers.propose(b"xx")

    peers.step(accepted(2, 3, "n2"))
    peers.propose(b"xx")


def test_what_was_not_handed_out_is_not_applied():
    """applied() of an entry that was not handed out is a mistake of the driver."""
    with pytest.raises(AssertionError, match="1 was not handed out"):
        core(1).applied(1)


# ---- time


def test_time_does_not_go_back():
    """Ticks are not negative; none changes nothing."""
    raft = core()
    raft.tick(0)
    assert raft.ready() is None

    with pytest.raises(AssertionError):
        raft.tick(-1)


def test_many_ticks_fire_each_timer_once():
    """A node that was paused starts one election, and a leader sends one round."""
    raft = core(pre_vote=False)
    raft.tick(1000)
    assert raft.term == 1

    peers = led(heartbeat_ticks=2, check_quorum=False)
    peers.raft("n1").tick(1000)
    peers.pump("n1")
    assert len(peers.pending(AppendEntries)) == 2


@pytest.mark.parametrize("role", [Role.FOLLOWER, Role.CANDIDATE, Role.LEADER])
@given(before=st.integers(0, 9), data=st.data())
def test_nothing_happens_before_the_deadline(role, before, data):
    """tick(n) with n below ticks_to_deadline() asks for nothing; at the deadline something is."""
    peers = Peers(3, only=["n1"], heartbeat_ticks=4)
    if role is not Role.FOLLOWER:
        peers.call("n1", "campaign", pre_vote=False)
    if role is Role.LEADER:
        peers.step(vote(1, "n2"))
    raft = peers.raft("n1")
    raft.tick(min(before, raft.ticks_to_deadline() - 1))
    left = raft.ticks_to_deadline()

    early = data.draw(st.integers(0, left - 1))
    raft.tick(early)
    assert raft.ready() is None
    assert raft.ticks_to_deadline() == left - early

    raft.tick(left - early)
    assert raft.ready() is not None


def test_a_handover_has_a_deadline_too():
    """While leadership is handed over, its end is a deadline as well."""
    peers = led(heartbeat_ticks=9)
    peers.tick(5, at="n1")
    peers.call("n1", "transfer_leader", "n2")

    assert peers.raft("n1").ticks_to_deadline() == 4  # the heartbeat
    peers.tick(4, at="n1")
    assert peers.raft("n1").ticks_to_deadline() == 6  # the end of the handover


def test_the_running_countdown_can_be_set():
    """set_election_timeout() holds for the countdown that runs; the next one is drawn as ever."""
    peers = Peers(3, only=["n1"], pre_vote=False)
    peers.call("n1", "set_election_timeout", 3)

    peers.tick(3)
    assert peers.raft("n1").term == 1
    peers.tick(9)
    assert peers.raft("n1").term == 1
    peers.tick(1)
    assert peers.raft("n1").term == 2


def test_a_countdown_has_a_length():
    """A countdown of no ticks is a mistake."""
    with pytest.raises(AssertionError):
        core().set_election_timeout(0)


def test_jitter_is_below_its_bound():
    """A jitter that is not below its bound is a mistake of who gave it."""
    with pytest.raises(AssertionError):
        Raft(Config(node_id="n1"), restored(("n1",)), lambda bound: bound)


# ---- reports and looks


def test_reports_about_strangers_change_nothing():
    """Reports are about followers; a node that has none of that name ignores them."""
    raft = core()

    raft.report_unreachable("n2")
    raft.report_snapshot("n9", ok=True)

    assert raft.ready() is None


def test_an_unreachable_follower_is_sent_one_message_at_a_time():
    """After report_unreachable() a follower is sent nothing until the next heartbeat probes it."""
    peers = led()
    peers.call("n1", "report_unreachable", "n2")
    for _ in range(5):
        peers.propose()

    to_each = [len(peers.pending(AppendEntries, recipient=node)) for node in ("n2", "n3")]

    assert to_each == [0, 5]
    peers.settle()
    peers.run(2)
    assert peers.log("n2") == peers.log("n1")


@pytest.mark.parametrize(("ok", "following"), [(True, 4), (False, 2)])
def test_a_snapshot_sent_by_other_means_is_reported(ok, following):
    """report_snapshot() ends the sending: entries go on behind it, or where they were."""
    peers = led(trailing_entries=0)
    peers.isolate("n3")
    for _ in range(2):
        peers.write()
    peers.compact("n1")
    peers.drop()
    peers.heal()
    peers.tick(at="n1")
    peers.deliver()
    peers.deliver()
    assert peers.raft("n1").status().progress[1].state == "snapshot"

    peers.raft("n1").report_snapshot("n3", ok=ok)

    progress = peers.raft("n1").status().progress[1]
    assert (progress.state, progress.next) == ("probe", following)


def test_the_status_is_what_can_be_seen():
    """status() is a frozen picture of the node, of its followers too if it leads."""
    peers = led()
    peers.write(b"x")

    status = peers.raft("n1").status()

    assert status[:9] == ("n1", 1, "n1", Role.LEADER, "n1", 2, 2, 1, 2)
    assert status.configuration == Configuration(voters=names(3))
    assert [(each.node_id, each.match, each.next, each.state) for each in status.progress] == [
        ("n2", 2, 3, "replicate"),
        ("n3", 2, 3, "replicate"),
    ]
    follower = peers.raft("n2").status()
    assert (follower.leader_id, follower.progress, follower.transferee) == ("n1", (), None)


def test_a_broken_node_is_named():
    """The check of a node says which promise is broken."""
    raft = core()
    raft.check_invariants()
    raft._state.transferee = "n2"

    with pytest.raises(AssertionError, match="only a leader hands over"):
        raft.check_invariants()


def test_a_refused_leader_hears_why():
    """The answer to a leader that does not fit carries a hint where the logs may agree."""
    raft = core(1, 1)

    raft.step(append(3, prev=(9, 2)))

    (reply,) = raft.ready().persist.release
    assert reply == AppendReply("n1", "n2", 3, False, 9, 2, 1, 1)


def test_what_brings_a_deadline_nearer_is_counted():
    """While `changes` is the same, role, term and leader are, and no deadline came nearer."""
    raft = core()
    raft.set_election_timeout(50)
    before, deadline = raft.changes, raft.ticks_to_deadline()

    raft.tick(3)
    assert (raft.changes, raft.ticks_to_deadline()) == (before, deadline - 3)

    raft.set_election_timeout(20)
    assert raft.changes > before


def test_a_countdown_can_be_looked_at():
    """How far it has come, how long it is, and the votes that a candidate was granted."""
    raft = core(election_ticks=10, election_jitter=5)

    raft.tick(3)
    assert raft.election == (3, 10, 0)
    raft.tick(7)
    assert raft.election[:2] == (0, 10)

    raft = core(voters=("n1",))
    raft.campaign(pre_vote=False)
    assert raft.election[2] == 0, "its own vote counts when it is durable"

    raft = core(pre_vote=True)
    raft.campaign()
    assert raft.election[2] == 1, "it would vote for itself"
