"""What is left when cells run again, views are closed and clusters are gone: nothing."""

from __future__ import annotations

import gc
import weakref

import pytest

from igniter_nb.consensus import Cluster, tour
from igniter_nb.notebook.clusters.widget import feed as feeds
from igniter_nb.notebook.clusters.widget.requests import ENDED
from igniter_nb.notebook.clusters.widget.widget import ClusterView, view_of
from tests.consensus.live import Cells
from tests.notebook.clusters.widget.page import FAST, LONG, Page, showing


@pytest.fixture
def cells(monkeypatch):
    """Give a notebook in place of the real one."""
    return Cells(monkeypatch)


def test_a_closed_view_is_gone():
    """Nothing holds a view that was closed; its cluster goes on."""
    with Cluster.start(3, timing=FAST) as cluster:
        cluster.wait_for_leader(LONG)
        page = Page(view_of(cluster))
        page.next()
        view = weakref.ref(page.view)

        page.view.close()
        del page
        cluster.run_for(0.1)  # so that its loop has heard of it
        gc.collect()

        assert view() is None, gc.get_referrers(view())
        assert cluster.alive_count == 3


def test_a_view_lets_go_of_a_cluster_that_is_gone():
    """When nobody holds a cluster any more its last picture stays on the page, and nothing else."""
    cluster = Cluster.start(3, timing=FAST)
    cluster.wait_for_leader(LONG)
    page = Page(view_of(cluster))
    page.next()
    world = weakref.ref(cluster._driver.world)

    del cluster
    gc.collect()

    page.shown(lambda frame: frame["stopped"])
    page.until(lambda: page.act("kill", "n1")["problem"] == ENDED)
    gc.collect()
    assert world() is None
    assert {node["role"] for node in page.view.frame["nodes"]} == {"leader", "follower"}
    assert not page.view.frame["again"], "nothing of it was kept"
    assert not page.view.frame["forkable"]
    page.view.close()


def test_a_fork_that_is_shown_outlives_its_cluster():
    """Who went on in a fork keeps it, also when the cluster that it came from is gone."""
    cluster = Cluster.start(3, timing=FAST)
    cluster.wait_for_leader(LONG)
    page = Page(view_of(cluster))
    page.next()
    page.ask("fork")

    del cluster
    gc.collect()

    assert page.act("kill", "n1")["said"] == "n1 crashed."
    page.view.close()


def test_what_a_page_begins_ends_with_the_cell_of_its_cluster(cells):
    """A fork belongs to the cell that started its cluster, not to the one that happens to run."""
    cells.now = ("a", 1)
    with showing(3) as (cluster, page):
        cells.now = ("b", 2)
        other = Cluster.start(1)
        page.ask("fork")
        fork = page.view._view.driver.loop

        cells.now = ("b", 3)
        Cluster.start(1).stop()
        assert other._driver.loop.stopping
        assert not fork.stopping

        cells.now = ("a", 4)
        Cluster.start(1).stop()
        assert cluster._driver.loop.stopping
        assert fork.stopping


def test_a_cell_that_shows_a_tour_again_closes_the_earlier_one(cells):
    """The widget of the earlier run is closed and its cluster ended, wherever it had come to."""
    views = []
    for run in (1, 2, 3):
        cells.now = ("a", run)
        views.append(ClusterView(tour("election")))
        page = Page(views[-1])
        page.next()
        page.ask("tour", go="next")
        page.ask("tour", go="back")

    assert [view.comm is None for view in views] == [True, True, False]
    assert [view._view is None for view in views] == [True, True, False]
    views[-1].close()


def test_checkpoints_go_with_the_cell(cells):
    """Of a cluster whose cell ran again only what a replay begins with is kept."""
    cells.now = ("a", 1)
    old = Cluster.start(1, timing=FAST)
    old.run_for(60.0)
    old._driver.loop.call(int)  # the turn that answered is over: it ends with the checkpoint
    assert len(old._driver.loop.tape.checkpoints) > 1

    cells.now = ("a", 2)
    Cluster.start(1).stop()

    assert len(old._driver.loop.tape.checkpoints) == 1
    assert old.status(at=30.0).leader == "n1"


def test_who_comes_while_the_last_one_goes_is_heard(monkeypatch):
    """A view that says hello just when the feed stops listening is shown what happens."""
    with showing(3) as (cluster, page):
        feed = page.view._view.shown.feed
        ends = feeds.Feed._end_listening
        late = Page(page.view, "late")

        def end(self):
            if not late.count:
                late.send("hello")
            return ends(self)

        monkeypatch.setattr(feeds.Feed, "_end_listening", end)
        page.view._viewers.end("a")  # as if its page had been silent for long
        cluster.kill("n2")
        late.until(lambda: late.count)
        cluster.kill("n3")

        late.shown(lambda frame: late.node("n3")["role"] == "crashed")
        assert len(cluster._driver.loop._listeners) == 1
        assert feed._cancel is not None
