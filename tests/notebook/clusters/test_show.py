"""What a cluster, its status, its events and its nodes become at the end of a cell."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from IPython.core.interactiveshell import InteractiveShell
from ipywidgets.widgets import widget as widgets

from igniter_nb.consensus import (
    Cluster,
    ClusterEvents,
    ClusterStatus,
    NodeStatus,
    ShardedCluster,
    ShardedStatus,
    Timing,
    tour,
)
from igniter_nb.consensus.status.trace import TraceEvent
from igniter_nb.errors import ConsensusError
from igniter_nb.notebook import display
from igniter_nb.notebook.clusters.show import MOST_EVENTS
from igniter_nb.notebook.clusters.widget.widget import view_of
from tests.notebook.clusters.samples import SAMPLES, crashed, elected, large, lost, node, status

if TYPE_CHECKING:
    from collections.abc import Iterator

ALLOWED = {
    *("style", "div", "figure", "figcaption", "img", "details", "summary", "br", "strong", "span"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"style", "scope", "src", "alt", "class", "aria-hidden"}


class Page(HTMLParser):
    """Collects what a browser would find."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def harmless(self) -> bool:
        return all(tag in ALLOWED and set(attrs) <= ATTRIBUTES for tag, attrs in self.found)


def picture_in(page: str) -> str:
    """Return the picture that a page holds as an image."""
    found = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert found
    return base64.b64decode(found[1]).decode()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Give three nodes of which one leads."""
    with Cluster.start(3) as started:
        started.wait_for_leader()
        yield started


@pytest.mark.parametrize("seen", SAMPLES.values(), ids=SAMPLES)
def test_a_status_is_a_picture_and_a_table(seen: ClusterStatus) -> None:
    """HTML holds the picture as an image, its sentence, and the table; text is what str says."""
    bundle = display.mimebundle(seen)

    page = Page(bundle["text/html"])
    images = [attrs for tag, attrs in page.found if tag == "img"]
    assert set(bundle) == {"text/html", "image/svg+xml", "text/plain"}
    assert page.harmless
    assert len(images) == 1
    assert all(row.node_id in str(images[0]["alt"]) for row in seen)
    assert picture_in(bundle["text/html"]) == bundle["image/svg+xml"]
    assert bundle["text/plain"] == str(seen)
    assert [text for text in page.texts if text == seen.title] == [seen.title]


def test_the_caption_says_when_it_was_seen() -> None:
    """Below the picture stand the cluster's own time and the sentence."""
    page = Page(display.mimebundle(crashed())["text/html"])

    said = " ".join(page.texts)
    assert "Seen at 1.250 s of the cluster's own time. 3 nodes: n1 leads term 2" in said
    assert "Of a node that does not run, all but that is what it was last." in said


def test_a_banner_says_what_a_lost_quorum_means() -> None:
    """Above the picture stands what is lost and what helps, and nothing where nothing is lost."""
    page = Page(display.mimebundle(lost())["text/html"])

    assert "Quorum lost. " in page.texts
    assert page.texts.index("Quorum lost. ") < page.texts.index(lost().title)
    assert "Quorum lost. " not in Page(display.mimebundle(elected())["text/html"]).texts


def test_votes_and_logs_are_a_table_too() -> None:
    """Whoever cannot see the picture reads votes, entries and the leader's view in a table."""
    page = Page(display.mimebundle(crashed())["text/html"])

    assert "Votes and logs as a table" in page.texts
    assert "1 to 3 of term 1; 4 of term 2; 5 of term 2, not known to be committed" in page.texts
    assert "match 5, next 6" in page.texts


def test_roles_have_marks_in_the_table() -> None:
    """A role has a mark and a word."""
    page = Page(display.mimebundle(crashed())["text/html"])

    assert "♛" in page.texts
    assert "\u00a0crashed" in page.texts


def test_a_bundle_is_small() -> None:
    """Seven nodes with full logs take less than 60 KB as a picture and 120 KB in all."""
    bundle = display.mimebundle(large(7))

    assert len(bundle["image/svg+xml"]) < 60_000
    assert sum(map(len, bundle.values())) < 120_000


