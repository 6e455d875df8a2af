"""Widget of a cluster that a person watches and breaks.

What travels to the page is one frame as plain data, the latest lines of its story, and answers;
what comes from it are requests (:mod:`igniter_nb.notebook.clusters.widget.requests`). All viewers
of a cluster are sent the same frames, so that they agree.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary, finalize, ref

import anywidget
from traitlets import Any as Anything
from traitlets import Dict

from igniter_nb.consensus import TOURS, Cluster, with_cell
from igniter_nb.display import display
from igniter_nb.notebook.clusters.replay.recorder import Recorder, Recording
from igniter_nb.notebook.clusters.widget.earlier import record_past
from igniter_nb.notebook.clusters.widget.requests import DISPLAYED, Requests
from igniter_nb.notebook.clusters.widget.tour import TourPlayer
from igniter_nb.notebook.clusters.widget.view import View, driver_of
from igniter_nb.notebook.kernel.viewers import Viewers
from igniter_nb.notebook.kernel.worker import Worker
from igniter_nb.notebook.page.bundle import bundle

if TYPE_CHECKING:
    from igniter_nb.consensus import ClusterStatus, Tour, Watch
    from igniter_nb.notebook.clusters.widget.frame import Facts
    from igniter_nb.notebook.kernel.stills import Still

_GATHERED: Final = ("sparks", "losses")
"""What a frame that was never sent leaves to the next one."""


class ClusterView(anywidget.AnyWidget):
    """Shows a cluster, or a tour of one.

    It holds no cluster but those that it made itself: forks, replays, the run of a tour.

    Args:
        shown: the cluster, or the tour.

    Attributes:
        still: the picture for where it cannot be shown, None while nobody asked for one.
    """

    _esm = bundle("cluster")

    frame = Anything({}).tag(sync=True)
    story = Anything([]).tag(sync=True)
    tour = Anything({}).tag(sync=True)
    about = Dict().tag(sync=True)

    def __init__(self, shown: Cluster | Tour) -> None:
        self.still: Still | None = None
        self._recorders: WeakKeyDictionary[Watch, Recorder] = WeakKeyDictionary()
        self._viewers = Viewers()
        self._sender = Worker("igniter-view")
        self._lock = threading.Lock()
        self._parts: Facts = {}
        self._lines: list[Facts] | None = None
        self._unsent: dict[str, list[Any]] = {name: [] for name in _GATHERED}
        self._number = self._shown = 0
        player = kept = None
        if isinstance(shown, Cluster):
            cluster, title = shown, _title(shown)
        else:
            player, title = TourPlayer(shown), shown.title
            cluster = kept = player.open()
            with_cell(self.close)
        view = View(driver_of(cluster), self._show, self._viewers, kept=kept)
        self._view: View | None = view
        self._requests = Requests(view, self._viewers, self._answer, tour=player)
        about = {
            "title": title,
            "commands": sorted(view.watch.command_types),
            "tours": [[name, heading] for name, heading in TOURS.items()],
        }
        super().__init__(about=about)
        self.on_msg(self._requests.hear)

    # -- from the cluster to the page

    def _show(self, parts: Facts, story: list[Facts] | None) -> None:
        """Take what there is to be shown, and let it be sent; from any thread."""
        self._record(parts)
        with self._lock:
            shown = parts.pop("shown", self._shown)
            if shown != self._shown:  # what was not sent yet was of something else
                self._shown, self._lines = shown, None
                self._unsent = {name: [] for name in _GATHERED}
            for name in _GATHERED:
                before = self._unsent[name]
                before += [each for each in parts.pop(name, ()) if each not in before]
            self._parts |= parts
            self._lines = self._lines if story is None else story
        self._sender.put("frame", self._send_frame)

    def _record(self, parts: Facts) -> None:
        """Keep for the still what is new in a frame of what is now, which its loop hands in."""
        view = self._view
        if view is not None and parts.get("mode") == "live" and "nodes" in parts:
            recorder = self._recorder(view.watch)
            recorder.see(parts)
            if not parts["steady"]:
                recorder.hear(view.watch.sent(recorder.noted))

    def _recorder(self, watch: Watch) -> Recorder:
        """Return what records a cluster, from when it is first asked for on."""
        return self._recorders.setdefault(watch, Recorder())

    def remember(self) -> None:
        """Record what happened before anybody looked."""
        if self._view is not None:
            record_past(self._view.watch, self._recorder(self._view.watch))

    def recording(self) -> Recording:
        """Return what was recorded so far of what is shown."""
        view = self._view
        return Recording() if view is None else self._recorder(view.watch).recording()

    def _send_frame(self) -> None:
        """Set the traits; only ever done by one thread at a time."""
        with self._lock:
            parts, story = self._parts | self._unsent, self._lines
            self._unsent, self._lines = {name: [] for name in _GATHERED}, None
            self._number += 1
            number = self._number
        if self._view is None:
            return
        player = self._requests.tour
        frame = {"number": number, **parts}
        with self.hold_sync():
            if story is not None:
                self.story = story
            self.tour = {} if player is None else player.facts(frame)
            self.frame = frame  # last: who sees it sees what belongs to it
        if self.still is not None:
            self.still.ask()
        if frame.get("stopped"):
            self._sender.rest()  # there will hardly be another one

    def _answer(self, content: Facts) -> None:
        self._sender.put(object(), partial(self.send, content))

    # -- ends

    def forsake(self) -> None:
        """Let go of a cluster that nobody holds any more, which ends; its last frame stays."""
        self._sender.put(object(), self._draw_last)

    def _draw_last(self) -> None:
        view = self._view
        if view is not None and not view.can_go_back:  # else what is shown is the widget's own
            view.driver.life.end()
            view.look()
            self._sender.put(object(), self._let_go)

    def _let_go(self) -> None:
        with self._lock:
            self._parts |= {"again": False, "forkable": False}
        self._send_frame()
        if self.still is not None:
            self.still.refresh()
        view, self._view = self._view, None
        self._requests.end()
        if view is not None:
            view.close()

    def close(self) -> None:
        """Follow nothing any more, end what is the widget's own, and leave all pages."""
        view, sender, requests = (
            getattr(self, name, None) for name in ("_view", "_sender", "_requests")
        )
        self._view = None
        if requests is not None:
            requests.end()
        if view is not None:
            view.close()
        if sender is not None:
            sender.close()
        super().close()

    def __repr__(self) -> str:
        """Say what is shown."""
        return f"<ClusterView: {self.about.get('title', 'closed')}>"

    @property
    def made(self) -> Cluster | None:
        """The cluster that is shown, if it was made here; None if it is the cluster itself."""
        view = self._view
        return None if view is None else view.made

    def mark(self) -> object:
        """Say how far what is shown is: who leads, what is committed; None if nothing is shown."""
        view = self._view
        if view is None:
            return None
        watch = view.watch
        return id(watch), watch.worthy, watch.highest_commit(), watch.has_ended

    def status(self) -> ClusterStatus:
        """Return every node of the cluster that is shown, as it is now."""
        assert self._view is not None, "a closed widget shows nothing"
        return self._view.driver.status()

    def view_mimebundle(self, **kwargs: Any) -> Any:
        """Return the form of the widget alone, which a page is about to show.

        The page cannot say so while a later cell runs, so it is taken to look until it can.
        """
        if self._view is not None:
            self._viewers.expect(DISPLAYED)
            self._view.look()
        return super()._repr_mimebundle_(**kwargs)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and the picture of this moment for where there are no widgets."""
        shown = self.view_mimebundle(**kwargs)
        if shown is None or self._view is None:
            return shown
        live, metadata = shown
        return live | display().mimebundle(self.status()), metadata


def _title(cluster: Cluster) -> str:
    count = len(cluster.nodes)
    return f"A cluster of {count} node{'' if count == 1 else 's'}"


_views: WeakKeyDictionary[Cluster, ref[ClusterView]] = WeakKeyDictionary()
_lock = threading.Lock()


def view_of(cluster: Cluster) -> ClusterView:
    """Return the widget of a cluster: one, however often it is shown, until it is closed."""
    with _lock:
        view = _present(cluster)
        if view is None or view.comm is None:
            view = ClusterView(cluster)
            _views[cluster] = ref(view)
            finalize(cluster, _forsake, ref(view)).atexit = False
        return view


def recording_of(cluster: Cluster) -> Recording:
    """Return what a widget has recorded of a cluster; nothing if there is none."""
    view = _present(cluster)
    return Recording() if view is None else view.recording()


def shown_of(cluster: Cluster) -> Cluster:
    """Return what the widget of a cluster shows; the cluster itself if there is none."""
    view = _present(cluster)
    made = None if view is None else view.made
    return cluster if made is None else made


def _present(cluster: Cluster) -> ClusterView | None:
    held = _views.get(cluster)
    return None if held is None else held()


def _forsake(held: ref[ClusterView]) -> None:
    view = held()
    if view is not None:
        view.forsake()
