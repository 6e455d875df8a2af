"""LiveContract: the diagram of a contract, whose nodes change state as the contract runs.

The picture is laid out once, here; what travels afterwards are a few texts per node. The page can
send one message: new values for inputs, as they were typed. They are converted by the declared
types (:mod:`igniter_nb.notebook.graphs.widget.fields`), checked by the contract, and taken all or
none.
"""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import anywidget
from traitlets import Dict, List, Unicode

from igniter_nb.display import display
from igniter_nb.errors import InputError
from igniter_nb.graph import Input
from igniter_nb.notebook.graphs.picture.diagram import diagram
from igniter_nb.notebook.graphs.picture.drawing import picture
from igniter_nb.notebook.graphs.widget.fields import WrongTextError, convert, fields
from igniter_nb.notebook.graphs.widget.follow import VALUE, Follower
from igniter_nb.notebook.kernel.stills import Still
from igniter_nb.notebook.kernel.throttle import Throttle
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.bundle import bundle
from igniter_nb.notebook.page.figures import beside_widget
from igniter_nb.text import abbreviate, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from igniter_nb.contract import Contract
    from igniter_nb.runtime import Event

INTERVAL_S: Final = 0.06
"""Seconds between two reports to the page, for a small contract ..."""

INTERVAL_PER_NODE_S: Final = 0.0002
"""... and what each node adds, since each is told in every report."""

NOTHING: Final = "Nothing had to run: every value is up to date."


def _answer(
    accepted: int, said: str = "", problems: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return what became of the forms that the page sent.

    Args:
        accepted: how many were accepted so far.
        said: what the latest did, if the drawing cannot show it.
        problems: input to what is wrong with the latest one's value.
    """
    found = problems or {}
    return {
        "accepted": accepted,
        "said": said,
        "problem": "\n".join(found.values()),
        "wrong": [*found],
    }


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
    inputs: List[dict[str, str]] = List().tag(sync=True)
    headline = Unicode().tag(sync=True)
    answer: Dict[str, Any] = Dict(_answer(0)).tag(sync=True)
    seen = Dict().tag(sync=True)

    def __init__(self, contract: Contract) -> None:
        self._name = contract.id
        self._told = threading.Lock()
        self._number = 0
        self._updates = 0
        drawn = picture(diagram(contract.compiled_graph, contract), live=True)
        follower = Follower(contract, drawn.shown)
        self._follower: Follower | None = follower
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
        follower = self._follower
        if follower is not None and follower.hear(event):
            self._throttle.ask(at_end=event.type == "run_finished")

    def _report(self) -> None:
        """Send how things are now; an older report that comes late is dropped."""
        follower = self._follower
        if follower is None:
            return
        now = follower.snapshot()
        inputs = fields(follower.contract.compiled_graph, follower.contract.inputs)
        with self._told:
            if now.number < self._number:
                return
            self._number = now.number
            self._updates += 1
            with self.hold_sync():
                self.states = now.states
                self.headline = now.headline
                self.inputs = inputs
                self.seen = now.seen | {"updates": self._updates}
        self.still.ask()

    # --- from the page to the contract ------------------------------------------------------

    def _message(self, _widget: object, content: object, _buffers: object) -> None:
        match content:
            case {"type": "update", "inputs": dict(typed)}:
                self._update(typed)

    def _update(self, typed: Mapping[str, object]) -> None:
        """Take what was typed, run, and answer; called on whatever thread the message came."""
        if self._follower is None:
            return
        contract = self._follower.contract
        declared = {
            node.name: node for node in contract.compiled_graph.nodes if isinstance(node, Input)
        }
        values: dict[str, object] = {}
        problems: dict[str, str] = {}
        for name, raw in typed.items():
            try:
                values[name] = convert(declared[name], raw)
            except WrongTextError as error:
                problems[name] = str(error)
            except KeyError:
                problems[name] = f"{contract.compiled_graph.name} has no input {abbreviate(name)}"
        news = "" if problems else self._run(contract, values, problems)
        self._report()
        with self._told:
            accepted = self.answer["accepted"] + (not problems)
            self.answer = _answer(accepted, news, problems)

    def _run(
        self, contract: Contract, values: Mapping[str, object], problems: dict[str, str]
    ) -> str:
        """Update and run; a failed node is a state, what else goes wrong is put into problems.

        Returns:
            What the drawing cannot show: that nothing had to run.
        """
        try:
            report = contract.resolve_incrementally(**values)
        except InputError as error:
            problems |= {problem.node: str(problem) for problem in error.problems}
        except Exception as error:  # noqa: BLE001 -- whatever it is, the person who clicked must see it
            problems[""] = said(error, VALUE)
        else:
            return NOTHING if report.fully_memoized else ""
        return ""

    # --- ends -------------------------------------------------------------------------------

    def close(self) -> None:
        """Stop listening, let go of the contract, and take the widget off all pages."""
        if getattr(self, "_follower", None) is not None:
            self._subscription.cancel()
            self._throttle.close()
            self._follower = None
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
