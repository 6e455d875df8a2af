"""What a page shows while a reducer does not come back."""

from __future__ import annotations

import threading

import pytest

from igniter_nb.consensus import Cluster, StateMachine, apply
from igniter_nb.consensus.local import loop as loop_file
from igniter_nb.notebook.clusters.widget import feed as feeds
from igniter_nb.notebook.clusters.widget import requests
from igniter_nb.notebook.clusters.widget.widget import view_of
from tests.notebook.clusters.widget.page import FAST, LONG, Page


class Held:
    """What holds a reducer up, and says that it does."""

    entered = threading.Event()
    release = threading.Event()


class Slow(StateMachine):
    @apply
    def wait(state, command):
        Held.entered.set()
        Held.release.wait(LONG)
        return {**state, "waited": True}


@pytest.fixture
def stuck(monkeypatch):
    """Give a cluster that a reducer holds up."""
    monkeypatch.setattr(Held, "entered", threading.Event())
    monkeypatch.setattr(Held, "release", threading.Event())
    monkeypatch.setattr(loop_file, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(loop_file, "CALL_SECONDS", 0.05)
    monkeypatch.setattr(feeds, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(requests, "BUSY_SECONDS", 0.0)
    with Cluster.start(3, timing=FAST, state_machine=Slow, timeout=LONG) as cluster:
        cluster.wait_for_leader(LONG)
        monkeypatch.setattr(loop_file.Loop.call, "__defaults__", (0.05,))
        yield cluster
        Held.release.set()


def hold(cluster):
    """Let the reducer begin."""
    cluster.submit(type="wait")
    assert Held.entered.wait(LONG)


def test_a_page_that_opens_now_has_a_whole_picture(stuck):
    """It shows the nodes as they were when the reducer began, and says what runs since when."""
    hold(stuck)

    page = Page(view_of(stuck))
    frame = page.next()

    assert [node["id"] for node in frame["nodes"]] == ["n1", "n2", "n3"]
    assert frame["failure"].startswith("The cluster waits: the reducer 'wait' has been running")
    assert frame["failure"].endswith("What is drawn is as of then.")
    page.view.close()


def test_a_page_that_was_open_is_told_and_told_again_when_it_is_over(stuck):
    """Its next sign of life brings a frame with the age; the reducer's end takes it away."""
    page = Page(view_of(stuck))
    page.next()
    hold(stuck)

    page.send("ping")

    page.shown(lambda frame: "the reducer 'wait'" in frame["failure"])
    Held.release.set()
    page.shown(lambda frame: frame["failure"] == "")
    page.view.close()


def test_what_a_page_asks_for_meanwhile_is_answered(stuck):
    """A click that cannot be carried out now is refused with the reason; a look is answered."""
    page = Page(view_of(stuck))
    page.next()
    hold(stuck)

    refused = page.act("kill", "n1")
    known = page.ask("look", node="n1")

    assert "the cluster is busy: the reducer 'wait'" in refused["problem"]
    assert "node id: n1" in known["text"]
    page.view.close()


def test_the_end_of_a_cell_comes_with_the_age(stuck):
    """The picture and the text of a cluster, and of a node, are those of when it began."""
    hold(stuck)

    shown = stuck._repr_mimebundle_()

    assert "the reducer 'wait' has been running since" in shown["text/plain"]
    assert "n1" in shown["text/html"]
    assert "n1" in stuck.nodes[0]._repr_mimebundle_()["text/plain"]


def test_a_loop_that_comes_back_while_it_is_looked_at_turns_by_itself(stuck, monkeypatch):
    """Where there is nothing to look at any more, the next frame comes as ever."""
    page = Page(view_of(stuck))
    page.next()
    hold(stuck)
    number = page.view.frame["number"]

    with monkeypatch.context() as patched:
        patched.setattr(type(stuck._driver.loop.world_lock), "hold", lambda *_: False)
        page.view._view.look()

    Held.release.set()
    page.shown(lambda frame: frame["number"] > number and frame["failure"] == "")
    page.view.close()
