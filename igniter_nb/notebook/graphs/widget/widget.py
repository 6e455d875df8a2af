"""LiveContract: the diagram of a contract, whose nodes change state as the contract runs.

1. The picture is laid out once for a graph, and again when something is folded; what travels
   afterwards are a few texts for each node that changed.
2. What a page sends is done, or answered, by the workbench
   (:mod:`igniter_nb.notebook.graphs.widget.workbench`): what became of a form all pages are told,
   what a page asked for it is told alone. And it says what is to be folded, for all views.
3. Every message of a page is answered, so that the page notices when no kernel is there.
"""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import anywidget
from traitlets import Dict, List, Unicode

from igniter_nb.display import display
from igniter_nb.notebook.graphs.picture import shapes
from igniter_nb.notebook.graphs.picture.live import live_picture, unfolded
from igniter_nb.notebook.graphs.widget.follow import Follower
from igniter_nb.notebook.graphs.widget.workbench import Workbench, answered
from igniter_nb.notebook.kernel.stills import Still
from igniter_nb.notebook.kernel.throttle import Throttle
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.bundle import bundle
from igniter_nb.notebook.page.figures import beside_widget
from igniter_nb.notebook.page.geometry import Point

if TYPE_CHECKING:
    from igniter_nb.contract import Contract

INTERVAL_S: Final = 0.06
"""Seconds between two reports to the page, for a small contract ..."""

INTERVAL_PER_NODE_S: Final = 0.0002
"""... and what each node adds, since each is looked at for every report."""

AT_ONCE: Final = 200
"""Up to so many nodes the end of a run is told by the run itself, before whoever waits goes on."""

NEWS: Final = 3
"""What changed is sent alone until it is one part in so many of all."""


