"""What a page may ask, and what it hears."""

from __future__ import annotations

import itertools
import re
from functools import partial

import pytest

from igniter_nb.consensus import Cluster
from igniter_nb.consensus.local.showing import SLOWEST
from igniter_nb.notebook.clusters.widget.reply import problem_text
from igniter_nb.notebook.clusters.widget.requests import LONGEST_PATIENCE, PATIENCE
from igniter_nb.notebook.clusters.widget.widget import ClusterView
from tests.consensus.live import Counter
from tests.notebook.clusters.widget.page import LONG, Page, showing


@pytest.fixture(scope="module")
def shown():
    """Show three nodes to all the tests that break nothing."""
    with showing(3, timeout=LONG) as (cluster, page):
        yield cluster, page


def follower(cluster):
    """Name a node that does not lead."""
    leader = cluster.wait_for_leader(LONG).node_id
    return next(ref.node_id for ref in cluster.nodes if ref.node_id != leader)


NONSENSE = [
    ({"type": "dance"}, "expected a message of act, step_down, add, .*; came 'dance'"),
    ({"type": None}, "expected a message of act, .*; came None"),
    ({"type": ["act"]}, "expected a message of act, .*"),
    ({"type": "act"}, "expected the name of an act, one of kill, restart, .*; came None and"),
    ({"type": "act", "name": "write", "args": []}, "expected the name of an act"),
    ({"type": "act", "name": "kill", "args": "n1"}, "and a list of what it takes"),
    ({"type": "act", "name": "kill", "args": []}, r"expected the name of one node; came \[\]"),
    ({"type": "act", "name": "kill", "args": ["n9"]}, "expected a node, one of n1, n2, n3; came"),
    ({"type": "act", "name": "kill", "args": [{}]}, "expected a node, one of n1, n2, n3"),
    ({"type": "act", "name": "kill", "args": ["leader"]}, "expected a node, one of n1, n2, n3"),
    ({"type": "act", "name": "restart", "args": ["n1"]}, "n1 runs already"),
    ({"type": "act", "name": "resume", "args": ["n1"]}, "n1 is not paused"),
    ({"type": "act", "name": "partition", "args": ["n1"]}, "expected groups, each a list"),
    ({"type": "act", "name": "partition", "args": [["n1"]]}, "expected at least two groups"),
    ({"type": "act", "name": "partition", "args": [["n1"], ["n1"]]}, "'n1' is in two groups"),
    ({"type": "act", "name": "partition", "args": [["n1"], ["n9"]]}, "expected a node, one of"),
    ({"type": "act", "name": "cut", "args": ["n1"]}, "expected sender and recipient"),
    ({"type": "act", "name": "cut", "args": ["n1", "n1"]}, "expected two nodes, came 'n1' twice"),
    ({"type": "act", "name": "heal", "args": [1]}, "expected nothing more"),
    ({"type": "act", "name": "link", "args": ["n1"]}, "expected sender, recipient, latency in"),
    ({"type": "act", "name": "link", "args": ["n1", "n2", -1, 0]}, "latency, in microseconds: exp"),
    ({"type": "act", "name": "link", "args": ["n1", "n2", "5", 0]}, "came '5'"),
    ({"type": "act", "name": "links", "args": [0, 1.5]}, "loss: expected a number from 0 to 1"),
    ({"type": "act", "name": "links", "args": [0, True]}, "loss: expected a number from 0 to 1"),
    ({"type": "act", "name": "links", "args": [0, float("nan")]}, "loss: expected a number"),
    ({"type": "act", "name": "clock_rate", "args": ["n1", 0]}, "rate: expected 10 to 10,000"),
    ({"type": "act", "name": "clock_rate", "args": ["n1", "x"]}, "rate: expected 10 to 10,000"),
    ({"type": "add", "node": "n1"}, "'n1' is a node of this cluster already"),
    ({"type": "add", "node": 5}, "the name of a node is a str, not 5"),
    ({"type": "add", "node": "all"}, "a node cannot be named 'all'"),
    ({"type": "remove", "node": "n9"}, "expected a node, one of n1, n2, n3"),
    ({"type": "write", "key": "", "value": 1}, "key: expected a name, came ''"),
    ({"type": "write", "key": 5, "value": 1}, "key: expected a name, came 5"),
    ({"type": "write", "key": "x", "value": float("nan")}, "a command is plain data"),
    ({"type": "command", "text": "{"}, "expected a command in JSON, for example"),
    ({"type": "command", "text": "7"}, "expected a JSON object, came 7"),
    ({"type": "command", "text": '{"type": "fly"}'}, "fly"),
    ({"type": "read", "key": None}, "key: expected a name, came None"),
    ({"type": "pace"}, "expected paused, true or false, or speed"),
    ({"type": "pace", "paused": 1}, "paused: expected true or false, came 1"),
    ({"type": "pace", "speed": 0}, "speed: expected 0.01 to 100, came 0"),
    ({"type": "pace", "speed": True}, "speed: expected 0.01 to 100, came True"),
    ({"type": "seek"}, "at: expected a time in microseconds, came None"),
    ({"type": "seek", "at": float("inf")}, "at: expected a time in microseconds, came inf"),
    ({"type": "seek", "at": float("nan")}, "at: expected a time in microseconds, came nan"),
    ({"type": "look", "node": "n9"}, "expected a node, one of n1, n2, n3"),
    ({"type": "open", "text": " "}, "text: expected the text of a recording, came ' '"),
    ({"type": "open", "text": "{}"}, "expected the text of a recording"),
    ({"type": "tour", "go": "up"}, 'go: expected "next", "back" or "leave", came \'up\''),
    ({"type": "tour", "name": "none"}, "name: expected .*election.*; came 'none'"),
    ({"type": "tour", "name": []}, r"name: expected .*election.*; came \[\]"),
    ({"type": "tour", "name": {}}, r"name: expected .*election.*; came \{\}"),
    ({"type": "tour", "go": "next"}, "expected a tour; this is a cluster without one"),
]


