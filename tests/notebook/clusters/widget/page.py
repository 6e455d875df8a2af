"""Page that shows a cluster, without a browser and without a kernel."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus import Cluster, Timing
from igniter_nb.notebook.clusters.widget.widget import ClusterView, view_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from igniter_nb.consensus import ClusterStatus

LONG = 60.0
"""Seconds after which a test fails; nothing takes them where all is well."""

FAST = Timing.fast()


class Page:
    """Sends what a page sends, and keeps what it is sent.

    Args:
        view: the widget.
        name: of the page's view.
    """

    def __init__(self, view: ClusterView, name: str = "a") -> None:
        self.view = view
        self.name = name
        self.frames: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self.count = 0
        self._came: SimpleQueue[None] = SimpleQueue()
        view.send = self._answered
        view.observe(self._shown, "frame")

    def _shown(self, change: Any) -> None:
        self.frames.append(change["new"])
        self._came.put(None)

    def _answered(self, content: dict[str, Any], buffers: object = None) -> None:
        self.answers.append(content)
        self._came.put(None)

    def send(self, kind: object, **more: Any) -> int:
        """Send a message; return its number."""
        self.count += 1
        content = {"view": self.name, "n": self.count, "type": kind, **more}
        self.view._handle_custom_msg(content, [])
        return self.count

    def ask(self, kind: object, **more: Any) -> dict[str, Any]:
        """Send a message and wait for its answer."""
        number = self.send(kind, **more)
        return self.until(lambda: self.answer(number))

    def act(self, name: str, *args: Any) -> dict[str, Any]:
        """Do something to the cluster, and wait for the answer."""
        return self.ask("act", name=name, args=[*args])

    def answer(self, number: int) -> dict[str, Any] | None:
        """Return the answer to a message, None if there is none yet."""
        return next((each for each in self.answers if each["n"] == number), None)

    def until(self, condition: Callable[[], Any]) -> Any:
        """Wait until a condition, asked whenever something came, gives something."""
        while not (found := condition()):
            try:
                self._came.get(timeout=LONG)
            except Empty:
                last = {**self.view.frame, "nodes": "…"}
                raise AssertionError(f"it never came; answers: {self.answers}, {last}") from None
        return found

    def shown(self, condition: Callable[[dict[str, Any]], Any] = bool) -> dict[str, Any]:
        """Wait until what is shown fits, and return it."""
        return self.until(lambda: condition(self.view.frame) and self.view.frame)

    def next(self) -> dict[str, Any]:
        """Say hello and wait for the frame that follows."""
        number = self.view.frame.get("number", 0)
        self.send("hello")
        return self.shown(lambda frame: frame.get("number", 0) > number)

    def node(self, name: str) -> dict[str, Any]:
        """Return what is shown of a node."""
        return next(node for node in self.view.frame["nodes"] if node["id"] == name)


@contextmanager
def showing(nodes: Any = 3, **options: Any) -> Iterator[tuple[Cluster, Page]]:
    """Start a cluster with a leader and show it to a page; end both afterwards."""
    with Cluster.start(nodes, **{"timing": FAST, **options}) as cluster:
        cluster.wait_for_leader(LONG)
        page = Page(view_of(cluster))
        page.next()
        try:
            yield cluster, page
        finally:
            page.view.close()


def rest(cluster: Cluster, page: Page) -> dict[str, Any]:
    """Let the time of a cluster stand still, and return what is shown then."""
    cluster.pause()
    page.send("hello")
    world = cluster._driver.world
    return page.shown(lambda frame: frame["paused"] and frame["at"] == world.now_us)


def told_of(seen: ClusterStatus) -> dict[str, Any]:
    """Return what a frame has to say of a status, node by node."""
    views = {each.node_id: [each.match, each.next] for each in seen.progress}
    old = seen[seen.leader].term if seen.leader else 0
    return {
        "leader": seen.leader,
        "decides": seen.decides,
        "quorum": seen.quorum_size,
        "stopped": seen.stopped,
        "cuts": [[*pair] for pair in seen.blocked],
        "nodes": [
            {
                "id": row.node_id,
                "role": "superseded" if row.role == "leader" and row.term < old else row.role,
                "alive": row.alive,
                "term": row.term,
                "vote": row.vote or "",
                "leader": row.leader or "",
                "commit": row.commit_index,
                "applied": row.applied_index,
                "last": row.log_size,
                "snapshot": row.snapshot_index,
                "log": [[at.index, at.term, int(at.committed)] for at in tail],
                "view": views.get(row.node_id, [-1, -1]),
            }
            for row, tail in zip(seen.rows, seen.tails, strict=True)
            if row.role != "removed"
        ],
    }


def told_by(frame: dict[str, Any]) -> dict[str, Any]:
    """Return the same of a frame."""
    names = ("leader", "decides", "quorum", "stopped", "cuts")
    facts = (
        *("id", "role", "alive", "term", "vote", "leader"),
        *("commit", "applied", "last", "snapshot", "log"),
    )
    nodes = [
        {name: node[name] for name in facts} | {"view": [node["match"], node["next"]]}
        for node in frame["nodes"]
    ]
    return {name: frame[name] for name in names} | {"nodes": nodes}


def threads(name: str) -> list[threading.Thread]:
    """Return the threads of a name that run."""
    return [each for each in threading.enumerate() if each.name == name]
