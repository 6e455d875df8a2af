"""Whatever a page sends, what it is shown is what the nodes report."""

from __future__ import annotations

import threading
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from igniter_nb.consensus import Cluster, world_status
from igniter_nb.notebook.clusters.widget.feed import Feed
from igniter_nb.notebook.clusters.widget.widget import ClusterView
from igniter_nb.notebook.kernel.worker import Worker
from tests.notebook.clusters.widget.page import FAST, LONG, Page, told_by, told_of

NODES = st.sampled_from(["n1", "n2", "n3", "n4", "leader", "", 7, None])
NODE_ACTS = ["kill", "restart", "pause", "resume", "wipe", "power_cut", "isolate", "campaign"]
LINKS = st.tuples(NODES, NODES).map(list)
LATENCY, LOSS = st.integers(-1, 20_000), st.sampled_from([0, 0.2, 1, 2, "x"])
JUNK = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.none())


def message(kind: str, **more: Any) -> Any:
    """Return what makes messages of a type."""
    return st.fixed_dictionaries({"type": st.just(kind), **more})


def act(name: Any, args: Any) -> Any:
    """Return what makes acts."""
    return message("act", name=name, args=args)


MESSAGES = st.one_of(
    act(st.sampled_from([*NODE_ACTS, "transfer"]), st.tuples(NODES).map(list)),
    act(st.just("partition"), st.lists(st.lists(NODES, max_size=2), max_size=3)),
    act(st.sampled_from(["cut", "mend"]), LINKS),
    act(st.just("heal"), st.just([])),
    act(st.just("link"), st.tuples(NODES, NODES, LATENCY, LOSS).map(list)),
    act(st.just("links"), st.tuples(LATENCY, LOSS).map(list)),
    act(st.just("clock_rate"), st.tuples(NODES, st.integers(0, 3_000)).map(list)),
    act(JUNK, JUNK),
    message("step_down"),
    message("add", node=st.sampled_from(["n4", "n5", None, "all"])),
    message("remove", node=NODES),
    message("write", key=st.sampled_from(["x", "y", "", 5]), value=JUNK),
    message("command", text=st.sampled_from(['{"key": "x", "value": 1}', "{", "[]", None])),
    message("read", key=st.sampled_from(["x", "z", None])),
    message("pace", paused=st.none() | st.booleans() | st.just(3)),
    message("pace", speed=st.sampled_from([0.1, 1, 50, 100, 0, "x"])),
    message("step"),
    message("seek", at=st.integers(-1, 400_000) | JUNK),
    *(message(kind) for kind in ("live", "fork", "back", "copy")),
    message("look", node=NODES),
    message("open", text=JUNK),
    message("tour", go=st.sampled_from(["next", "back", "leave", "up"])),
    message("hello"),
    message("ping"),
    st.dictionaries(st.sampled_from(["type", "name", "args", "node"]), JUNK),
)


class Watched:
    """Compares each live picture with what the nodes report at that moment, in the same turn."""

    def __init__(self, monkeypatch: Any) -> None:
        self.pairs: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self._drawn = threading.local()
        picture, show = Feed._picture, ClusterView._show

        def drawing(feed: Feed) -> bool:
            self._drawn.by = feed
            try:
                return picture(feed)
            finally:
                self._drawn.by = None

        def showing(view: ClusterView, parts: dict[str, Any], story: Any) -> None:
            feed = getattr(self._drawn, "by", None)
            if feed is not None and parts["mode"] == "live":
                world, stopped = feed.watch.driver.world, feed.watch.has_ended
                seen = told_of(world_status(world, stopped=stopped, copied=False))
                self.pairs.append((dict(parts), seen))
            show(view, parts, story)

        monkeypatch.setattr(Feed, "_picture", drawing)
        monkeypatch.setattr(ClusterView, "_show", showing)
        monkeypatch.setattr(Worker, "_start", lambda _: False)  # so that it is told in that turn


def rests(page: Page, cluster: Cluster) -> dict[str, Any]:
    """Let the cluster itself stand still, and return the last frame of it."""
    page.ask("live")
    page.ask("back")
    page.ask("pace", paused=True, speed=1)
    page.next()
    return page.shown(
        lambda frame: (
            frame["paused"] and not frame["back"] and frame["at"] == cluster._driver.world.now_us
        )
    )


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(messages=st.lists(MESSAGES, max_size=14))
def test_any_messages_leave_a_picture_that_is_true(monkeypatch, messages):
    """After any clicks and any nonsense the page says of each node what ``world_status()`` says.

    Each frame on the way was true when it was made, and each message has one answer.
    """
    with monkeypatch.context() as patched, Cluster.start(3, timing=FAST) as cluster:
        watched = Watched(patched)
        cluster.wait_for_leader(LONG)
        page = Page(ClusterView(cluster))
        page.next()
        numbers = []
        for each in messages:
            kind, more = each.get("type"), {k: v for k, v in each.items() if k != "type"}
            number = page.send(kind, **more)
            numbers += [] if kind in ("hello", "ping") else [number]

        frame = rests(page, cluster)
        seen = cluster.status()
        page.view._view.close()
        cluster.stop()
        page.until(lambda: len(page.answers) >= len(numbers) + 3)

        assert told_by(frame) == told_of(seen)
        assert all(told_by(frame) == seen for frame, seen in watched.pairs)
        answered = sorted(answer["n"] for answer in page.answers)
        assert answered == sorted({*answered})
        assert {*numbers} <= {*answered}
        assert all(
            bool(a["said"]) != bool(a["problem"]) or a["n"] in seeks(page, messages)
            for a in page.answers
        )
        page.view.close()


def seeks(page: Page, messages: list[dict[str, Any]]) -> set[int]:
    """Return the numbers of the messages whose answer may be silent: the frame is the answer."""
    first = 2  # number 1 was the hello
    return {at for at, each in enumerate(messages, first) if each.get("type") == "seek"}