@pytest.mark.parametrize(("message", "problem"), NONSENSE)
def test_what_makes_no_sense_is_refused_with_a_sentence(shown, message, problem):
    """The answer says what was expected and what came; nothing is raised, and nothing is done."""
    _, page = shown

    answer = page.ask(message["type"], **{k: v for k, v in message.items() if k != "type"})

    assert re.search(problem, answer["problem"]), answer
    assert answer["said"] == ""
    assert (answer["type"], answer["view"]) == ("answer", "a")


@pytest.mark.parametrize("content", ["x", None, 7, {}, {"type": "act"}, {"view": 1, "n": 1}])
def test_what_is_no_message_is_ignored(shown, content):
    """What names no view and no number has nobody to be answered to."""
    _, page = shown
    count = len(page.answers)

    page.view._handle_custom_msg(content, [])

    assert len(page.answers) == count


ODD = [None, True, -1, 5, 1.5, float("nan"), "", "x", [], ["n1"], [[]], [{}], {}, {"a": []}]


@pytest.mark.parametrize("kind", ["act", "look", "pace", "seek", "tour", "read", "write"])
def test_whatever_a_field_holds_is_answered_in_words(shown, kind):
    """No shape of a field is looked up, added or iterated before it was looked at."""
    _, page = shown
    fields = ("name", "args", "node", "key", "paused", "speed", "at", "go")

    for name, odd in itertools.product(fields, ODD):
        answer = page.ask(kind, **{"paused": False, "key": "", name: odd})

        assert not re.match(r"\w+(Error|Exception)\b", answer["problem"]), (name, odd, answer)
    page.ask("live")


def test_each_act_is_done_and_told():
    """Every act does to the cluster what it says, and its sentence is true."""
    with showing(3) as (cluster, page):
        other = follower(cluster)
        said = {}

        def act(name, *args):
            answer = page.act(name, *args)
            assert not answer["problem"], answer
            said[name] = answer["said"]

        act("pause", other)
        assert cluster.status()[other].role == "paused"
        assert page.act("pause", other)["problem"] == f"{other} is paused already"
        act("resume", other)
        assert cluster.status()[other].role != "paused"
        act("kill", other)
        assert page.act("kill", other)["problem"] == (
            f"{other} does not run already; restart it first"
        )
        act("restart", other)
        act("power_cut", other)
        act("restart", other)
        act("cut", "n1", "n2")
        assert cluster.status().blocked == (("n1", "n2"),)
        act("mend", "n1", "n2")
        act("isolate", "n1")
        assert len(cluster.status().blocked) == 4
        act("heal")
        assert cluster.status().blocked == ()
        act("partition", ["n1"], ["n2", "n3"])
        act("heal")
        act("link", "n1", "n2", 1000.0, 0)
        act("links", 1000, 0)
        act("clock_rate", "n1", 1100)
        assert cluster._driver.world.hosts["n1"].rate == 1100

        assert said == {
            "pause": f"{other} is paused: it does nothing and notices nothing.",
            "resume": f"{other} goes on where it was paused.",
            "kill": f"{other} crashed.",
            "restart": f"{other} restarts from what its disk kept.",
            "power_cut": f"{other} lost its power, and what it had not synced.",
            "cut": "Nothing passes from n1 to n2 any more.",
            "mend": "Messages pass from n1 to n2 again.",
            "isolate": "n1 is cut off from all others.",
            "heal": "All links that were cut are mended.",
            "partition": "The network is cut into n1 | n2, n3.",
            "link": "Messages from n1 to n2 take 1 ms and none is lost.",
            "links": "Messages take 1 ms and none is lost.",
            "clock_rate": "The clock of n1 runs 1.1 times as fast as time.",
        }
        assert page.act("link", "n1", "n2")["said"] == (
            "The link from n1 to n2 is as the others again."
        )


