"""The Raft paper's safety argument: figures 3, 7 and 8, and sections 5.4.1 and 5.6.

The figures are played as they are drawn. The blank entry that opens a term (section 8) stands
where the figures have a leader's first entry.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igniter_nb.raft import AppendEntries, AppendReply, Config, Role, VoteReply
from tests.raft.disk import log_of, restored
from tests.raft.handmade import append, ask, paper
from tests.raft.network import Peers, names

PLAIN = {"pre_vote": False, "check_quorum": False}

# ---- figure 3: what always holds. Peers checks all five after every event.


def test_election_safety():
    """Figure 3, Election Safety: of two candidates of one term at most one becomes leader."""
    peers = Peers(4, **PLAIN)
    peers.call("n1", "campaign")
    peers.call("n2", "campaign")
    peers.deliver(sender="n1", recipient="n3")
    peers.deliver(sender="n2", recipient="n4")

    peers.settle()

    assert peers.raft("n1").term == peers.raft("n2").term == 1
    assert peers.leaders == []  # two votes each, and three are needed
    peers.elect("n3")
    assert peers.leaders == ["n3"]


def test_leader_append_only():
    """Figure 3, Leader Append-Only: a leader never overwrites or deletes, it appends only."""
    peers = Peers(3, start={"n1": restored(names(3), 1, 2, 2)}, **PLAIN)
    peers.elect("n1")
    before = peers.log("n1")

    for data in (b"x", b"y"):
        peers.write(data)
        peers.run(3)

    assert peers.log("n1")[: len(before)] == before
    assert [entry.data for entry in peers.log("n1")[len(before) :]] == [b"x", b"y"]


def test_log_matching():
    """Figure 3, Log Matching: logs that share index and term of an entry are equal up to it."""
    starts = {"n1": (1, 1, 2), "n2": (1, 1, 1), "n3": (1, 3)}
    peers = Peers(
        3, start={n: restored(names(3), *ts, term=3) for n, ts in starts.items()}, **PLAIN
    )

    peers.elect("n3")  # Peers checks the property after each message of the repair

    assert peers.terms("n1") == peers.terms("n2") == peers.terms("n3") == [1, 3, 4]
    assert peers.log("n1") == peers.log("n2") == peers.log("n3")


def test_leader_completeness():
    """Figure 3, Leader Completeness: what is committed is in the log of each later leader."""
    peers = Peers(5, **PLAIN)
    peers.elect("n1")
    peers.partition(["n1", "n2", "n3"], ["n4", "n5"])
    entry = peers.write(b"x")
    peers.heal()
    peers.crash("n1")

    for node in ("n4", "n5"):  # these do not have it, so they cannot win
        peers.call(node, "campaign")
        peers.settle()
        assert peers.leaders == []

    peers.run_until(lambda: peers.leaders)
    assert peers.leader in {"n2", "n3"}
    assert entry in peers.log(peers.leader)


def test_state_machine_safety():
    """Figure 3, State Machine Safety: servers apply the same entry at each index."""
    peers = Peers(3, **PLAIN)
    peers.elect("n1")
    peers.write(b"x")
    peers.isolate("n1")
    peers.propose(b"lost", at="n1")
    peers.elect("n2")
    peers.propose(b"y", at="n2")
    peers.settle()
    peers.heal()

    peers.run(3)

    assert [peers.commands(node) for node in peers.alive] == [[b"x", b"y"]] * 3
    assert peers["n1"].applied == peers["n2"].applied == peers["n3"].applied


NODES = st.sampled_from(names(3))
EVENTS = st.lists(
    st.tuples(st.just("deliver"), st.integers(0, 9))
    | st.tuples(st.just("tick"), NODES)
    | st.tuples(st.sampled_from(["propose", "campaign", "restart", "hold", "flush"]), NODES)
    | st.tuples(st.sampled_from(["drop", "double"]), st.integers(0, 9)),
    max_size=120,
)


def happen(peers, event, what):
    """Let one event of a random schedule happen; what is impossible now does not."""
    raft = peers[what].raft if isinstance(what, str) else None
    if event in {"deliver", "drop", "double"}:
        if what < len(peers.in_flight):
            message = peers.in_flight[what] if event == "double" else peers.in_flight.pop(what)
            if event != "drop":
                peers.step(message)
    elif event == "tick":
        peers.tick(5, at=what)
    elif event == "propose" and raft.role is Role.LEADER:
        peers.propose(f"{raft.term}.{raft.log.last_index}".encode(), at=what)
    elif event == "campaign":
        peers.call(what, "campaign")
    elif event == "restart":
        peers.restart(what)
    elif event == "hold":
        peers.hold(what)
    elif event == "flush" and peers[what].held:
        peers.flush(what, count=1)


@settings(max_examples=60)
@given(EVENTS, st.booleans())
def test_the_five_properties_hold_under_any_schedule(events, careful):
    """Figure 3: whatever is lost, doubled, late, or forgotten by a crash, all five hold.

    And afterwards, when nothing is lost any more, there is a leader and a write goes through.
    """
    peers = Peers(3, pre_vote=careful, check_quorum=careful)

    for event, what in events:
        happen(peers, event, what)

    for node in peers.alive:
        if peers[node].held is not None:
            peers.release(node)
    peers.run_until(lambda: len(peers.leaders) == 1 and peers.raft(peers.leader).commit)
    peers.write(b"end")
    peers.run(30)
    assert [peers.commands(node)[-1:] for node in peers.alive] == [[b"end"]] * 3
    assert peers.log("n1") == peers.log("n2") == peers.log("n3")


# ---- section 5.4.1: whose log is newer


@pytest.mark.parametrize(
    ("last", "granted"),
    [
        ((3, 2), True),  # the same log
        ((4, 2), True),  # the same last term, longer
        ((2, 2), False),  # the same last term, shorter
        ((1, 3), True),  # a later last term, although it is shorter
        ((9, 1), False),  # an earlier last term, although it is longer
        ((0, 0), False),  # an empty log
    ],
)
def test_the_last_term_decides_and_then_the_length(last, granted):
    """Section 5.4.1: the log with the later last term is newer; in one term the longer one."""
    peers = paper(1, 1, 2, term=3)

    peers.step(ask(4, last=last))

    (reply,) = peers.take(VoteReply)
    assert reply.granted == granted


def test_a_candidate_with_an_old_log_cannot_win():
    """Section 5.4.1: who lacks a committed entry is refused by each majority."""
    starts = {"n1": restored(names(3), 1), "n2": restored(names(3), 1, 1)}
    peers = Peers(3, start={**starts, "n3": starts["n2"]}, **PLAIN)

    peers.call("n1", "campaign")
    peers.settle()

    assert peers.leaders == []


# ---- figure 7

LEADER = (1, 1, 1, 4, 4, 5, 5, 6, 6, 6)
FOLLOWERS = {
    "a": (1, 1, 1, 4, 4, 5, 5, 6, 6),
    "b": (1, 1, 1, 4),
    "c": (1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6),
    "d": (1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7),
    "e": (1, 1, 1, 4, 4, 4, 4),
    "f": (1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3),
}


def figure_7():
    """Set up the seven servers just before the leader of term 8 comes to power."""
    members = ("leader", *FOLLOWERS)
    start = {name: restored(members, *terms) for name, terms in FOLLOWERS.items()}
    start["leader"] = restored(members, *LEADER, term=7)
    return Peers(members, start=start, **PLAIN)


def test_figure_7_the_leader_can_win_its_term():
    """Figure 7: for all six logs it is possible that the one on top leads term 8."""
    peers = figure_7()

    peers.call("leader", "campaign")
    peers.deliver()

    votes = {reply.sender: reply.granted for reply in peers.pending(VoteReply)}
    assert votes == {"a": True, "b": True, "c": False, "d": False, "e": True, "f": True}
    peers.settle()
    assert (peers.leader, peers.raft("leader").term) == ("leader", 8)


@pytest.mark.parametrize("name", FOLLOWERS)
def test_figure_7_each_log_becomes_the_leaders(name):
    """Figure 7: missing entries (a, b), extra ones (c, d), both (e, f): all end up equal."""
    peers = figure_7()

    peers.elect("leader")
    peers.run()  # the commit index reaches all with the next heartbeat

    assert peers.terms("leader") == [*LEADER, 8]
    assert peers.log(name) == peers.log("leader")
    assert peers.raft(name).commit == 11


@pytest.mark.parametrize(
    ("name", "most"), [("a", 1), ("b", 1), ("c", 0), ("d", 0), ("e", 1), ("f", 2)]
)
def test_figure_7_whole_terms_are_skipped(name, most):
    """Section 5.3, end: at most one refusal is needed for each term that conflicts."""
    peers = figure_7()
    peers.call("leader", "campaign")

    refusals = 0
    while peers.in_flight:
        refusals += sum(not m.success for m in peers.pending(AppendReply, sender=name))
        peers.deliver()

    assert peers.log(name) == peers.log("leader")
    assert refusals <= most


# ---- figure 8


SERVERS = ("s1", "s2", "s3", "s4", "s5")


def figure_8(logs, terms):
    """Set up the five servers; each has voted for itself or S5 in its term, as drawn."""
    start = {
        server: restored(SERVERS, *log, term=term)
        for server, log, term in zip(SERVERS, logs, terms, strict=True)
    }
    return Peers(SERVERS, start=start, **PLAIN)


def figure_8c(*, own_term_too):
    """Set (c) up: S5 crashed, S1 leads term 4; S3 has not got the entry of term 2 yet.

    Args:
        own_term_too: whether S2 and S3 get S1's own entry of term 4 as well, as in (e).
    """
    peers = figure_8([(1, 2), (1, 2), (1,), (1,), (1, 3)], [3, 2, 3, 3, 3])
    peers.crash("s5")
    peers.lose(AppendEntries, recipient="s4")
    if not own_term_too:
        peers.lose(AppendEntries, where=lambda m: m.entries)
    peers.elect("s1")
    return peers


def bring_the_old_entry_to_a_majority(peers):
    """Let S1 send the entry of term 2 alone, as a leader with small messages would."""
    first, second = peers.log("s1")[:2]
    prev = (first.index, first.term)
    for server in ("s2", "s3"):
        peers.step(append(4, prev, [second], sender="s1", recipient=server))
    peers.settle()


def test_figure_8_a():
    """Figure 8 (a): S1 leads term 2 and partially replicates the entry at index 2."""
    peers = figure_8([(1,)] * 5, [1] * 5)
    peers.lose(AppendEntries, where=lambda m: m.recipient != "s2")

    peers.elect("s1")

    assert [peers.terms(server) for server in SERVERS] == [[1, 2], [1, 2], [1], [1], [1]]
    assert peers.raft("s1").commit == 0


def test_figure_8_b():
    """Figure 8 (b): S5 wins term 3 with S3, S4 and itself and takes another entry at index 2."""
    peers = figure_8([(1, 2), (1, 2), (1,), (1,), (1,)], [2] * 5)
    peers.crash("s1")
    peers.lose(AppendEntries)

    peers.elect("s5")

    assert peers.raft("s5").term == 3
    assert [peers.terms(server) for server in SERVERS[1:]] == [[1, 2], [1], [1], [1, 3]]


def test_figure_8_c():
    """Figure 8 (c): an entry of term 2 on a majority is not committed by the leader of term 4."""
    peers = figure_8c(own_term_too=False)

    bring_the_old_entry_to_a_majority(peers)

    assert [peers.terms(server) for server in SERVERS[:4]] == [[1, 2, 4], [1, 2], [1, 2], [1]]
    matches = [each.match for each in peers.raft("s1").status().progress[:2]]
    assert matches == [2, 2]
    assert peers.raft("s1").commit == 0
    assert peers["s1"].applied == []


def test_figure_8_d():
    """Figure 8 (d): S5 may then win with S2, S3 and S4, and overwrite the entry of term 2."""
    peers = figure_8c(own_term_too=False)
    bring_the_old_entry_to_a_majority(peers)
    peers.crash("s1")
    peers.restart("s5")
    peers.heal()

    peers.call("s5", "campaign")  # term 4, in which the others have voted for S1
    peers.settle()
    peers.elect("s5")

    assert [peers.terms(server) for server in SERVERS[1:]] == [[1, 3, 5]] * 4


def test_figure_8_e():
    """Figure 8 (e): once an entry of S1's own term is on a majority, S5 cannot win any more."""
    peers = figure_8c(own_term_too=True)
    assert [peers.terms(server) for server in SERVERS[:4]] == [[1, 2, 4]] * 3 + [[1]]
    assert peers.raft("s1").commit == 3
    peers.crash("s1")
    peers.restart("s5")
    peers.heal()

    for _ in range(3):
        peers.call("s5", "campaign")
        peers.settle()

    assert peers.leaders == []
    assert [peers.terms(server) for server in SERVERS[1:3]] == [[1, 2, 4]] * 2


