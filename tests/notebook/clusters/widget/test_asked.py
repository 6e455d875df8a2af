"""What is asked of one moment is done there, or not at all: of wishes that meet."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager

import pytest

from igniter_nb.consensus import Cluster, tour
from igniter_nb.consensus.local import watch
from igniter_nb.notebook.clusters.widget.view import GONE
from igniter_nb.notebook.clusters.widget.widget import ClusterView
from tests.notebook.clusters.widget.page import LONG, Page, rest, showing, told_by, told_of


@pytest.fixture
def shown():
    """Show a cluster of three whose time stands still, a second after it has a leader."""
    with showing(3) as (cluster, page):
        cluster.run_for(1.0)
        page.next()
        yield cluster, page


@contextmanager
def held(page):
    """Let the thread of the past wait, so that what is asked of it stands in line."""
    begun, go = threading.Event(), threading.Event()

    def hold():
        begun.set()
        assert go.wait(LONG)

    page.view._view.later(hold)
    assert begun.wait(LONG)
    try:
        yield
    finally:
        go.set()


def answers(page, *numbers):
    """Wait for the answers to messages."""
    return page.until(lambda: all(map(page.answer, numbers)) and [*map(page.answer, numbers)])


# --- acts -----------------------------------------------------------------------------------------


def test_what_was_asked_of_the_past_is_not_done_to_what_is_now(shown):
    """Who crashes a node of the past and goes back to now at once has crashed none."""
    cluster, page = shown
    page.ask("seek", at=500_000)
    with held(page):
        act = page.send("act", name="kill", args=["n2"])
        now = page.send("live")

    act, now = answers(page, act, now)

    assert act["problem"] == GONE
    assert now["problem"] == ""
    assert [node.alive for node in cluster.nodes] == [True] * 3
    assert not page.view.frame["back"]


def test_what_was_asked_of_one_moment_is_not_done_at_another(shown):
    """An act between two drags of the time line is refused; the last moment is shown."""
    cluster, page = shown
    page.ask("seek", at=100_000)
    with held(page):
        first = page.send("seek", at=300_000)
        asked = [
            page.send("act", name="kill", args=["n2"]),
            page.send("step"),
            page.send("look", node="n2"),
        ]
        last = page.send("seek", at=800_000)

    told = answers(page, first, *asked, last)

    assert [each["problem"] for each in told] == ["", GONE, GONE, GONE, ""]
    frame = page.shown(lambda frame: frame["at"] == 800_000)
    assert not frame["back"]
    assert told_by(frame) == told_of(cluster.status(0.8))


def test_a_moment_that_is_asked_for_while_a_fork_is_made_is_shown(shown, monkeypatch):
    """The later wish counts: the fork is refused and ended, the time line goes where it is put."""
    _, page = shown
    page.ask("seek", at=500_000)
    made = []

    def forked(*args, **options):
        made.append(page.send("seek", at=400_000))
        return forks(*args, **options)

    forks = watch.forked
    monkeypatch.setattr(watch, "forked", forked)
    fork = page.send("fork")
    page.until(lambda: made)

    fork, seek = answers(page, fork, made[0])

    assert fork["problem"] == GONE
    assert seek["problem"] == ""
    frame = page.shown(lambda frame: frame["mode"] == "past")
    assert (frame["at"], frame["back"]) == (400_000, False)


# --- steps ----------------------------------------------------------------------------------------


def test_a_step_at_the_end_of_the_past_shows_nothing_that_did_not_happen(shown):
    """Where the past ends there is no next step; when more has happened, it goes on into that."""
    cluster, page = shown
    page.ask("seek", at=cluster._driver.world.now_us)
    ends = page.view.frame["at"]

    for _ in range(3):
        assert page.ask("step")["said"] == "Nothing more has happened so far."
    assert page.view.frame["at"] == ends
    assert told_by(page.view.frame) == told_of(cluster.status())

    leader = cluster.leader.node_id
    cluster.kill(leader)
    page.ask("step")

    assert told_by(page.view.frame) == told_of(cluster.status())
    assert page.node(leader)["role"] == "crashed"
    page.ask("seek", at=ends)
    assert told_by(page.view.frame) == told_of(cluster.status())


# --- pictures -------------------------------------------------------------------------------------


def test_a_picture_that_comes_late_is_not_shown(shown, monkeypatch):
    """A picture of now that was begun before the past was asked for leaves the past as it is."""
    _, page = shown
    feed, late = page.view._view.shown.feed, []
    came = threading.Event()
    tell = feed._tell
    monkeypatch.setattr(feed, "_tell", lambda *told: (late.append(told), came.set()))
    page.send("hello")
    assert came.wait(LONG)
    monkeypatch.setattr(feed, "_tell", tell)
    page.ask("seek", at=200_000)
    story = [*page.view.story]

    for number, parts, _ in late:
        tell(number, parts, [{"n": 1, "at": 0, "kind": "act", "text": "of another world"}])
    page.ask("look", node="n1")

    assert page.view.frame["mode"] == "past"
    assert page.view.frame["at"] == 200_000
    assert page.view.story == story


def test_what_was_not_sent_of_one_cluster_does_not_go_out_with_another(shown):
    """Sparks and a story that wait to be sent are dropped when something else is shown."""
    _, page = shown
    view = page.view
    begun, go = threading.Event(), threading.Event()
    view._sender.put("hold", lambda: (begun.set(), go.wait(LONG)))
    assert begun.wait(LONG)
    spark = ["n1", "n2", "vote"]
    view._show({"shown": 1000, "mode": "live", "sparks": [spark]}, [{"n": 1}])
    view._show({"shown": 1001, "mode": "past", "sparks": []}, None)
    before = [*view.story]
    go.set()

    frame = page.shown(lambda frame: frame["mode"] == "past")

    assert frame["sparks"] == []
    assert view.story == before


# --- what lies ahead ------------------------------------------------------------------------------


@pytest.fixture
def replayed():
    """Show a replay that stands in the middle of its run."""
    with Cluster.start(3) as cluster:
        cluster.wait_for_leader(LONG)
        cluster.write(key="x", value=1)
        middle = cluster._driver.world.now_us / 1e6
        cluster.write(key="x", value=2)
        run = cluster.recording()
    with Cluster.replay(run, at=middle) as again:
        page = Page(ClusterView(again))
        page.next()
        yield again, page, run
        page.view.close()


def test_a_read_in_a_replay_leaves_what_lies_ahead(replayed):
    """Read answers from what a node had applied, and the run goes on as it was recorded."""
    again, page, run = replayed

    answer = page.ask("read", key="x")

    assert answer["problem"] == ""
    assert "x = 1 at " in answer["said"]
    assert answer["said"].endswith("as far as that node had applied.")
    assert page.next()["ahead"] == run.until_us
    again.run_for((run.until_us - again._driver.world.now_us) / 1e6)
    assert again.state_machine_snapshot(consistency="stale") == {"x": 2}


def test_a_read_in_a_tour_leaves_the_tour_as_it_is(guided):
    """Who reads a key goes on with the tour, and what its sentences tell still happens."""
    steps = tour("election").steps
    assert guided.ask("read", key="x")["problem"] == ""

    guided.ask("tour", go="next")
    guided.ask("pace", speed=100.0)

    guided.shown(lambda frame: frame["at"] == steps[1].until_us)
    assert guided.view.tour["step"] == 2


def test_who_is_refused_has_not_left_the_tour(guided):
    """An act that cannot be done leaves the tour on, and time stands still as before."""
    assert guided.ask("step_down")["problem"]
    assert guided.act("restart", "n1")["problem"] == "n1 runs already"

    guided.next()
    assert guided.view.tour["step"] == 1
    assert guided.view.frame["paused"]


def test_next_in_the_middle_of_a_step_goes_on_where_that_ends(guided):
    """Who presses Next twice sees the second step from its beginning, at its own speed."""
    steps = tour("election").steps
    seen = []
    guided.view.observe(lambda change: seen.append((guided.view.tour, change["new"])), "frame")

    guided.ask("tour", go="next")
    guided.ask("tour", go="next")

    guided.shown(lambda frame: guided.view.tour["step"] == 3 and frame["speed"] == steps[2].speed)
    assert guided.view.frame["live"] >= steps[1].until_us
    guided.ask("pace", speed=100.0)
    guided.shown(lambda frame: frame["at"] == steps[2].until_us)
    for told, frame in seen:
        ends_us = steps[told["step"] - 1].until_us
        assert told["playing"] or frame["live"] >= ends_us, "a sentence that is not true yet"


# --- the story ------------------------------------------------------------------------------------


def test_a_write_is_told_once_also_in_the_past():
    """What a client asked for stands once in the story, also of one who looks back."""
    with showing(3) as (cluster, page):
        cluster.write(key="k", value=1)
        rest(cluster, page)
        page.ask("seek", at=cluster._driver.world.now_us)
        page.shown(lambda frame: frame["mode"] == "past")

        told = [line["text"] for line in page.view.story]

        assert len(told) == len(set(told)), told
        assert any("k = 1" in text for text in told)


def test_names_that_no_page_can_show_are_answered():
    """A key with half of a character in it is written, told and answered all the same."""
    with showing(1) as (_, page):
        answer = page.ask("write", key="\ud800", value="1")

        assert answer["said"]
        known = page.ask("look", node="n1")
        assert json.dumps([answer, known], ensure_ascii=False).encode()
        assert json.dumps(page.view.story, ensure_ascii=False).encode()


LEFT = [
    (("act", {"name": "kill", "args": ["n2"]}), "n2 crashed"),
    (("act", {"name": "heal", "args": []}), "All links that were cut are mended"),
    (("write", {"key": "x", "value": "1"}), "x = 1 was handed in"),
    (("step_down", {}), "The leader was asked to step down"),
    (("fork", {}), "This is a fork at "),
]


@pytest.mark.parametrize(("message", "what"), LEFT)
def test_who_does_something_in_a_tour_is_told_that_it_ended(guided, message, what):
    """The answer says so, and what ended it stands where the tour was, until another one begins."""
    kind, more = message
    if kind in {"write", "step_down"}:  # there is a leader at the third step
        guided.ask("tour", go="next")
        guided.ask("tour", go="next")
        guided.shown(lambda frame: frame["leader"])
        guided.ask("pace", speed=20)

    answer = guided.ask(kind, **more)

    assert answer["said"].endswith(" The tour ended."), answer
    guided.shown(lambda _: "name" not in guided.view.tour)
    assert guided.view.tour["ended"].startswith(f"The tour ended. {what}")
    assert " ended" not in guided.act("pause", "n1")["said"], "it is told once"
    assert guided.view.tour["ended"].startswith(f"The tour ended. {what}")
    guided.ask("tour", go="leave")
    guided.shown(lambda _: guided.view.tour == {})


def test_a_run_that_is_opened_ends_a_tour(guided):
    """It is another cluster that is shown then."""
    text = guided.ask("copy")["text"]

    assert guided.ask("open", text=text)["said"].endswith(" The tour ended.")

    guided.shown(lambda _: guided.view.tour == {"ended": "The tour ended. Another run was opened."})
