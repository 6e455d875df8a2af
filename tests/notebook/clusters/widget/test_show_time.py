"""What a person sees who watches: slow motion, a cluster that ended and begins again, tours."""

from __future__ import annotations

import pytest

from igniter_nb.consensus import TOURS, Cluster
from igniter_nb.consensus.local.showing import SHOWN_US, SLOWEST
from igniter_nb.notebook.clusters.widget.requests import DISPLAYED
from igniter_nb.notebook.clusters.widget.widget import ClusterView, view_of
from igniter_nb.notebook.kernel.worker import IDLE_SECONDS
from tests.consensus.live import Cells
from tests.notebook.clusters.widget.page import FAST, LONG, Page, showing, threads

# --- show time ------------------------------------------------------------------------------------


def test_a_click_on_the_leader_is_seen_slowly():
    """The frame says so, with the speed in force; a click on the pill ends it."""
    with showing(5) as (cluster, page):
        page.shown(lambda frame: frame["link"][0] == SHOWN_US)
        assert page.view.frame["slow"] == ""

        page.act("kill", cluster.leader.node_id)
        slow = page.shown(lambda frame: frame["slow"] == "slow")
        assert slow["speed"] == SLOWEST
        assert cluster.speed == 1.0, "what was said stays"

        assert page.ask("skip")["said"] == "Time passes as fast as before."
        page.shown(lambda frame: (frame["slow"], frame["speed"]) == ("", 1.0))


def test_a_call_of_the_program_is_not_held_up():
    """Who waits for a leader does not wait for what is shown."""
    with showing(5) as (cluster, page):
        page.shown(lambda frame: frame["link"][0] == SHOWN_US)
        cluster.leader.kill()

        cluster.wait_for_leader(LONG)

        assert not cluster._driver.showing.is_slow
        assert cluster._driver.world.network.shown_us == 0


def test_what_a_page_asks_for_is_seen_on_its_way():
    """A write of the page leaves the network as it is, on which it can be seen."""
    with showing(3) as (cluster, page):
        page.shown(lambda frame: frame["link"][0] == SHOWN_US)

        assert "is committed" in page.ask("write", key="x", value="1")["said"]
        assert page.ask("read", key="x")["said"] == "x = 1."

        tape = cluster._driver.loop.tape
        assert [line.args for line in tape if line.name == "show"] == [(SHOWN_US,)]


def test_a_widget_that_nobody_has_seen_yet_changes_nothing():
    """While cells run after the one that shows it, no page has said that it looks."""
    with Cluster.start(3, timing=FAST) as cluster:
        view = view_of(cluster)
        view.view_mimebundle()
        page = Page(view)
        cluster.wait_for_leader(LONG)
        page.until(lambda: view.frame)

        cluster.leader.kill()

        assert view._viewers.present
        assert not view._viewers.here
        assert cluster._driver.showing.watchers == set()
        view._viewers.end(DISPLAYED)
        page.send("hello")
        page.until(lambda: cluster._driver.showing.watchers)
        page.send("bye")
        cluster._driver.loop.call(int)
        assert cluster._driver.showing.watchers == set()
        view.close()


# --- the end, and again ---------------------------------------------------------------------------


def test_a_cluster_that_ended_can_be_had_again():
    """The same nodes begin anew in the same widget; what was there before is still to be had."""
    with showing(["n10", "n2", "n1"], seed=7, snapshot_every=5) as (cluster, page):
        cluster.write(key="x", value=1)
        assert not page.view.frame["again"]
        assert "this one runs" in page.ask("again")["problem"]
        cluster.stop()
        ended = page.shown(lambda frame: frame["stopped"])
        assert (ended["again"], ended["forkable"]) == (True, True)

        assert cluster.shown is cluster
        answer = page.ask("again")["said"]
        assert "a new cluster of the same kind" in answer
        assert "if one is cluster, cluster.shown is this one" in answer
        assert cluster.shown.wait_for_leader(LONG)
        assert cluster.shown._driver is page.view._view.driver

        anew = page.shown(lambda frame: not frame["stopped"] and frame["leader"])
        assert [node["id"] for node in anew["nodes"]] == ["n1", "n2", "n10"]
        assert (anew["origin"], anew["back"], anew["again"]) == ("started again", True, False)
        driver = page.view._view.driver
        assert driver.world.options == cluster._driver.world.options
        assert (driver.world.seed, [*driver.world.hosts]) == (7, ["n10", "n2", "n1"])
        assert page.ask("read", key="x")["said"] == "there is no x."
        page.ask("back")
        assert cluster.shown is cluster
        assert page.shown(lambda frame: frame["stopped"])["origin"] == ""


def test_a_cluster_in_a_folder_goes_on_from_there(tmp_path):
    """Started again it has what it kept; it cannot be forked, and says why."""
    with showing(3, storage=tmp_path) as (cluster, page):
        cluster.write(key="x", value=1)
        cluster.stop()
        ended = page.shown(lambda frame: frame["stopped"])
        assert (ended["again"], ended["forkable"]) == (True, False)
        assert "keeps its logs in a folder" in page.ask("fork")["problem"]

        page.ask("again")

        page.shown(lambda frame: not frame["stopped"] and frame["leader"])
        assert page.ask("read", key="x")["said"] == "x = 1."


