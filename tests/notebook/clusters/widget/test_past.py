"""Back in time on the widget: the past, forks, recordings, tours."""

from __future__ import annotations

import threading

import pytest

from igniter_nb.consensus import Cluster, Past, Recording, tour, world_status
from igniter_nb.notebook.clusters.widget.view import Moment
from igniter_nb.notebook.clusters.widget.widget import ClusterView
from tests.consensus.live import Counter
from tests.notebook.clusters.widget.page import LONG, Page, showing, told_by, told_of


@pytest.fixture
def shown():
    """Show a cluster in which the first leader crashed after a write."""
    with showing(3) as (cluster, page):
        cluster.write(key="x", value=1)
        cluster.kill(cluster.wait_for_leader(LONG))
        cluster.wait_for_leader(LONG)
        cluster.write(key="x", value=2)
        cluster.pause()
        yield cluster, page


def moments(cluster, count=7):
    """Return times between the beginning and now, in microseconds."""
    now_us = cluster._driver.world.now_us
    return [round(now_us * at / (count - 1)) for at in range(count)]


def test_a_moment_of_the_past_is_shown_as_it_was(shown):
    """Wherever the time line is moved to, the frame is the status of that time."""
    cluster, page = shown
    for at in (*moments(cluster), *reversed(moments(cluster, 3))):
        assert page.ask("seek", at=at)["problem"] == ""

        frame = page.shown(lambda frame, at=at: frame["mode"] == "past" and frame["at"] == at)

        assert told_by(frame) == told_of(cluster.status(at / 1e6))
        assert frame["live"] == cluster._driver.world.now_us
        assert frame["span"] == [0, cluster._driver.world.now_us]
        assert not frame["steady"]


def test_beyond_the_ends_the_nearest_moment_is_shown(shown):
    """Before the beginning is the beginning, after the end is now."""
    cluster, page = shown
    page.ask("seek", at=-5)
    assert page.view.frame["at"] == 0
    page.ask("seek", at=10**12)
    assert page.view.frame["at"] == cluster._driver.world.now_us


def test_the_story_of_the_past_ends_there(shown):
    """In the past only what had happened by then is told; back in the present all of it is."""
    cluster, page = shown
    crash = next(event.time_us for event in cluster.events if event.kind == "stop")
    whole = page.next() and [*page.view.story]

    page.ask("seek", at=crash - 1)
    before = [line["text"] for line in page.view.story]
    page.ask("seek", at=crash)
    after = [line["text"] for line in page.view.story]
    page.ask("live")
    page.shown(lambda frame: frame["mode"] == "live")

    assert any(text.startswith("x = 1 is committed") for text in before)
    assert not any("crashed" in text for text in before)
    assert after[-1].endswith("crashed")
    assert page.view.story == whole


def test_of_several_wishes_only_the_latest_counts(shown):
    """Each wish to go back is answered, and the moment that is shown in the end is the last one."""
    cluster, page = shown
    worker = page.view._view._worker
    begun, go = threading.Event(), threading.Event()

    def hold():
        begun.set()
        assert go.wait(LONG)

    worker.put("hold", hold)
    assert begun.wait(LONG)
    numbers = [page.send("seek", at=at) for at in moments(cluster)]
    go.set()
    page.until(lambda: all(page.answer(number) for number in numbers))

    assert page.view.frame["at"] == cluster._driver.world.now_us
    assert [frame["at"] for frame in page.frames if frame["mode"] == "past"] == [
        cluster._driver.world.now_us
    ]


def test_a_moment_that_is_not_wanted_any_more_is_not_shown(shown):
    """Who goes back to now while the past is computed sees what is now."""
    cluster, page = shown
    view = page.view._view
    number = view.seek()
    view.live()

    assert not view.arrive(number, 0)

    assert page.view.frame["mode"] == "live"
    assert not view.is_past
    with pytest.raises(ValueError, match="that moment is not shown any more"):
        view.moment(number)
    assert cluster.paused


def test_steps_go_on_in_the_past(shown):
    """In the past a step is the next thing that happened, and what was sent then is seen."""
    cluster, page = shown
    page.ask("seek", at=0)
    at = page.view.frame["at"]

    said = page.ask("step")["said"]

    frame = page.shown(lambda frame: frame["at"] > at)
    assert said
    assert told_by(frame) == told_of(world_status(page.view._view._moment.past._run.world))
    assert cluster.paused


