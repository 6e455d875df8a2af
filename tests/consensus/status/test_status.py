from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import igniter_nb as ig
from igniter_nb.consensus.simulator.journal import KEPT, Journal
from igniter_nb.consensus.simulator.observe import node_status, world_status
from igniter_nb.consensus.simulator.script import act
from igniter_nb.consensus.simulator.world import Options, World
from igniter_nb.consensus.status.events import ClusterEvents
from igniter_nb.consensus.status.status import (
    ClusterStatus,
    LogEntry,
    NodeStatus,
    PeerView,
    ShardedStatus,
)
from igniter_nb.consensus.status.trace import TraceEvent
from tests.consensus.live import FAST


def made(nodes: int = 3, **options: Any) -> World:
    """Make a world whose leader is n1 or whoever the seed says, at rest."""
    names = [f"n{number}" for number in range(1, nodes + 1)]
    world = World(
        1, names, options=Options(config=FAST.config(), **options), trace=Journal(verbose=False)
    )
    world.run_until(500_000)
    return world


@pytest.fixture
def world() -> World:
    """Give a world of three nodes that has a leader."""
    return made()


def leader(world: World) -> str:
    """Name the leader."""
    host = world.leader()
    assert host is not None
    return host.replica.node_id


def test_a_status_says_what_is(world: World) -> None:
    """Rows, tails and progress of a healthy cluster agree with one another."""
    found = world_status(world)

    assert len(found) == 3
    assert found.seconds == 0.5
    assert (found.quorum_size, found.decides, found.blocked) == (2, True, ())
    assert found.tails == ((LogEntry(1, 1, True),),) * 3
    others = sorted({"n1", "n2", "n3"} - {leader(world)})
    assert found.progress == tuple(PeerView(name, 1, 2) for name in others)
    assert found.headline == f"{leader(world)} leads term 1; a write needs 2 of 3 nodes"
    assert (found.voters, found.sides) == (("n1", "n2", "n3"), [])


def test_a_status_without_a_leader(world: World) -> None:
    """With the majority dead, the headline says so and what is needed."""
    for name in ("n1", "n2", "n3"):
        act(world, "kill", name)

    found = world_status(world)

    assert (found.leader, found.decides, found.progress) == (None, False, ())
    assert found.title == "cluster of 3, 0 alive"
    assert found.headline == (
        "nobody leads; a write needs 2 of 3 nodes, and none runs: nothing is decided"
    )
    assert [row.role for row in found] == ["crashed"] * 3


def test_of_two_leaders_the_later_one_leads() -> None:
    """While a cut off leader does not know better, the status names the one of the higher term."""
    world = made(5)
    old = leader(world)
    act(world, "isolate", old)
    world.run_until(700_000)
    act(world, "pause", old)
    world.run_until(1_500_000)

    found = world_status(world)

    assert found.leader == leader(world) != old
    assert found[old].role == "paused"


def test_roles_of_nodes_that_have_no_vote(world: World) -> None:
    """A learner, a paused and a removed node are called what they are."""
    gone, paused = sorted({"n1", "n2", "n3"} - {leader(world)})
    act(world, "add_learner", "n4")
    world.run_until(1_000_000)
    act(world, "remove", gone)
    world.run_until(1_500_000)
    act(world, "kill", gone)
    act(world, "pause", paused)

    found = world_status(world)

    assert found["n4"].role == "learner"
    assert (found[gone].role, found[gone].alive) == ("removed", False)
    assert (found[paused].role, found[paused].alive) == ("paused", True)
    assert found.title == "cluster of 3, 3 alive"


def test_a_compacted_log_keeps_its_size() -> None:
    """The size counts what a snapshot stands for; the tail shows what is there."""
    world = made(snapshot_every=5)
    for number in range(20):
        world.propose(world.leader(), b'{"key":"a","value":%d}' % number)
        world.settle()
    world.run_until(1_000_000)

    row = world_status(world, tail=4)[leader(world)]

    assert (row.log_size, row.commit_index, row.applied_index) == (21, 21, 21)
    assert row.snapshot_index >= 15
    assert [len(tail) for tail in world_status(world, tail=4).tails] == [4, 4, 4]
    assert row.state_machine == {"a": 19}