def test_a_fork_of_the_end_goes_on():
    """Who forks a cluster that has stopped has it as it was then, alive."""
    with showing(3) as (cluster, page):
        cluster.write(key="x", value=1)
        leader = cluster.leader.node_id
        cluster.stop()
        page.shown(lambda frame: frame["stopped"])

        page.ask("fork")

        shown = page.shown(lambda frame: not frame["stopped"])
        assert shown["leader"] == leader
        assert page.ask("read", key="x")["said"] == "x = 1."


def test_a_fork_that_ended_can_be_had_again():
    """So can a replay, or a fork, of which only the world tells how it began."""
    with Cluster.start(3, timing=FAST, seed=3) as cluster:
        cluster.wait_for_leader(LONG)
        other = cluster.fork()
        other.stop()

        again = Cluster(other._driver.again())

        assert again.wait_for_leader(LONG).node_id == cluster.leader.node_id
        assert again._driver.world.options == cluster._driver.world.options
        again.stop()
    tested = Cluster.replay(7, at=0.1)
    tested.stop()
    assert not tested._driver.can_start_again
    with pytest.raises(Exception, match="cannot be started again"):
        tested._driver.again()


# --- tours ----------------------------------------------------------------------------------------


def test_a_tour_opens_in_the_widget_of_a_cluster_and_comes_back():
    """It is played in place of the cluster, which goes on; closed, the cluster is there again."""
    with showing(3) as (cluster, page):
        assert page.view.about["tours"] == [[name, title] for name, title in TOURS.items()]
        assert page.ask("tour", name="election")["said"]
        page.until(lambda: page.view.tour)
        assert (page.view.tour["name"], page.view.tour["step"]) == ("election", 1)
        shown = page.shown(lambda frame: len(frame["nodes"]) == 5)
        assert (shown["origin"], shown["back"]) == ("tour", True)

        page.ask("tour", go="next")
        page.until(lambda: page.view.tour["step"] == 2)
        page.ask("tour", go="back")
        page.until(lambda: page.view.tour["step"] == 1)
        assert page.view._view.is_visiting

        page.ask("tour", name="partition")
        page.until(lambda: page.view.tour["name"] == "partition")
        assert page.ask("tour-end")["said"] == "This is the cluster itself."
        shown = page.shown(lambda frame: len(frame["nodes"]) == 3)
        assert (shown["back"], shown["origin"], page.view.tour) == (False, "", {})
        assert page.view._view.driver is cluster._driver
        assert cluster.alive_count == 3


def test_who_leaves_a_tour_that_was_opened_comes_back_too():
    """The toured cluster is theirs, and goes when they come home; a fork of it as well."""
    with showing(3) as (cluster, page):
        page.ask("tour", name="election")
        page.ask("tour", go="leave")
        page.until(lambda: not page.view.tour)
        toured = page.view._view.driver
        assert toured is not cluster._driver
        page.ask("fork")
        fork = page.view._view.driver
        page.ask("back")
        assert page.view._view.driver is toured

        page.ask("back")

        assert page.view._view.driver is cluster._driver
        assert toured.loop.stopping
        assert fork.loop.stopping
        assert "already" in page.ask("back")["said"]


def test_a_tour_that_there_is_not_is_refused():
    """The known ones are named; where no tour is open none can be closed."""
    with showing(1) as (_, page):
        assert "election" in page.ask("tour", name="elections")["problem"]
        assert "expected a tour" in page.ask("tour-end")["problem"]
        assert "expected a tour" in page.ask("tour", go="next")["problem"]


def test_a_tour_on_a_tour_comes_back_to_it(guided):
    """Who opens another tour from one finds the first one where it was."""
    guided.ask("tour", go="next")
    guided.ask("tour", name="replication")
    guided.until(lambda: guided.view.tour["name"] == "replication")

    guided.ask("tour-end")

    guided.until(lambda: guided.view.tour["name"] == "election")
    assert guided.view.tour["step"] == 2
    guided.ask("tour-end")
    guided.until(lambda: not guided.view.tour)


def test_a_widget_that_is_closed_on_a_tour_leaves_nothing():
    """Neither the tour's cluster nor its own is followed any more."""
    with showing(3) as (cluster, page):
        page.ask("tour", name="election")
        toured = page.view._view.driver

        page.view.close()

        assert toured.loop.stopping
        cluster._driver.loop.call(int)
        assert cluster._driver.loop._listeners == ()


# --- threads --------------------------------------------------------------------------------------


def test_a_cell_that_runs_again_and_again_keeps_one_view_thread(monkeypatch):
    """The thread of the run before ends when its last frame was sent, whoever holds its cluster."""
    cells, held, seen = Cells(monkeypatch), [], []
    before = {*threads("igniter-view")}
    for run in range(1, 6):
        cells.now = ("a", run)
        cluster = Cluster.start(3, timing=FAST)
        cluster.wait_for_leader(LONG)
        page = Page(ClusterView(cluster))
        page.next()
        held.append((cluster, page))
        (new,) = {*threads("igniter-view")} - before - {*seen}
        seen.append(new)
        for _, earlier in held[:-1]:
            earlier.shown(lambda frame: frame["stopped"])
    for thread in {*threads("igniter-view")} - before - {seen[-1]}:
        thread.join(IDLE_SECONDS / 4)  # long before it would end by itself

    assert {*threads("igniter-view")} - before == {seen[-1]}
    for cluster, page in held:
        page.view.close()
        cluster.stop()