def test_a_cluster_is_shown_as_its_status(cluster: Cluster) -> None:
    """The last line of a cell shows the picture, the table, and as text what str(status) says."""
    cluster.pause()

    bundle = display.mimebundle(cluster)

    assert bundle["text/plain"] == str(cluster.status())
    assert "leads term" in picture_in(bundle["text/html"])
    ET.fromstring(bundle["image/svg+xml"])  # noqa: S314 -- our own picture


def test_a_subclass_of_a_cluster_is_shown_too() -> None:
    """A class that a person derives from Cluster has the same picture."""

    class Mine(Cluster):
        """A cluster of somebody's own."""

    with Mine.start(1) as mine:
        assert "image/svg+xml" in display.mimebundle(mine)


def test_the_class_itself_is_text() -> None:
    """A class has nothing to show; it is written as Python writes it."""
    assert set(display.mimebundle(Cluster)) == {"text/plain"}


def test_a_stopped_cluster_can_be_shown(cluster: Cluster) -> None:
    """Showing a cluster after its end raises nothing."""
    found = cluster.wait_for_leader()

    cluster.stop()

    assert display.mimebundle(cluster)["text/plain"]
    assert display.mimebundle(found)["text/plain"]


def test_what_cannot_be_looked_at_is_told_as_text(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a cluster refuses to be looked at, its reason is shown instead."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise ConsensusError("not now")

    found = cluster.nodes[0]
    monkeypatch.setattr(Cluster, "status", refuse)
    monkeypatch.setattr(type(found), "status", property(refuse))

    assert display.mimebundle(cluster) == {"text/plain": "<Cluster: not now>"}
    assert display.mimebundle(found) == {"text/plain": "<NodeRef n1: not now>"}


def test_a_node_is_a_row(cluster: Cluster) -> None:
    """A reference to a node shows what the node reports, in a table of one row."""
    found = cluster.wait_for_leader()

    bundle = display.mimebundle(found)

    page = Page(bundle["text/html"])
    assert set(bundle) == {"text/html", "text/plain"}
    assert page.harmless
    assert [tag for tag, _ in page.found].count("tr") == 2
    assert f"Node {found.node_id}" in page.texts
    assert "leader in term 1" in page.texts
    assert bundle["text/plain"] == f"<NodeRef {found.node_id}: leader, term 1>"


def test_a_crashed_node_says_that_the_rest_is_old(cluster: Cluster) -> None:
    """Of a node that does not run, the row is what it was last."""
    cluster.kill("n1")

    page = Page(display.mimebundle(cluster.nodes[0])["text/html"])

    assert "crashed; the rest is what it was last" in page.texts


def events(count: int) -> ClusterEvents:
    """Return so many events, a millisecond apart."""
    return ClusterEvents(
        tuple(TraceEvent(at, at * 1000, "n1", "stop", f"reason {at}") for at in range(count))
    )


def test_events_are_a_table_in_the_order_in_which_they_happened() -> None:
    """Few events are all shown; the text is what str says."""
    shown = events(3)

    bundle = display.mimebundle(shown)

    page = Page(bundle["text/html"])
    assert page.harmless
    assert [each for each in page.texts if "reason" in each] == [
        f"n1 stops: reason {at}" for at in range(3)
    ]
    assert bundle["text/plain"] == str(shown)


def test_of_many_events_the_latest_are_shown() -> None:
    """Of thousands of events the page has the latest, and says where all are."""
    shown = events(5_000)

    bundle = display.mimebundle(shown)

    page = Page(bundle["text/html"])
    reasons = [each for each in page.texts if "reason" in each]
    assert len(reasons) == MOST_EVENTS
    assert reasons[-1] == "n1 stops: reason 4999"
    assert f"the latest {MOST_EVENTS} of them, to_frame() has all" in bundle["text/plain"]
    assert shown.title in page.texts


def test_a_running_cluster_shows_its_events(cluster: Cluster) -> None:
    """Elections and faults are told as they happened."""
    cluster.kill("n1")

    said = display.mimebundle(cluster.events)["text/plain"]

    assert "leads term 1" in said
    assert "kill('n1')" in said
    assert "text/html" in display.mimebundle(cluster.trace())


class Hostile:
    """A state that does what it can to a page."""

    def __repr__(self) -> str:
        return "</title><script>alert(1)</script>]]>\0\ud800"


class Failing:
    """A state that cannot be written."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    "state", [Hostile(), Failing(), "x" * 10_000_000], ids=["markup", "bad", "huge"]
)
def test_hostile_states_and_names_stay_texts(state: object) -> None:
    """Whatever a state machine holds and a node is called, the page is harmless and small."""
    named = "<img src=x onerror=alert(1)>\ud800"
    rows: list[NodeStatus] = [node(named, "leader", state_machine=state), node("n2", named)]
    happened = ClusterEvents((TraceEvent(0, 0, named, "stop", named),))

    for shown in (status(rows), happened):
        bundle = display.mimebundle(shown)

        assert Page(bundle["text/html"]).harmless
        assert sum(len(form.encode()) for form in bundle.values()) < 60_000
        assert "<script" not in bundle["text/html"]


def test_ipython_shows_a_cluster_without_an_extension(cluster: Cluster) -> None:
    """The last line of a cell is shown richly: cluster, status, events, nodes."""
    formatter = InteractiveShell.instance().display_formatter
    try:
        for shown in (cluster, cluster.status(), cluster.events, cluster.nodes[0]):
            assert {"text/html", "text/plain"} <= set(formatter.format(shown)[0])
    finally:
        InteractiveShell.clear_instance()


def test_a_notebook_without_a_cluster_loads_none() -> None:
    """Showing contracts and other objects does not load the room of clusters."""
    code = """
import sys
import igniter_nb as ig
from igniter_nb.notebook import display

class Price(ig.Contract):
    total = ig.input(float)

    @ig.output
    def gross(total):
        return total

display.mimebundle(Price)
display.mimebundle(7)
print([name for name in sys.modules if name.startswith("igniter_nb.consensus")])
"""

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_other_reports_of_the_room_are_still_tables() -> None:
    """A report that has no picture of its own is shown as a table."""

    class Report:
        title = headline = "Report"
        columns = ("node",)

        def records(self) -> list[dict[str, object]]:
            return [{"node": "n1"}]

    Report.__module__ = "igniter_nb.consensus.status.status"

    assert set(display.mimebundle(Report())) == {"text/html", "text/plain"}


WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process pass for a notebook's kernel."""
    shell = InteractiveShell.instance()
    monkeypatch.setattr(shell, "kernel", object(), raising=False)
    yield
    InteractiveShell.clear_instance()


def test_in_a_kernel_a_cluster_is_a_widget_with_the_picture_beside_it(
    cluster: Cluster, kernel: None
) -> None:
    """Where there are widgets a cluster can be broken; elsewhere its picture is shown as ever."""
    cluster.pause()

    bundle: Any = display.mimebundle(cluster)
    again: Any = display.mimebundle(cluster)
    view = view_of(cluster)
    view.close()

    assert set(bundle) == {WIDGET, "text/html", "image/svg+xml", "text/plain"}
    assert bundle[WIDGET]["model_id"] == again[WIDGET]["model_id"]
    assert bundle["text/plain"] == str(cluster.status())


class Told(list[dict[str, Any]]):
    """Takes the place of a page: keeps what is published."""

    def publish(self, **what: Any) -> None:
        self.append(what)


@pytest.fixture
def page(kernel: None, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Give a page that keeps what it is told."""
    told = Told()
    monkeypatch.setattr(InteractiveShell.instance(), "display_pub", told)
    return told


def test_on_a_page_a_still_comes_first_and_replays_how_it_came(
    cluster: Cluster, page: Told
) -> None:
    """The election before anybody looked is in the still, also where the next cell is the first."""
    cluster.pause()

    formatter = InteractiveShell.instance().display_formatter
    forms, _ = formatter.format(cluster)
    still, view = (each["data"] for each in page)
    view_of(cluster).close()

    assert forms == {}
    assert set(view) == {WIDGET}
    assert set(still) == {"text/html", "text/plain"}
    assert "run the cell to bring it to life" in still["text/html"]
    assert still["text/plain"] == str(cluster.status())
    reel = json.loads(
        re.search(r'<script type="application/json">(.*?)</script>', still["text/html"])[1]
    )
    roles = {change[1] for frame in reel["frames"] for change in frame[2]}
    assert {"follower", "candidate", "leader"} <= roles
    assert reel["frames"][0][1] == 0
    assert reel["whole"]
    assert len(still["text/html"]) < 60_000


def test_where_there_is_no_page_the_forms_are_shown(cluster: Cluster, kernel: None) -> None:
    """A stopped cluster has no widget, a terminal no page: IPython goes on to the other forms."""
    cluster.stop()
    with pytest.raises(NotImplementedError):
        display.show(cluster)

    InteractiveShell.clear_instance()
    with pytest.raises(NotImplementedError):
        display.show(tour("election"))


def test_marimo_is_handed_the_widget(cluster: Cluster) -> None:
    """A notebook that shows what it is handed gets the widget; of what has none, the page."""
    view = cluster._display_()
    assert view is view_of(cluster)
    view.close()

    cluster.stop()
    kind, page = cluster._display_()._mime_()

    assert kind == "text/html"
    assert "<img" in page


def test_a_tour_replays_all_its_steps(page: Told) -> None:
    """Without a kernel a tour can be played from its first step to its last, with its headings."""
    shown = tour("election")
    display.show(shown)
    view = widgets._instances[page[1]["data"][WIDGET]["model_id"]]
    view.close()

    reel = json.loads(
        re.search(r'<script type="application/json">(.*?)</script>', page[0]["data"]["text/html"])[
            1
        ]
    )
    assert [said for _, said in reel["notes"]] == [step.heading for step in shown.steps]
    assert reel["frames"][0][1] == 0
    assert reel["whole"]


def test_a_stopped_cluster_is_a_picture_alone(cluster: Cluster, kernel: None) -> None:
    """There is nothing to be done to a cluster that has ended."""
    cluster.stop()

    assert set(display.mimebundle(cluster)) == {"text/html", "image/svg+xml", "text/plain"}


def test_a_tour_is_a_widget_in_a_kernel_and_can_be_read_elsewhere(kernel: None) -> None:
    """A tour is played where there are widgets; where there are none its steps stand in a list."""
    shown = tour("election")

    bundle: Any = display.mimebundle(shown)
    InteractiveShell.clear_instance()
    plain = display.mimebundle(shown)
    view: Any = widgets._instances[bundle[WIDGET]["model_id"]]
    view.close()

    assert set(bundle) == {WIDGET, "text/html", "image/svg+xml", "text/plain"}
    assert {name: bundle[name] for name in plain} == plain
    assert plain["text/plain"] == str(shown)
    assert "cluster of 5" in plain["text/html"]
    for step in shown.steps:
        assert f"<strong>{step.heading}. </strong>{step.text}" in plain["text/html"]


def test_shards_are_drawn_one_by_one() -> None:
    """Each shard has its picture, and the one that lost its quorum says so; all are in a table."""
    with ShardedCluster.start(2, nodes=3, timing=Timing.fast()) as shards:
        shards.wait_for_leader(60.0)
        broken = shards.clusters[1].pause()
        broken.kill("n1").kill("n2")

        bundle = display.mimebundle(shards)

    page = bundle["text/html"]
    assert page.count("<img") == 2
    assert page.count("Quorum lost. ") == 1
    assert "Shard 0. Seen at" in page
    assert page.count("<tr") == 1 + 6
    assert "2 shards of 6 nodes, 4 alive" in bundle["text/plain"]


def test_of_many_shards_the_first_are_drawn() -> None:
    """A page has room for some pictures; the table has all."""
    shard = ClusterStatus((), 0.0, 1, decides=True)

    page = display.mimebundle(ShardedStatus((shard,) * 9))["text/html"]

    assert page.count("<img") == 6
    assert "The table has all 9 shards." in page