class LiveContract(anywidget.AnyWidget):
    """Shows a contract while it runs.

    Listens until it is closed; closing it lets go of the contract.

    Args:
        contract: the execution to show.
    """

    _esm = bundle("live")

    title = Unicode().tag(sync=True)
    svg = Unicode().tag(sync=True)
    legend: List[str] = List().tag(sync=True)
    folded = Unicode().tag(sync=True)
    folds = Dict().tag(sync=True)
    inside = Dict().tag(sync=True)
    nodes = Dict().tag(sync=True)
    base: Dict[str, Any] = Dict().tag(sync=True)
    news: Dict[str, Any] = Dict().tag(sync=True)
    looks = Dict().tag(sync=True)
    inputs: List[dict[str, Any]] = List().tag(sync=True)
    pinned = Dict().tag(sync=True)
    headline = Unicode().tag(sync=True)
    answer: Dict[str, Any] = Dict(answered(0)).tag(sync=True)
    seen = Dict().tag(sync=True)

    def __init__(self, contract: Contract) -> None:
        self._name = contract.id
        self._told = threading.Lock()
        self._number = 0
        self._updates = 0
        graph = contract.compiled_graph
        self._is_small = len(graph) <= AT_ONCE
        self._picture = live_picture(graph)
        self._bench: Workbench | None = Workbench(contract)
        interval = INTERVAL_S + INTERVAL_PER_NODE_S * len(graph)
        self._throttle = Throttle(self._report, interval)
        self._follower: Follower | None = Follower(contract, self._picture.shown, self._heard)
        super().__init__(
            title=graph.name,
            looks={name: _look(name) for name in theme.STATUSES},
            **self._drawn(self._follower),
        )
        self.still = Still(self._pictured, self._mark)
        self._report()
        self.on_msg(self._message)
        self._follower.view = self

    @property
    def states(self) -> dict[str, Any]:
        """Run-time state of what is drawn, by path: the base, and what changed since."""
        return self.base | self.news

    # --- from the contract to the page ------------------------------------------------------

    def _heard(self, at_end: bool) -> None:  # noqa: FBT001 -- all that it is told
        bench = self._bench
        if at_end and bench is not None:
            bench.note()
        self._throttle.ask(at_end=at_end and self._is_small)

    def _drawn(self, follower: Follower) -> dict[str, Any]:
        """Return what the page is told of the picture."""
        drawn = self._picture
        return {
            "svg": drawn.svg,
            "legend": drawn.legend,
            "folded": drawn.shown.folded,
            "folds": drawn.folds,
            "inside": follower.inside(),
            "nodes": follower.nodes(),
        }

    def _report(self) -> None:
        """Send how things are now; an older report that comes late is dropped."""
        follower, bench = self._follower, self._bench
        if follower is None or bench is None:
            return
        now = follower.snapshot()
        inputs, pinned = bench.fields(), bench.pinned()
        with self._told:
            if now.number < self._number:
                return
            self._number = now.number
            self._updates += 1
            with self.hold_sync():
                self._tell_states(now.states)
                self.headline = now.headline
                self.inputs = inputs
                self.pinned = pinned
                self.seen = now.seen | {"updates": self._updates}
        if now.seen["running"]:
            self._throttle.ask()
        self.still.ask()

    def _tell_states(self, states: dict[str, Any]) -> None:
        """Send what is not as in the base, or a new base if that is much."""
        base = self.base
        news = {path: new for path, new in states.items() if base.get(path) is not new}
        if len(news) * NEWS > len(states) or len(base) != len(states):
            self.base, self.news = states, {}
        else:
            self.news = news

    # --- from the page to the contract ------------------------------------------------------

    def _message(self, _widget: object, content: Any, _buffers: object) -> None:
        """Do or answer what a page sent; called on whatever thread the message came."""
        bench = self._bench
        match content:
            case _ if bench is None:
                return
            case {"type": "update", "inputs": dict()} | {
                "type": "reset" | "pin" | "unpin" | "swap"
            }:
                self._do(bench, content)
            case {"type": "inspect" | "code", "asker": str(asker)}:
                self.send({**bench.ask(content), "asker": asker})
            case {"type": "fold", "paths": list(paths), "fold": bool(is_folded)}:
                self._fold({str(path) for path in paths}, is_folded=is_folded)
        match content:
            case {"view": str(view), "n": int(number)}:
                self.send({"type": "answer", "view": view, "n": number})

    def _fold(self, paths: set[str], *, is_folded: bool) -> None:
        """Fold or unfold clusters, for all views; what is too much to draw is folded elsewhere."""
        follower = self._follower
        if follower is None:
            return
        graph = follower.contract.compiled_graph
        folded = frozenset(path for path, is_one in self._picture.folds.items() if is_one)
        if is_folded:
            folded |= paths
        elif len(paths) == 1:
            folded = unfolded(self._picture, graph, *paths)
        else:
            folded -= paths
        self._picture = live_picture(graph, folded)
        follower.show(self._picture.shown)
        with self.hold_sync():
            self.set_trait("base", {})
            for name, value in self._drawn(follower).items():
                self.set_trait(name, value)
            self._report()

    def _do(self, bench: Workbench, content: Any) -> None:
        """Do what a form asks for, and tell all pages what became of it."""
        news, wrong = bench.do(content)
        self._report()
        with self._told:
            accepted = self.answer["accepted"] + (not wrong)
            self.answer = answered(accepted, news, wrong, form=str(content.get("form", "")))

    # --- ends -------------------------------------------------------------------------------

    def close(self) -> None:
        """Stop listening, let go of the contract, and take the widget off all pages."""
        follower: Follower | None = getattr(self, "_follower", None)
        if follower is not None:
            follower.close()
            self._throttle.close()
            self._follower = self._bench = None
        super().close()

    def _pictured(self) -> dict[str, str] | None:
        """Draw what is shown, for where there is no widget."""
        follower = self._follower
        return None if follower is None else beside_widget(display().mimebundle(follower.contract))

    def _mark(self) -> object:
        """Say how far it is; None if it shows nothing any more."""
        return None if self._follower is None else self._number

    def __repr__(self) -> str:
        """Name the execution that is shown."""
        return f"<LiveContract {self._name}>"

    def _ipython_display_(self) -> None:
        """Put it on the page, and in front of it the picture for where there is no kernel."""
        display().show(self)

    def view_mimebundle(self, **kwargs: Any) -> Any:
        """Return the form of the widget alone."""
        return super()._repr_mimebundle_(**kwargs)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and the picture of this moment for where there are no widgets."""
        shown = self.view_mimebundle(**kwargs)
        if shown is None or self._follower is None:
            return shown
        live, metadata = shown
        return live | display().mimebundle(self._follower.contract), metadata


_opening = threading.Lock()


def live_of(contract: Contract) -> LiveContract:
    """Return the widget of a contract: one, however often it is asked for, until it is closed.

    Nobody but the execution holds it for that: its follower is found among those who watch.
    """
    with _opening:
        watches = contract.execution.hear().watches
        views = (watch.view for watch in watches if isinstance(watch, Follower))
        return next((view for view in views if view is not None), None) or LiveContract(contract)


def _look(status: str) -> dict[str, str]:
    look = asdict(theme.STATUSES[status])
    told = {name: look[name] for name in ("symbol", "label")}
    return told | {"mark": shapes.mark(status, Point(0.0, 0.0))}