def test_an_unknown_node_lists_the_known_ones(world: World) -> None:
    """Asking a status for a node that is none says which there are."""
    with pytest.raises(KeyError, match="no node 'n9'; known: n1, n2, n3"):
        world_status(world)["n9"]


def test_one_node_without_its_state(world: World) -> None:
    """A node can be looked at without a copy of what it holds."""
    world.propose(world.leader(), b'{"key":"a","value":1}')
    world.settle()
    name = leader(world)

    assert node_status(world, name, copied=True) == world_status(world)[name]
    assert node_status(world, name, copied=False).state_machine is None


def test_reports_in_every_form(world: World) -> None:
    """A status and events are text, a line, plain data, a frame, and rich in a notebook."""
    assert ig.__name__ == "igniter_nb"  # the display is installed by the front door
    for report in (
        world_status(world),
        ClusterEvents(tuple(world.trace or ())),
        ShardedStatus((world_status(world), world_status(made(1)))),
    ):
        records = report.records()

        assert str(report).startswith(f"{report.title}\n{report.headline}\n\n")
        assert repr(report) == f"<{type(report).__name__} {report.title}: {report.headline}>"
        assert report.to_dict() == {
            "title": report.title, "headline": report.headline, "rows": records,
        }  # fmt: skip
        frame = report.to_frame()
        assert (list(frame.columns), len(frame)) == (list(report.columns), len(records))
        assert "<table" in report._repr_mimebundle_()["text/html"]


def test_events_have_their_time() -> None:
    """Events are listed with seconds of the cluster's own time, in a frame as numbers."""
    rows = (
        TraceEvent(0, 1_500, "n1", "stop", "it is killed"),
        TraceEvent(1, 2_500_000, "", "act", ("heal", ())),
    )
    events = ClusterEvents(rows, "steps")

    assert list(events) == list(rows)
    assert len(events) == 2
    assert events.title == "2 steps of a cluster"
    assert events.headline == "from 0.002 s to 2.500 s of its own time"
    assert [record["what"] for record in events.records()] == [
        "n1 stops: it is killed",
        "-- heal()",
    ]
    assert list(events.to_frame()["seconds"]) == [0.0015, 2.5]


def test_no_events() -> None:
    """Before anything happened the headline says that."""
    assert ClusterEvents(()).headline == "nothing happened yet"
    assert len(ClusterEvents(()).to_frame()) == 0


def test_shards_are_numbered() -> None:
    """The status of several clusters has the shard in front of each node."""
    one, other = world_status(made(3)), world_status(made(1))
    found = ShardedStatus((one, other))

    assert (len(found), found[1], list(found)) == (2, other, [one, other])
    assert found.title == "2 shards of 4 nodes, 4 alive"
    assert found.headline == "2 of 2 shards have a leader that can decide"
    assert [(r["shard"], r["node_id"]) for r in found.records()] == [
        (0, "n1"), (0, "n2"), (0, "n3"), (1, "n1"),
    ]  # fmt: skip
    assert found.columns == ("shard", *ClusterStatus.columns)


def test_a_journal_keeps_what_a_person_follows_longer(capsys: pytest.CaptureFixture[str]) -> None:
    """Messages push out messages, not the election that was long ago; nothing is printed."""
    journal = Journal()
    journal.append(TraceEvent(0, 0, "n1", "stop", "it is killed"))

    for number in range(1, KEPT + 10):
        journal.append(TraceEvent(number, 0, "n1", "commit", number))

    assert len(journal.everything()) == KEPT
    assert [event.kind for event in journal.noteworthy()] == ["stop"]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("blocked", "words"),
    [
        ((), ""),
        ((("n1", "n2"),), "; cut: n1 to n2"),
        (
            tuple((a, b) for a in ("n1",) for b in ("n2", "n3", "n4"))
            + tuple((b, "n1") for b in ("n2", "n3", "n4")),
            "; n1 is cut off",
        ),
        (
            tuple(pair for a in ("n1", "n2") for b in ("n3", "n4") for pair in ((a, b), (b, a))),
            "; the network is cut into n1, n2 | n3, n4",
        ),
        (
            tuple(
                (a, b) for a in ("n1", "n2", "n3", "n4") for b in ("n1", "n2", "n3", "n4") if a != b
            ),
            "; all nodes are cut off from one another",
        ),
    ],
)
def test_the_headline_names_what_is_cut(blocked, words) -> None:
    """Nodes that are cut off are named, or the sides, or else the single links."""
    found = replace(world_status(made(4)), blocked=blocked)

    assert found.headline == f"{found.leader} leads term 1; a write needs 3 of 4 nodes{words}"