def test_what_is_done_in_the_past_is_done_in_a_fork(shown):
    """An act forks at the moment that is shown; the cluster itself stays as it is."""
    cluster, page = shown
    before = str(cluster.status())
    at = moments(cluster)[5]
    page.ask("seek", at=at)

    answer = page.act("kill", "n3")

    assert answer["said"] == f"n3 crashed (in a fork at {at / 1e6:.3f} s)."
    frame = page.shown(lambda frame: frame["origin"])
    assert frame["origin"] == f"fork at {at / 1e6:.3f} s"
    assert (frame["mode"], frame["back"], frame["at"]) == ("live", True, at)
    assert page.node("n3")["role"] == "crashed"
    assert frame["paused"], "as the cluster was"
    assert str(cluster.status()) == before

    page.ask("back")
    frame = page.shown(lambda frame: not frame["back"])
    assert told_by(frame) == told_of(cluster.status())
    assert page.ask("back")["said"] == "This is the cluster itself already."


def test_a_fork_goes_on_at_the_pace_of_the_cluster(shown):
    """A fork of a cluster whose time passes lets it pass too, as fast."""
    cluster, page = shown
    page.ask("pace", paused=False, speed=2.0)
    page.ask("seek", at=moments(cluster)[4])

    answer = page.ask("fork")

    assert answer["said"].startswith("This is a fork at ")
    frame = page.shown(lambda frame: frame["origin"])
    assert (frame["paused"], frame["speed"]) == (False, 2.0)
    assert page.ask("write", key="x", value=3)["said"].startswith("x = 3 is committed")
    assert cluster.read("x") == 2


def test_a_fork_of_a_fork_replaces_it(shown):
    """Only the fork that is shown is kept; from each there is a way back to the cluster itself."""
    _, page = shown
    page.ask("fork")
    first = page.view._view.driver
    page.ask("fork")

    assert page.view._view.driver is not first
    assert first.loop.stopping
    page.ask("back")
    assert page.view._view.driver.loop.stopping is False


def test_reading_and_looking_in_the_past_ask_the_past(shown):
    """What a key held and what was known of a node is told as of the moment that is shown."""
    cluster, page = shown
    crash = next(event.time_us for event in cluster.events if event.kind == "stop")
    page.ask("seek", at=crash - 1)

    assert page.ask("read", key="x")["said"].endswith(
        f": x = 1 at {(crash - 1) / 1e6:.3f} s, as far as that node had applied."
    )
    answer = page.ask("look", node="n1")
    assert answer["said"] == f"What is known of n1 at {(crash - 1) / 1e6:.3f} s."
    assert "alive: True" in answer["text"]
    assert not page.view.frame["back"]


def test_a_recording_can_be_copied_and_opened():
    """The text of a run opens where it ended, with the way back; nonsense is refused."""
    with showing(3) as (cluster, page):
        cluster.write(key="x", value=1)
        answer = page.ask("copy")
        assert str(Recording.from_text(answer["text"])) == answer["text"]

        assert page.ask("open", text=answer["text"])["said"].startswith("The run was opened")

        frame = page.shown(lambda frame: frame["origin"] == "replay")
        assert frame["back"]
        assert frame["paused"]
        page.ask("seek", at=0)
        page.ask("live")
        assert page.ask("back")["said"] == "This is the cluster itself."


def test_a_recording_of_another_state_machine_is_opened_as_what_it_is():
    """A run of keys and values opens on the widget of a cluster with a state machine of its own."""
    with showing(1) as (_, plain):
        text = plain.ask("copy")["text"]
        with showing(1, state_machine=Counter) as (_, page):
            own = page.ask("copy")["text"]
            assert not page.ask("open", text=text)["problem"]
            assert not page.ask("back")["problem"]
            assert not page.ask("open", text=own)["problem"]
        assert "state machine" in plain.ask("open", text=own)["problem"]


def test_what_lies_ahead_of_a_replay_is_told():
    """A recording that is opened in the middle shows up to when it is known what comes."""
    with Cluster.start(3) as cluster:
        cluster.wait_for_leader(LONG)
        cluster.write(key="x", value=1)
        run = cluster.recording()
    with Cluster.replay(run, at=0.1) as again:
        page = Page(ClusterView(again))
        frame = page.next()
        assert frame["ahead"] == run.until_us
        assert frame["span"] == [0, run.until_us]

        page.ask("seek", at=run.until_us)

        assert page.view.frame["at"] == run.until_us
        assert told_by(page.view.frame) == told_of(again.status(run.until_us / 1e6))
        assert any("x = 1 is committed" in line["text"] for line in page.view.story)
        page.view.close()


