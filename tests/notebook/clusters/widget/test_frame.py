"""What a page shows of a world at one moment."""

from __future__ import annotations

import copy
import json
import pickle

from hypothesis import example, given, settings
from hypothesis import strategies as st

from igniter_nb.consensus import Simulation, Timing, world_status
from igniter_nb.consensus.local.watch import Losses
from igniter_nb.consensus.simulator.frames import (
    frame_of,
)
from igniter_nb.consensus.simulator.world import Options
from igniter_nb.consensus.transport import Link
from igniter_nb.notebook.clusters.widget.frame import facts_of
from igniter_nb.raft import (
    Entry,
    EntryKind,
)
from tests.notebook.clusters.widget.page import told_by, told_of

USUAL = Options(config=Timing().config())
SLOW = Options(config=Timing().config(), link=Link(20_000, 40_000))


def begun(nodes=3, *, options=USUAL, until=3_000_000):
    """Return a run in which somebody leads."""
    run = Simulation.start(3, [f"n{at}" for at in range(1, nodes + 1)], options=options)
    run.run_until(until)
    assert run.world.leader()
    return run


def shown_of(world, since=0, **how):
    """Return what a page is sent of a world."""
    return facts_of(frame_of(world, since, **how))


def entry(index=1, data=b'{"key":"x","value":1}'):
    """Return an entry that sets a key."""
    return Entry(index, 1, EntryKind.COMMAND, data)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2_000), until=st.integers(200_000, 1_500_000))
def test_a_frame_is_what_the_nodes_report(seed, until):
    """At any moment of any simulated run, faults and all, the frame says what the status says."""
    run = Simulation.open(seed, at_us=until)

    shown = shown_of(run.world)

    assert told_by({**shown, "stopped": False}) == told_of(world_status(run.world, copied=False))
    json.dumps(shown)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2_000), until=st.integers(200_000, 1_500_000))
def test_flights_lie_between_sent_and_arrives(seed, until):
    """What is under way was sent by now and arrives later; each was noted once."""
    run = Simulation.open(seed, at_us=until)
    now_us = run.now_us

    flights = shown_of(run.world)["flights"]

    assert all(sent <= now_us < arrives for *_, sent, arrives, _ in flights)
    assert len({flight[0] for flight in flights}) == len(flights)
    assert [flight[0] for flight in flights] == sorted(flight[0] for flight in flights)


def test_messages_under_way_are_flights_and_the_rest_are_sparks():
    """A message that takes time is shown where it is, one that took none as a spark."""
    slow, quick = begun(options=SLOW), begun()
    before = slow.world.noted, quick.world.noted
    for run in (slow, quick):
        run.act("write", "x", 1)
        run.run_until(run.now_us + 1)

    flying, sparking = shown_of(slow.world, before[0]), shown_of(quick.world, before[1])

    leader = flying["leader"]
    kinds = {(sender, kind) for _, sender, _, kind, *_ in flying["flights"]}
    assert (leader, "append") in kinds
    assert flying["sparks"] == []
    assert shown_of(slow.world, before[0], stopped=True)["flights"] == [], (
        "none of them will arrive"
    )
    assert sparking["flights"] == []
    leader = sparking["leader"]
    others = [node for node in ("n1", "n2", "n3") if node != leader]
    assert all([leader, node, "append"] in sparking["sparks"] for node in others)
    assert all([node, leader, "append-reply"] in sparking["sparks"] for node in others)
    assert len(sparking["sparks"]) == len({tuple(spark) for spark in sparking["sparks"]})


def test_what_is_lost_is_shown_once():
    """Messages to a node that is down, and on links that are cut, are lost."""
    run = begun(options=SLOW)
    leader = run.world.leader().replica.node_id
    other, third = [node for node in run.world.hosts if node != leader]
    losses = run.world.network.lost = Losses()
    run.act("kill", other)
    run.act("cut", leader, third)
    before = run.world.noted
    run.run_until(run.now_us + 200_000)

    shown = shown_of(run.world, before, losses=losses.take())["losses"]

    assert [leader, other, "heartbeat"] in shown
    assert [leader, third, "heartbeat"] in shown
    assert len(shown) == len({tuple(each) for each in shown})
    assert losses.take() == []