def test_a_click_is_one_trip_to_the_loop(monkeypatch):
    """A fault is checked and done in one call, so that nothing happens between them."""
    with showing(3) as (cluster, page):
        other = follower(cluster)
        loop, trips = cluster._driver.loop, []
        for name in ("call", "look"):
            monkeypatch.setattr(loop, name, partial(counted, trips, getattr(loop, name)))

        page.act("kill", other)
        count = len(trips)
        page.act("kill", "n9")

    assert (count, len(trips)) == (1, 2)


def counted(trips, trip, *args):
    """Go to a loop and count that."""
    trips.append(trip)
    return trip(*args)


def test_leadership_is_asked_for_and_handed_over():
    """Who stands for election or is to take over must run, and not lead already."""
    with showing(3) as (cluster, page):
        leader = cluster.wait_for_leader(LONG).node_id
        other = follower(cluster)
        assert page.act("campaign", leader)["problem"] == f"{leader} leads already"
        assert page.act("transfer", leader)["problem"] == f"{leader} leads already"

        assert page.act("transfer", other)["said"] == f"The leader is to hand over to {other}."
        page.shown(lambda frame: frame["leader"] == other)
        answer = page.ask("step_down")
        assert answer["said"].endswith(" leads now.")
        assert page.act("campaign", follower(cluster))["said"].endswith(" stands for election now.")

        for node in ("n1", "n2", "n3"):
            page.act("kill", node)
        assert page.act("transfer", "n1")["problem"].startswith("nobody leads")
        assert page.ask("step_down")["problem"]


def test_a_node_without_its_disk_does_not_come_back():
    """What a node has voted is forgotten with its disk: the page says why, and what helps."""
    with showing(3) as (cluster, page):
        other = follower(cluster)
        assert (
            page.act("wipe", other)["said"]
            == f"{other} lost its disk: it has forgotten everything."
        )

        again = page.act("kill", other)["problem"]
        assert again == f"{other} does not run, and lost its disk; remove it, and add a new node"

        problem = page.act("restart", other)["problem"]

        assert problem.startswith(f"{other} lost its disk, and with it what it has voted")
        assert page.ask("remove", node=other)["said"] == f"{other} has left, and is stopped."
        assert page.ask("add")["said"] == "n4 has joined: it has a vote now."
        page.shown(lambda frame: [node["id"] for node in frame["nodes"]] != ["n1", "n2", "n3"])
        assert page.ask("add", node=other)["problem"]


def test_writes_and_reads_say_what_came_of_them():
    """A write is told with index and term, a value is JSON or else a text, a read what is held."""
    with showing(3) as (cluster, page):
        first = page.ask("write", key="x", value="[1, 2]")
        page.ask("write", key="y", value="two words")
        page.ask("write", key="z", value={"a": None})
        page.ask("write", key="n", value="NaN")

        term = cluster.wait_for_leader(LONG).term
        index = cluster._driver.loop.call(cluster._driver.world.leader).replica.core.commit
        assert first["said"] == f"x = [1, 2] is committed at index {index - 3} of term {term}."
        assert cluster.state_machine_snapshot() == {
            "x": [1, 2],
            "y": "two words",
            "z": {"a": None},
            "n": "NaN",
        }
        assert page.ask("read", key="y")["said"] == "y = 'two words'."
        assert page.ask("read", key="w")["said"] == "there is no w."


