"""The widget of a cluster: when it is told, what it is told, and when that ends."""

from __future__ import annotations

import gc
import sys
import threading
import weakref

import pytest
from IPython.core.interactiveshell import InteractiveShell

from igniter_nb.consensus import Cluster
from igniter_nb.consensus.local import watch
from igniter_nb.notebook.clusters.widget import feed, frame_rate
from igniter_nb.notebook.clusters.widget.widget import ClusterView, view_of
from igniter_nb.notebook.kernel import viewers
from igniter_nb.notebook.kernel.viewers import TIMEOUT_NS, Shell, Viewers
from tests.notebook.clusters.widget.page import (
    FAST,
    LONG,
    Page,
    rest,
    showing,
    told_by,
    told_of,
)


class Time:
    """Stands in for the clock: a test says how late it is."""

    def __init__(self) -> None:
        self.ns = 1_000_000_000_000

    def __call__(self) -> int:
        return self.ns

    def pass_by(self, seconds: float) -> None:
        self.ns += round(seconds * 1e9)


@pytest.fixture
def time(monkeypatch):
    """Put a clock that stands still in the place of the one that leases go by."""
    made = Time()
    monkeypatch.setattr(viewers, "now", made)
    return made


def turn(cluster):
    """Let the loop of a cluster turn, to the end."""
    cluster._driver.loop.call(int)
    cluster._driver.loop.call(int)


def test_what_is_shown_is_what_the_nodes_report():
    """When everything rests, the frame says of each node what ``status()`` says."""
    with showing(5) as (cluster, page):
        cluster.write(key="x", value=1)
        cluster.kill(cluster.leader)
        cluster.partition(["n1"], ["n2", "n3", "n4", "n5"])

        frame = rest(cluster, page)

        assert told_by(frame) == told_of(cluster.status())
        assert frame["paused"]
        assert frame["mode"] == "live"
        assert frame["live"] == frame["at"] == cluster._driver.world.now_us


def test_nothing_is_sent_and_no_thread_runs_before_somebody_looks():
    """A widget that nobody looks at has no thread, no listener, and sends nothing."""
    with Cluster.start(3, timing=FAST) as cluster:
        cluster.wait_for_leader(LONG)
        page = Page(view_of(cluster))
        cluster.kill("n1")
        turn(cluster)

        assert page.frames == []
        assert cluster._driver.loop._listeners == ()
        assert not page.view._sender.has_thread
        assert not page.view._view._worker.has_thread
        assert not cluster._driver.world.details
        page.view.close()


def test_what_is_displayed_is_looked_at_before_the_page_can_say_so():
    """While a later cell runs no hello arrives: the picture is there and moves all the same."""
    with Cluster.start(3, timing=FAST) as cluster:
        cluster.wait_for_leader(LONG)
        page = Page(view_of(cluster))

        page.view.view_mimebundle()
        page.until(lambda: page.frames)
        cluster.kill("n1")
        page.until(lambda: page.frames[-1]["nodes"][0]["role"] == "crashed")

        page.send("hello")
        page.send("bye")
        turn(cluster)
        assert cluster._driver.loop._listeners == (), (
            "the view that said hello was the one displayed"
        )
        page.view.close()


def test_frames_are_numbered_one_after_the_other():
    """The number of a frame grows by one from each to the next."""
    with showing() as (cluster, page):
        for node in ("n1", "n2"):
            cluster.kill(node)
            page.next()

        numbers = [frame["number"] for frame in page.frames]
        assert numbers == [*range(1, len(numbers) + 1)]


def test_a_crash_is_on_the_page_at_once():
    """What a person follows is told without being asked for."""
    with showing() as (_, page):
        page.act("kill", "n1")

        page.shown(lambda _: page.node("n1")["role"] == "crashed")
        assert page.view.story[-1]["text"] == "n1 crashed"


def test_the_widget_of_a_cluster_is_one():
    """Each time that a cluster is shown it is the same widget, until that is closed."""
    with showing() as (cluster, page):
        assert view_of(cluster) is page.view

        page.view.close()
        other = view_of(cluster)

        assert other is not page.view
        other.close()


def test_two_views_see_the_same():
    """Two views are views of one model; when one goes the other is still told."""
    with showing() as (cluster, page):
        other = Page(page.view, "b")
        other.send("hello")
        page.send("bye")

        cluster.kill("n2")

        other.shown(lambda _: other.node("n2")["role"] == "crashed")
        assert page.frames[-1] == other.frames[-1]


@pytest.mark.parametrize("details", [False, True])
def test_when_the_last_view_goes_the_traffic_ends(details):
    """After ``bye`` nothing is sent, and the world notes what it noted before."""
    with showing(trace=details) as (cluster, page):
        assert cluster._driver.world.details

        page.send("bye")
        turn(cluster)
        count = len(page.frames)
        cluster.kill("n2")
        turn(cluster)

        assert len(page.frames) == count
        assert cluster._driver.loop._listeners == ()
        assert cluster._driver.world.details is details
        assert cluster._driver.world.network.lost is None