def test_a_stopped_cluster_says_that() -> None:
    """It says when, and who led then: no quorum is missed."""
    found = world_status(made(3), stopped=True)

    assert found.title == "cluster of 3, stopped"
    assert found.headline == f"stopped at 0.5 s; {found.leader} led term 1"
    nobody = world_status(World(1, ["n1", "n2"]), stopped=True)
    assert nobody.headline == "stopped at 0.0 s; nobody led"


def test_nodes_of_a_cluster_that_ended_are_what_they_were() -> None:
    """Who led still has the crown, who was paused or had crashed is told as that."""
    world = made(5)
    first, other, third = [name for name in world.hosts if name != leader(world)][:3]
    act(world, "kill", first)
    act(world, "pause", other)
    act(world, "wipe", third)
    before = world_status(world, stopped=True)

    for host in world.hosts.values():
        if host.replica.alive:
            world.rest(host, "the cluster is stopped")

    after = world_status(world, stopped=True)
    assert after.rows == before.rows
    assert after[other].role == "paused"
    assert after.title == "cluster of 5, stopped"
    assert not any(row.alive for row in world_status(world))
    act(world, "restart", other)
    assert world_status(world)[other].role == "follower"


def test_nodes_stand_in_the_order_of_their_names() -> None:
    """n2 comes before n10, in whatever order they came."""
    names = ["n10", "n2", "n1"]
    world = World(1, names, options=Options(config=FAST.config()), trace=[])
    act(world, "partition", ["n10", "n2"], ["n1"])

    found = world_status(world)

    assert [row.node_id for row in found] == ["n1", "n2", "n10"]
    assert found.voters == ("n1", "n2", "n10")
    assert found.blocked == (("n1", "n2"), ("n1", "n10"), ("n2", "n1"), ("n10", "n1"))
    assert found.sides == [["n1"], ["n2", "n10"]]


def test_what_is_missing_is_said() -> None:
    """Too few that run, or too few that reach one another; learners have no vote."""
    world = made(5)
    act(world, "add_learner", "n6")
    world.run_until(world.now_us + 500_000)
    assert world_status(world).need == "a write needs 3 of 5 voters"
    assert world_status(world).lack == ""

    act(world, "partition", ["n1", "n2"], ["n3", "n4"], ["n5", "n6"])
    assert world_status(world).lack == "no 3 that run reach one another"
    act(world, "heal")
    for name in ("n1", "n2", "n3", "n4"):
        act(world, "kill", name)
    assert world_status(world).lack == "1 runs"
    act(world, "restart", "n1")
    assert world_status(world).lack == "2 run"
    assert world_status(World(1, ["n1"])).need == "a write needs 1 of 1 node"


def test_a_disk_that_is_wiped_is_empty() -> None:
    """A node without its disk has nothing of what it had, in row, tail and state."""
    world = made(3)
    act(world, "write", "x", 1)
    world.run_until(world.now_us + 200_000)
    name = leader(world)
    assert world_status(world)[name].state_machine == {"x": 1}

    act(world, "wipe", name)

    found = world_status(world)
    row = found[name]
    assert row == NodeStatus(name, False, "crashed", 0, None, None, 0, 0, 0, 0, {})
    assert found.tails[found.rows.index(row)] == ()
    assert world_status(world, copied=False)[name].state_machine is None


def test_events_are_indexed(world: World) -> None:
    """One is taken by its number, several as a slice, and written as its line."""
    act(world, "kill", "n1")
    events = ClusterEvents(tuple(world.trace or ()))

    assert events[-1] is events.rows[-1]
    assert list(events[:2]) == list(events.rows[:2])
    assert str(events[-2]).endswith("-- kill('n1')")