# ---- section 5.6 and 5.2: timing


def test_broadcast_time_is_shorter_than_the_election_timeout():
    """Section 5.6: options that cannot keep a steady leader are refused."""
    with pytest.raises(ValueError, match="every pause between two"):
        Config(node_id="n1", heartbeat_ticks=10, election_ticks=10)


def test_a_steady_leader_stays():
    """Section 5.6: while messages are faster than the timeout, one leader leads on."""
    peers = Peers(5, heartbeat_ticks=3)
    peers.run_until(lambda: peers.leaders)
    term = peers.raft(peers.leader).term

    peers.run(500)

    assert {peers.raft(node).term for node in peers.alive} == {term}


def test_messages_slower_than_the_timeout_keep_nobody_in_office():
    """Section 5.6: when broadcasting takes longer than the timeout, leaders do not last."""
    peers = Peers(3, **PLAIN)
    peers.elect("n1")

    peers.tick(30)  # nothing is delivered

    assert peers.raft("n2").term > 1
    assert peers.raft("n3").term > 1


@given(st.integers(1, 30), st.integers(1, 20), st.data())
def test_timeouts_are_spread_over_an_interval(election, spread, data):
    """Section 5.2: a timeout is drawn from a fixed interval, so that few votes are split."""
    drawn = data.draw(st.integers(0, spread - 1))
    peers = Peers(
        3,
        only=["n1"],
        jitter=lambda node, bound: min(drawn, bound - 1),
        election_ticks=election + 1,
        election_jitter=spread,
        **PLAIN,
    )

    peers.tick(election + drawn)
    assert peers.raft("n1").role is Role.FOLLOWER

    peers.tick(1)
    assert peers.raft("n1").role is Role.CANDIDATE