def test_closing_ends_everything():
    """A closed widget listens to nothing, keeps no thread, and ignores what still comes."""
    before = {*threading.enumerate()}
    with showing() as (cluster, page):
        page.ask("seek", at=0)
        begun = {*threading.enumerate()} - before
        page.view.close()
        turn(cluster)
        count = len(page.frames)

        page.send("hello")
        page.send("act", name="kill", args=["n1"])
        cluster.kill("n2")
        turn(cluster)

        assert len(page.frames) == count
        assert cluster.nodes[0].alive
        assert cluster._driver.loop._listeners == ()
        assert not cluster._driver.world.details
    assert {thread.name for thread in begun} >= {"igniter-view", "igniter-past"}
    for thread in begun:
        thread.join(LONG)
        assert not thread.is_alive()


def test_two_widgets_of_one_world_do_not_disturb_each_other():
    """What a world notes goes back to what it was with the last one that looks, not the first."""
    with showing() as (cluster, page):
        other = Page(ClusterView(cluster))
        other.next()
        page.view.close()
        turn(cluster)

        assert cluster._driver.world.details

        other.view.close()
        turn(cluster)
        assert not cluster._driver.world.details


def test_a_view_that_is_silent_is_gone(time):
    """Fifteen seconds after its last sign of life a view counts as gone; pings keep it."""
    lookers = Viewers()
    assert lookers.renew("a")
    time.pass_by(14)
    assert not lookers.renew("a")
    time.pass_by(14)
    assert lookers.present

    time.pass_by(1.1)

    assert not lookers.present
    assert lookers.renew("a")


def test_while_a_cell_runs_silence_says_nothing(time, monkeypatch):
    """No ping can arrive while the kernel works; afterwards a view has its time again."""
    shell = Shell()
    monkeypatch.setattr(viewers, "SHELL", shell)
    lookers = Viewers()
    lookers.renew("a")

    shell._begin()
    time.pass_by(100)
    assert lookers.present
    shell._end()
    time.pass_by(14)
    assert lookers.present
    time.pass_by(2)

    assert not lookers.present
    assert TIMEOUT_NS == 15_000_000_000


def test_the_shell_says_whether_a_cell_runs():
    """The interactive shell tells when a cell begins and ends; it is asked once."""
    shell = Shell()
    made = InteractiveShell.instance()
    try:
        shell.watch()
        shell.watch()
        heard = []
        made.user_ns["look"] = lambda: heard.append(shell.is_busy)
        made.run_cell("look()")

        assert heard == [True]
        assert not shell.is_busy
        assert shell.free_ns > 0
    finally:
        made.events.unregister("pre_run_cell", shell._begin)
        made.events.unregister("post_run_cell", shell._end)
        InteractiveShell.clear_instance()


def test_a_ping_of_a_view_that_was_gone_is_a_hello(time):
    """A view that comes back is told at once."""
    with showing() as (cluster, page):
        time.pass_by(20)
        page.view._view.shown.feed._frame_rate.ask()
        turn(cluster)
        cluster._driver.loop.call(int)
        number = page.view.frame["number"]
        assert not page.view._viewers.present

        page.send("ping")

        page.shown(lambda frame: frame["number"] > number)


def test_the_last_frame_says_that_the_cluster_is_stopped():
    """When the cluster ends, the page is told so, and nothing after it."""
    with showing() as (cluster, page):
        cluster.stop()

        frame = page.shown(lambda frame: frame["stopped"])

        assert frame["headline"].startswith("Stopped at ")
        assert not {node["role"] for node in frame["nodes"]} - {"leader", "follower"}
        assert told_by(frame) == told_of(cluster.status())
        assert cluster._driver.loop._listeners == ()


def test_a_stopped_cluster_can_be_looked_at():
    """Who looks when all is over sees how it was."""
    with Cluster.start(3, timing=FAST) as cluster:
        cluster.wait_for_leader(LONG)
    page = Page(ClusterView(cluster))

    frame = page.next()

    assert frame["stopped"]
    assert page.ask("write", key="x", value=1)["problem"].startswith("the cluster is stopped")
    page.view.close()


def test_a_widget_keeps_no_cluster_alive():
    """A cluster that nobody holds is collected although a page shows it; the page is told."""
    cluster = Cluster.start(3, timing=FAST)
    cluster.wait_for_leader(LONG)
    page = Page(view_of(cluster))
    page.next()
    gone = weakref.ref(cluster)

    del cluster
    gc.collect()

    assert gone() is None
    page.shown(lambda frame: frame["stopped"])
    page.view.close()