def test_looking_changes_nothing():
    """A run that is looked at goes on as one that is not."""
    seen, unseen = begun(options=SLOW), begun(options=SLOW)
    for _ in range(200):
        for run in (seen, unseen):
            run.step()
        shown_of(seen.world)

    assert seen.trace_text() == unseen.trace_text()
    assert pickle.dumps(seen.world) == pickle.dumps(unseen.world)


@settings(deadline=None, max_examples=100)
@given(rates=st.lists(st.integers(100, 5_000), min_size=3, max_size=3), steps=st.integers(0, 300))
@example(rates=[100, 3_775, 1_425], steps=34)  # a leader of an older term
def test_countdowns_end_when_the_node_wakes(rates, steps):
    """A countdown ends when the node's own timer fires, however fast its clock runs."""
    run = begun(options=SLOW)
    for node, rate in zip(run.world.hosts, rates, strict=True):
        run.act("clock_rate", node, rate)
    for _ in range(steps):
        run.step()
    now_us = run.now_us

    for node in shown_of(run.world)["nodes"]:
        host = run.world.hosts[node["id"]]
        if node["role"] in ("leader", "superseded"):  # it leads, as far as it knows
            assert node["timer"] is None
            continue
        set_us, due_us = node["timer"]
        assert 0 <= set_us <= now_us
        assert set_us < due_us
        assert abs(due_us - copy.deepcopy(host).deadline_us()) <= 1
        assert now_us <= due_us + 1


def test_only_those_who_wait_for_a_leader_have_a_countdown():
    """A leader, a paused node, a crashed one and a learner have none."""
    run = begun(5)
    leader = run.world.leader().replica.node_id
    one, other, third, fourth = [node for node in run.world.hosts if node != leader]
    run.act("add_learner", "n6")
    run.run_until(run.now_us + 500_000)
    run.act("pause", one)
    run.act("kill", other)

    timers = {node["id"]: node["timer"] for node in shown_of(run.world)["nodes"]}

    assert {name for name, timer in timers.items() if timer} == {third, fourth}


def test_a_candidate_counts_its_votes():
    """Who stands for election shows how many votes it has; others show none."""
    run = begun(5, options=SLOW)
    leader = run.world.leader().replica.node_id
    run.act("kill", leader)
    while not any(node["role"] == "candidate" for node in shown_of(run.world)["nodes"]):
        assert run.step()
    votes = {node["id"]: node["votes"] for node in shown_of(run.world)["nodes"] if node["votes"]}
    stands = [node["id"] for node in shown_of(run.world)["nodes"] if node["role"] == "candidate"]

    assert set(votes) <= set(stands)
    assert run.world.hosts[stands[0]].replica.core.election[2] == votes.get(stands[0], 0)


def test_a_frame_is_steady_while_a_leader_is_heard_and_nothing_else_happens():
    """A cut, a lossy link, a paused node, a write or an older term end that."""

    def steady(*acts, passes=50_000):
        run = begun()
        for act in acts:
            run.act(*act)
        before = run.world.noted
        run.run_until(run.now_us + passes)
        return shown_of(run.world, before)["steady"]

    leader = begun().world.leader().replica.node_id
    other = next(node for node in ("n1", "n2") if node != leader)
    assert steady()
    assert not steady(("cut", leader, other))
    assert not steady(("links", 0, 0, 0.5))
    assert not steady(("link", leader, other, 0, 0, 0.5))
    assert not steady(("pause", other))
    assert not steady(("write", "x", 1))
    assert not steady(("kill", leader))
    assert steady(("kill", other))
    assert not steady(("links", 60_000, 60_000), passes=100_000)
    assert not steady(("campaign", other), passes=0)


def test_links_are_told_that_have_a_word_of_their_own():
    """What is true of all links is told once, and then what differs."""
    run = begun()
    run.act("links", 5_000, 9_000, 0.1)
    run.act("link", "n1", "n2", 7_000, 7_000)
    run.act("cut", "n2", "n1")

    shown = shown_of(run.world)

    assert shown["link"] == [9_000, 0.1]
    assert shown["links"] == [["n1", "n2", 7_000, 0.0]]
    assert shown["cuts"] == [["n2", "n1"]]