def test_a_timeout_is_drawn_anew_for_each_election():
    """Section 5.2: each candidate restarts its randomised timeout, so a split is not repeated."""
    drawn = []
    peers = Peers(3, only=["n1"], jitter=lambda node, bound: drawn.append(bound) or 0, **PLAIN)
    before = len(drawn)

    peers.tick(30)

    assert peers.raft("n1").term == 3
    assert drawn[before:] == [10] * 3


def test_equal_timers_split_the_vote_and_different_ones_mend_it():
    """Section 5.2: aligned candidates split their votes; timers that differ then elect one."""
    spread = {"n1": 0, "n2": 0, "n3": 0, "n4": 0}
    peers = Peers(4, jitter=lambda node, bound: spread[node], **PLAIN)
    peers.tick(10)
    peers.settle()
    assert peers.leaders == []
    assert {peers.raft(node).term for node in peers.alive} == {1}

    spread.update(n2=3, n3=6, n4=9)
    peers.run_until(lambda: peers.leaders, ticks=60)

    assert len(peers.leaders) == 1


def test_entries_of_the_figure_are_named_after_their_places():
    """The logs of the figures hold equal entries at equal places, as Log Matching wants."""
    assert log_of(*LEADER)[:4] == log_of(*FOLLOWERS["b"])
