"""LiveContract: the diagram of a contract, whose nodes change state as the contract runs.

The picture is laid out once, here; what travels afterwards are a few texts per node. What a page
sends is done, or answered, by the workbench (:mod:`igniter_nb.notebook.graphs.widget.workbench`):
what became of a form all pages are told, what a page asked for it is told alone.
"""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import anywidget
from traitlets import Dict, List, Unicode

from igniter_nb.display import display
from igniter_nb.notebook.graphs.picture.diagram import diagram
from igniter_nb.notebook.graphs.picture.drawing import picture
from igniter_nb.notebook.graphs.widget.follow import Follower
from igniter_nb.notebook.graphs.widget.workbench import Workbench, answered
from igniter_nb.notebook.kernel.stills import Still
from igniter_nb.notebook.kernel.throttle import Throttle
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.bundle import bundle
from igniter_nb.notebook.page.figures import beside_widget

if TYPE_CHECKING:
    from igniter_nb.contract import Contract
    from igniter_nb.runtime import Event

INTERVAL_S: Final = 0.06
"""Seconds between two reports to the page, for a small contract ..."""

INTERVAL_PER_NODE_S: Final = 0.0002
"""... and what each node adds, since each is told in every report."""


class LiveContract(anywidget.AnyWidget):
    """Shows a contract while it runs.

    Listens until it is closed; closing it lets go of the contract.

    Args:
        contract: the execution to show.
    """

    _esm = bundle("live")

    title = Unicode().tag(sync=True)
    svg = Unicode().tag(sync=True)
    folded = Unicode().tag(sync=True)
    nodes = Dict().tag(sync=True)
    states = Dict().tag(sync=True)
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
        drawn = picture(diagram(contract.compiled_graph, contract), live=True)
        follower = Follower(contract, drawn.shown)
        self._follower: Follower | None = follower
        self._bench: Workbench | None = Workbench(contract)
        nodes = follower.nodes()
        interval = INTERVAL_S + INTERVAL_PER_NODE_S * len(nodes)
        self._throttle = Throttle(self._report, interval)
        super().__init__(
            title=contract.compiled_graph.name,
            svg=drawn.svg,
            folded=drawn.shown.folded,
            nodes=nodes,
            looks={name: _look(name) for name in theme.STATUSES},
        )
        self.still = Still(self._drawn, self._mark)
        self._subscription = contract.subscribe(self._hear)
        self._report()
        self.on_msg(self._message)

    # --- from the contract to the page ------------------------------------------------------

    def _hear(self, event: Event) -> None:
        follower, bench = self._follower, self._bench
        if follower is None or bench is None:
            return
        if event.type == "run_finished":
            bench.durations.note(follower.contract.execution)
        if follower.hear(event):
            self._throttle.ask(at_end=event.type == "run_finished")

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
                self.states = now.states
                self.headline = now.headline
                self.inputs = inputs
                self.pinned = pinned
                self.seen = now.seen | {"updates": self._updates}
        self.still.ask()

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
        if getattr(self, "_follower", None) is not None:
            self._subscription.cancel()
            self._throttle.close()
            self._follower = self._bench = None
        super().close()

    def _drawn(self) -> dict[str, str] | None:
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


def _look(status: str) -> dict[str, str]:
    look = asdict(theme.STATUSES[status])
    return {name: look[name] for name in ("symbol", "label")}