def test_without_a_majority_writes_and_reads_are_refused():
    """What the cluster refuses is told as it says it."""
    with showing(3) as (_, page):
        page.act("kill", "n1")
        page.act("kill", "n2")

        assert "2 must agree" in page.ask("write", key="x", value=1)["problem"]
        assert "2 must agree" in page.ask("read", key="x")["problem"]


def test_commands_of_a_state_machine_are_carried_out():
    """A command is a JSON object; what a reducer refuses is told as it says it."""
    with showing(1, state_machine=Counter) as (cluster, page):
        said = page.ask("command", text='{"type": "add", "by": 2}')["said"]
        assert said.startswith('{"type":"add","by":2} is committed at index ')
        assert (
            "because" in page.ask("command", text='{"type": "fail", "why": "because"}')["problem"]
        )
        assert cluster.state_machine_snapshot() == {"count": 2}
        assert page.ask("read", key="count")["said"] == "count = 2."


def test_time_stands_still_goes_on_and_goes_by_steps():
    """Pause, speed and step do what the cluster's own methods do."""
    with showing(3) as (cluster, page):
        assert page.ask("pace", paused=True, speed=0.5)["said"] == (
            "Time stands still. A second of ours is 0.5 s of the cluster's."
        )
        assert (cluster.paused, cluster.speed) == (True, 0.5)
        before = cluster._driver.world.now_us
        assert "that it leads term 1" in page.ask("step")["said"]
        assert cluster._driver.world.now_us > before
        assert page.ask("pace", paused=False)["said"] == "Time goes on."
        assert not cluster.paused
        assert page.view._requests._patience(cluster._driver) == PATIENCE / SLOWEST, (
            "it may be slowed down until it is answered"
        )
        page.ask("pace", speed=0.01)
        assert page.view._requests._patience(cluster._driver) == LONGEST_PATIENCE


def test_everything_that_is_known_of_a_node_can_be_asked():
    """The text has a line for each fact, for a leader, a follower, and nodes that are down."""
    with showing(3) as (cluster, page):
        cluster.write(key="x", value=1)
        leader = cluster.wait_for_leader(LONG).node_id
        other = follower(cluster)

        text = page.ask("look", node=leader)["text"]
        assert "role: leader" in text
        assert "state machine: {'x': 1}" in text
        assert f"what it knows of {other}: match" in text
        text = page.ask("look", node=other)["text"]
        assert "countdown: " in text
        assert "the leader knows of it: match" in text
        page.act("wipe", other)
        text = page.ask("look", node=other)["text"]
        assert "its disk was taken away" in text
        cluster.act("break_disk", leader)
        page.send("write", key="x", value=2)
        page.shown(lambda _: page.node(leader)["role"] == "crashed")
        assert "what ended it: " in page.ask("look", node=leader)["text"]


def test_a_cluster_in_a_folder_says_what_cannot_be_done(tmp_path):
    """Where logs are kept in files there is no way back, no recording and no wiping."""
    with showing(3, storage=tmp_path) as (cluster, page):
        other = follower(cluster)
        assert "cannot be gone back in" in page.ask("seek", at=0)["problem"]
        assert page.view.frame["mode"] == "live"
        assert not page.view._view.is_past
        assert "cannot be recorded" in page.ask("copy")["problem"]
        assert "cannot be gone back in" in page.ask("fork")["problem"]
        assert "keeps it elsewhere" in page.act("wipe", other)["problem"]
        assert page.act("kill", "n1")["said"] == "n1 crashed."
        span = page.next()["span"]
        assert span[0] <= span[1]
        assert cluster.status()["n1"].role == "crashed"


def test_a_stopped_cluster_answers_with_what_it_is():
    """After the end each wish is answered; the past can still be looked at."""
    with Cluster.start(1) as cluster:
        cluster.wait_for_leader(LONG)
        page = Page(ClusterView(cluster))
    page.next()

    for kind, more in (
        ("write", {"key": "x", "value": 1}),
        ("act", {"name": "kill", "args": ["n1"]}),
        ("pace", {"paused": True}),
        ("step", {}),
        ("add", {}),
    ):
        assert page.ask(kind, **more)["problem"], kind
    assert page.ask("seek", at=0)["problem"] == ""
    assert page.view.frame["mode"] == "past"
    assert page.view.frame["stopped"]
    page.view.close()


def test_errors_that_nobody_expected_are_told_by_name():
    """An error that is none of ours is told with its class, so that it can be found."""
    assert problem_text(ArithmeticError("no")) == "ArithmeticError: no"
    assert problem_text(ValueError("a sentence")) == "a sentence"