def test_the_end_of_a_failing_run_is_told():
    """A past in which something was found that must never be says what, and stands there."""
    with showing(1) as (cluster, page):
        view = page.view._view
        past = Past.of(view.driver)
        past._run.failure = AssertionError("two leaders")

        view._show_past(view.shown, Moment(view.seek(), past, (past.now_us, past.noted)))

        assert page.shown(lambda frame: frame["mode"] == "past")["failure"] == (
            "AssertionError: two leaders"
        )
        assert cluster.status().decides


def test_a_widget_that_was_closed_shows_nothing_that_comes_late():
    """A fork that is made while the widget is closed is ended at once."""
    with showing(1) as (cluster, page):
        view = page.view._view
        page.view.close()
        fork, replay = cluster.fork(), cluster.fork()

        view.show(fork, "fork")
        view.restart(replay)

        assert fork._driver.loop.stopping
        assert replay._driver.loop.stopping


# --- tours ----------------------------------------------------------------------------------------


def test_a_tour_begins_where_its_first_step_ends(guided):
    """The first sentence is on the page, and the run stands still where it is true."""
    steps = tour("election").steps

    assert guided.view.tour == {
        "name": "election",
        "title": tour("election").title,
        "step": 1,
        "of": len(steps),
        "heading": steps[0].heading,
        "text": steps[0].text,
        "focus": [*steps[0].focus],
        "playing": False,
    }
    assert guided.view.frame["at"] == steps[0].until_us
    assert guided.view.frame["paused"]
    assert not guided.view.frame["back"]
    assert guided.view.about["title"] == tour("election").title


def test_a_tour_is_played_step_by_step(guided):
    """Each step plays up to its end and stands still there; there is a way back to each."""
    steps = tour("election").steps

    assert guided.ask("tour", go="next")["said"] == steps[1].heading
    guided.shown(lambda _: guided.view.tour["playing"])
    guided.ask("pace", speed=100.0)
    frame = guided.shown(lambda frame: frame["at"] == steps[1].until_us)
    assert frame["paused"]
    guided.shown(lambda _: not guided.view.tour["playing"])
    assert guided.view.tour["step"] == 2
    assert guided.ask("tour", go="back")["said"] == steps[0].heading
    guided.shown(lambda frame: frame["at"] == steps[0].until_us)
    assert guided.view.tour["step"] == 1
    assert guided.ask("tour", go="back")["problem"] == "there is no earlier step"


def test_a_tour_ends_with_its_last_step(guided):
    """After the last step there is no other; a run that went ahead by itself is caught up with."""
    steps = tour("election").steps
    guided.ask("pace", paused=False, speed=100.0)
    guided.shown(lambda frame: frame["at"] > steps[-1].until_us)

    for step in steps[1:]:
        assert guided.ask("tour", go="next")["said"] == step.heading
        guided.ask("pace", speed=100.0)
        guided.shown(lambda frame, step=step: frame["at"] == step.until_us)

    assert guided.ask("tour", go="next")["problem"] == "there is no other step"


def test_who_leaves_a_tour_has_the_cluster(guided):
    """Left at any step, the cluster goes on by itself, and nothing of the tour is shown."""
    assert guided.ask("tour", go="leave")["said"].startswith("The cluster is yours")

    guided.shown(lambda frame: not frame["paused"])
    assert guided.view.tour == {}
    guided.ask("tour", go="next")
    assert guided.view.tour == {}


def test_who_does_something_of_their_own_leaves_the_tour(guided):
    """An act in the middle of a tour ends it; what lay ahead does not happen any more."""
    guided.ask("seek", at=0)
    guided.ask("live")
    assert guided.view.tour["step"] == 1

    guided.act("kill", "n1")

    frame = guided.shown(lambda frame: not frame["paused"])
    assert guided.view.tour == {"ended": "The tour ended. n1 crashed."}
    assert frame["ahead"] == 0
    seen = world_status(guided.view._view.driver.world, copied=False)
    assert seen["n1"].role == "crashed"


def test_a_fork_or_another_run_leaves_the_tour(guided):
    """Who goes on in a fork or opens another run is on their own."""
    text = guided.ask("copy")["text"]
    guided.ask("fork")
    frame = guided.shown(lambda frame: frame["origin"])
    assert guided.view.tour == {"ended": f"The tour ended. This is a {frame['origin']}."}
    guided.ask("open", text=text)
    guided.shown(lambda frame: frame["origin"] == "replay")
    assert guided.ask("back")["said"] == "This is the cluster itself."
