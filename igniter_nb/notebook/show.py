"""What a displayed object becomes: one renderer per type, each returning forms by MIME type.

``text/html`` holds a picture as an image, which also an untrusted notebook and a page on a code
host show; ``image/svg+xml`` is the same picture for everything that prefers it; ``text/plain`` is
what a terminal, a log and a diff see. Showing runs no node and raises nothing for a value.
"""

from __future__ import annotations

from functools import singledispatch
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.contract import Contract, Result, outdated, outputs_now
from igniter_nb.display import Report, report_text
from igniter_nb.graph import CompiledGraph
from igniter_nb.notebook import figures, tables
from igniter_nb.notebook.diagram import Diagram, diagram
from igniter_nb.notebook.html import Markup, clean, style, tag, text
from igniter_nb.notebook.places import place, running_cell
from igniter_nb.notebook.renderers import Picture, dot_source, picture
from igniter_nb.notebook.tracebacks import lines, shell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from igniter_nb.errors import Location

Bundle = dict[str, str]

MOST_LINES = 300
"""Longest text form; a page does not need 50,000 lines to say that a graph is large."""

LATER: Final = {"igniter_nb.consensus": "igniter_nb.notebook.clusters"}
"""Rooms that not every notebook enters, and who draws what they show: loaded when it is shown."""


class NotebookDisplay:
    """The notebook room behind the port :class:`igniter_nb.display.Display`."""

    def mimebundle(self, shown: object) -> Bundle:
        """Return the rich forms of an object, by MIME type."""
        return render(shown)

    def frame(
        self, columns: Sequence[str], records: Sequence[Mapping[str, object]]
    ) -> pd.DataFrame:
        """Return a data frame with one row per record."""
        import pandas as pd

        return pd.DataFrame.from_records([dict(each) for each in records], columns=[*columns])

    def dot(self, graph: CompiledGraph) -> str:
        """Return a compiled graph in the DOT language."""
        return dot_source(diagram(graph))

    def live(self, contract: Contract) -> Any:
        """Return a widget that follows a contract while it runs."""
        from igniter_nb.notebook.widgets.live import LiveContract

        return LiveContract(contract)

    def place(self, location: Location) -> str | None:
        """Return how a person calls a place in a notebook, or None when it is no cell."""
        return place(location)

    def cell(self) -> tuple[str, int] | None:
        """Return the notebook cell that runs, and its number; None where that is not known."""
        return running_cell()

    def traceback(self, error: BaseException) -> list[str]:
        """Return the lines that a notebook shows for an error: the person's frames, not ours."""
        return lines(error)

    def asks(self) -> bool:
        """Tell whether a shell runs, which asks for these lines."""
        return shell() is not None


@singledispatch
def render(shown: object) -> Bundle:
    """Return the rich forms of an object; one of no known type is shown as text."""
    if isinstance(shown, type):
        return _class(shown)
    if _drawn_later(shown):
        return render(shown)
    if all(hasattr(shown, name) for name in ("title", "headline", "columns", "records")):
        return _report(shown)  # type: ignore[arg-type]  # it has what a report has
    return {"text/plain": clean(repr(shown))}


def _drawn_later(shown: object) -> bool:
    """Load what draws an object's room; say whether there is now something that draws it."""
    for each in type(shown).__mro__:
        room = ".".join(str(each.__module__).split(".")[:2])
        if room in LATER:
            import_module(LATER[room])
    return render.dispatch(type(shown)) is not render.dispatch(object)


def _class(shown: type) -> Bundle:
    graph = getattr(shown, "compiled_graph", None)
    if not isinstance(graph, CompiledGraph):
        return {"text/plain": clean(repr(shown))}
    return _pictured(diagram(graph), graph.to_text(), notes=outdated(shown))


def _report(shown: Report) -> Bundle:
    return {"text/html": tables.report(shown), "text/plain": clean(report_text(shown))}


@render.register
def _graph(shown: CompiledGraph) -> Bundle:
    return _pictured(diagram(shown), shown.to_text())


@render.register
def _contract(shown: Contract) -> Bundle:
    plain = f"{shown!r}\n\n{shown.result}"
    return _pictured(
        diagram(shown.compiled_graph, shown),
        plain,
        tables.report(outputs_now(shown.result)),
        notes=outdated(type(shown)),
    )


@render.register
def _result(shown: Result) -> Bundle:
    return _report(outputs_now(shown))


def _pictured(
    full: Diagram, plain: str, below: Markup | None = None, *, notes: Sequence[str] = ()
) -> Bundle:
    drawn = picture(full)
    plain = "\n".join([_shortened(plain), *(f"Note: {note}" for note in notes)])
    parts = [tag("p", None, text(f"Note: {note}")) for note in notes]
    parts += [_figure(drawn, plain)]
    parts += [below] if below else []
    parts.append(figures.details(text("Nodes as a table"), tables.nodes(drawn.shown)))
    page = tag("div", {"class": "igniter-nb"}, *parts)
    bundle = {"text/html": str(page), "text/plain": clean(plain)}
    return bundle | ({"image/svg+xml": drawn.svg} if drawn.svg else {})


def _shortened(plain: str) -> str:
    lines = plain.split("\n")
    if len(lines) <= MOST_LINES:
        return plain
    return "\n".join([*lines[:MOST_LINES], f"… and {len(lines) - MOST_LINES:,} more lines"])


def _figure(drawn: Picture, plain: str) -> Markup:
    if not drawn.svg:
        return tag("pre", {"style": style(margin="0.4em 0", line_height="1.4")}, text(plain))
    caption = [text(drawn.alt)]
    if drawn.shown.folded:
        caption += [tag("br"), text(drawn.shown.folded)]
    return figures.figure(drawn.svg, drawn.alt, drawn.width, caption=caption)
