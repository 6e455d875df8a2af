"""What a widget records of a cluster, for a page without a kernel."""

from __future__ import annotations

from igniter_nb.consensus import Cluster
from igniter_nb.notebook.clusters.widget import earlier
from igniter_nb.notebook.clusters.widget.widget import recording_of, view_of
from tests.notebook.clusters.widget.page import FAST, LONG, Page, showing


def roles(cluster):
    """Return the roles of each scene that was recorded, node by node."""
    return [[node.role for node in scene.nodes.values()] for scene in recording_of(cluster).scenes]


def test_what_happens_before_a_page_is_recorded():
    """A crash and the next leader are scenes; while nothing happens there are none."""
    with showing(3, latency=0.002) as (cluster, page):
        leader = page.shown(lambda frame: frame["leader"])["leader"]
        page.act("kill", leader)
        page.shown(lambda frame: frame["leader"] not in (None, leader))
        cluster.pause()
        page.next()
        seen = recording_of(cluster)
        page.next()

        assert any("crashed" in each for each in roles(cluster))
        assert "leader" in roles(cluster)[-1]
        assert any(each.kind == "vote" for each in seen.flights)
        assert all(each.arrives_us > each.sent_us for each in seen.flights)
        assert recording_of(cluster) == seen


def test_what_happened_before_anybody_looked_is_computed_again():
    """The election is recorded though no page was there, with its messages."""
    with Cluster.start(3, timing=FAST, latency=0.002) as cluster:
        cluster.wait_for_leader(LONG)
        cluster.pause()
        assert recording_of(cluster) == ((), ())
        view = view_of(cluster)

        view.remember()

        assert {"follower", "candidate"} <= {role for each in roles(cluster) for role in each}
        assert recording_of(cluster).scenes[0].at_us == 0
        assert "leader" in roles(cluster)[-1]
        assert any(each.kind == "vote-reply" for each in recording_of(cluster).flights)
        view.close()
        assert recording_of(cluster) == ((), ())
        view.remember()  # of what is not shown any more nothing


def test_a_long_past_is_not_waited_for(monkeypatch):
    """A cell that shows a cluster waits for its past no longer than a moment."""
    with Cluster.start(3, timing=FAST) as cluster:
        cluster.wait_for_leader(LONG)
        monkeypatch.setattr(earlier, "PATIENCE_NS", 0)

        view_of(cluster).remember()

        assert len(recording_of(cluster).scenes) == 1
        view_of(cluster).close()


def test_a_cluster_in_a_folder_is_recorded_from_now_on(tmp_path):
    """It cannot be gone back in, and is shown as well as any."""
    with Cluster.start(1, timing=FAST, storage=tmp_path / "logs") as cluster:
        cluster.wait_for_leader(LONG)
        view = view_of(cluster)

        view.remember()
        page = Page(view)
        page.next()

        assert roles(cluster) == [["leader"]]
        view.close()


def test_a_fork_has_a_recording_of_its_own():
    """What is done in a fork is not told of the cluster, whose recording is still there then."""
    with showing(3) as (cluster, page):
        page.ask("fork")
        page.shown(lambda frame: frame["back"])
        page.act("kill", "n1")
        page.shown(lambda _: page.node("n1")["role"] == "crashed")
        assert any("crashed" in each for each in roles(cluster))

        page.ask("back")
        page.shown(lambda frame: not frame["back"])

        assert roles(cluster)
        assert not any("crashed" in each for each in roles(cluster))