def test_an_error_of_ours_leaves_the_cluster_alone(monkeypatch):
    """If the picture cannot be drawn the page says so, and the cluster goes on."""

    def fail(*_, **__):
        raise ArithmeticError("no picture")

    with showing() as (cluster, page):
        monkeypatch.setattr(feed, "facts_of", fail)
        cluster.kill("n1")

        frame = page.shown(lambda frame: frame["failure"])

        assert frame["failure"] == (
            "The picture cannot be drawn any more: ArithmeticError: no picture"
        )
        cluster.write(key="x", value=1)
        assert cluster._driver.loop._listeners == ()
        assert not cluster._driver.world.details


def test_where_no_thread_can_be_started_all_is_told_at_once(monkeypatch):
    """Without threads of its own the widget tells and computes in the thread that asks."""
    monkeypatch.setattr("igniter_nb.notebook.kernel.worker.Worker._start", lambda _: False)
    with showing() as (_, page):
        page.act("kill", "n1")
        page.shown(lambda _: page.node("n1")["role"] == "crashed")

        page.ask("seek", at=0)

        assert page.view.frame["mode"] == "past"


def test_what_was_not_sent_yet_goes_with_the_next(monkeypatch):
    """Sparks and losses of a frame that another one replaces are in that one."""
    with showing() as (_, page):
        view = page.view
        page.send("bye")
        monkeypatch.setattr(view._sender, "put", lambda *_: None)
        view._show({"sparks": [["n1", "n2", "vote"]], "losses": []}, None)
        view._show({"sparks": [["n1", "n2", "vote"], ["n1", "n3", "vote"]], "losses": []}, None)

        view._send_frame()
        first = view.frame["sparks"]
        view._send_frame()

        assert first == [["n1", "n2", "vote"], ["n1", "n3", "vote"]]
        assert view.frame["sparks"] == []


def test_it_shows_itself_without_widgets_too():
    """The bundle has the widget, and the picture of the moment for where there are none."""
    with showing() as (cluster, page):
        cluster.pause()

        data, _ = page.view._repr_mimebundle_()

        widget = data["application/vnd.jupyter.widget-view+json"]
        assert widget["model_id"] == page.view.model_id
        assert data["text/plain"] == str(cluster.status())
        assert data["image/svg+xml"].startswith("<svg")
        assert repr(page.view) == "<ClusterView: A cluster of 3 nodes>"


def test_a_page_learns_what_a_state_machine_takes():
    """Which types of commands there are is told once; with keys and values there are none."""
    from tests.consensus.live import Counter

    with showing(1, state_machine=Counter) as (_, page):
        assert page.view.about["title"] == "A cluster of 1 node"
        assert page.view.about["commands"] == ["add", "change", "fail", "nothing"]
    with showing(2) as (_, page):
        assert page.view.about["commands"] == []


def test_a_picture_that_is_due_soon_wakes_the_loop():
    """What a person follows is not told later than the shortest time between two pictures."""
    with showing() as (cluster, page):
        cluster.pause()
        page.next()
        for node in ("n1", "n2", "n3"):
            cluster.kill(node)

        page.shown(lambda frame: not any(node["alive"] for node in frame["nodes"]))

        assert frame_rate.SOON_NS < 100_000_000


def test_what_a_cut_link_swallows_is_seen():
    """Messages that are lost are on the page, also in a world that was looked at before."""
    with Cluster.start(3, timing=FAST) as cluster:
        leader = cluster.wait_for_leader(LONG).node_id
        other = next(ref.node_id for ref in cluster.nodes if ref.node_id != leader)
        cluster._driver.world.network.lost = watch.Losses()
        page = Page(view_of(cluster))
        page.next()

        page.act("cut", leader, other)

        page.shown(lambda frame: [leader, other, "heartbeat"] in frame["losses"])
        page.view.close()


def test_while_the_past_is_shown_it_is_told_how_far_the_cluster_has_come():
    """A page that shows a moment of the past hears that time goes on, and of nothing else."""
    with showing() as (cluster, page):
        page.ask("seek", at=0)
        live = page.view.frame["live"]
        story = page.view.story

        frame = page.shown(lambda frame: frame["live"] > live + 300_000)

        assert (frame["mode"], frame["at"]) == ("past", 0)
        assert frame["sparks"] == []
        assert page.view.story == story
        assert cluster.status().decides


def test_without_a_shell_there_is_nobody_to_ask(monkeypatch):
    """Where no interactive shell was ever loaded, silence always counts."""
    shell = Shell()
    monkeypatch.delitem(sys.modules, "IPython")

    shell.watch()

    assert shell._heard is None
    assert not shell.is_busy


def test_a_node_that_joins_is_on_the_page():
    """A node that is added appears, and one that left is not shown any more."""
    with showing() as (_, page):
        page.ask("add")
        page.shown(lambda frame: [node["id"] for node in frame["nodes"]][3:] == ["n4"])
        page.ask("remove", node="n4")
        page.shown(lambda frame: len(frame["nodes"]) == 3)
        assert any("n4 is to join" in line["text"] for line in page.view.story)