def test_headline_and_banner_say_what_is_lost():
    """Who leads and how many decide; without a majority what that means and what helps."""
    run = begun(5)
    leader = run.world.leader()
    name = leader.replica.node_id
    others = [node for node in run.world.hosts if node != name]
    assert shown_of(run.world)["headline"] == f"{name} leads. A write needs 3 of 5 nodes."
    assert shown_of(run.world)["banner"] == ""

    for node in others[:3]:
        run.act("kill", node)
    shown = shown_of(run.world)
    assert shown["headline"] == (
        f"{name} leads. A write needs 3 of 5 nodes, and 2 run: nothing is decided."
    )
    assert shown["banner"].startswith("Quorum lost. A write needs 3 of 5 nodes, and 2 run.")

    run.act("kill", name)
    assert shown_of(run.world)["headline"].startswith("Nobody leads. A write needs")
    run.act("restart", "all")
    assert shown_of(run.world)["headline"] == (
        "Nobody leads. A write needs 3 of 5 nodes, and so does an election."
    )
    ended = shown_of(run.world, stopped=True)["headline"]
    assert ended == "Stopped at 3.0 s. Nobody led. This is how it ended."


def test_the_log_columns_span_all_logs():
    """First and newest index are those of all entries that are shown."""
    run = begun()
    for at in range(30):
        run.act("write", f"k{at}", at)
    run.run_until(run.now_us + 100_000)

    shown = shown_of(run.world)

    indexes = [index for node in shown["nodes"] for index, *_ in node["log"]]
    assert (shown["first"], shown["newest"]) == (min(indexes), max(indexes))
    assert all(len(node["log"]) == 12 for node in shown["nodes"])
    fresh = Simulation.start(1, ["n1", "n2"])
    assert (shown_of(fresh.world)["first"], shown_of(fresh.world)["newest"]) == (0, 0)


def test_a_node_that_lost_its_disk_says_so():
    """A node that crashed may come back; one whose disk was taken away must not."""
    run = begun()
    run.act("kill", "n1")
    run.act("wipe", "n2")

    wiped = {node["id"]: node["wiped"] for node in shown_of(run.world)["nodes"]}

    assert wiped == {"n1": False, "n2": True, "n3": False}


def test_a_state_is_one_line():
    """Whatever a key holds, a page is sent one line of it."""
    run = begun()
    run.act("write", "a\nb", 1)
    run.run_until(run.now_us + 100_000)

    states = [node["state"] for node in shown_of(run.world)["nodes"]]

    assert all(states)
    assert not any("\n" in state for state in states)


def test_values_are_in_the_frame():
    """Each entry says what it was, each node what it holds in short."""
    run = begun()
    run.act("write", "price", 99)
    run.run_until(run.now_us + 100_000)

    shown = shown_of(run.world)

    words = [shown["entries"][f"{index}:{term}"] for index, term, _ in shown["nodes"][0]["log"]]
    assert words[0][0] == "new leader"
    assert words[1] == ["price=99", "price = 99"]
    assert [node["short"] for node in shown["nodes"]] == ["price=99"] * 3


def test_sides_are_in_the_frame():
    """Where the network is parted, each side has its nodes and a sentence; else there are none."""
    run = begun(5)
    assert shown_of(run.world)["sides"] == []

    run.act("partition", ["n1", "n2"], ["n3", "n4", "n5"])

    assert shown_of(run.world)["sides"] == [
        {"nodes": ["n1", "n2"], "decides": False, "text": "2 of 5: cannot decide"},
        {"nodes": ["n3", "n4", "n5"], "decides": True, "text": "3 of 5: can decide"},
    ]


def test_nodes_come_in_natural_order():
    """n2 before n10, with their names whole."""
    names = [f"frankfurt-{at}" for at in (10, 2, 1)]
    run = Simulation.start(3, names, options=USUAL)

    shown = [node["id"] for node in shown_of(run.world)["nodes"]]

    assert shown == ["frankfurt-1", "frankfurt-2", "frankfurt-10"]
