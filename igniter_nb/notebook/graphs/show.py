"""Pictures of graphs, contracts and results, as a notebook shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.contract import Contract, ContractMeta, Result, outdated, outputs_now
from igniter_nb.graph import CompiledGraph
from igniter_nb.notebook.graphs.picture.diagram import Diagram, diagram
from igniter_nb.notebook.graphs.picture.drawing import Picture, picture
from igniter_nb.notebook.graphs.tables import nodes
from igniter_nb.notebook.page import figures, tables
from igniter_nb.notebook.page.html import Markup, clean, style, tag, text
from igniter_nb.notebook.page.render import Bundle, render, report
from igniter_nb.text import first_lines

if TYPE_CHECKING:
    from collections.abc import Sequence


@render.register
def _class(shown: ContractMeta) -> Bundle:
    graph = getattr(shown, "compiled_graph", None)
    if not isinstance(graph, CompiledGraph):
        return {"text/plain": clean(repr(shown))}
    return _pictured(diagram(graph), graph.to_text(), notes=outdated(shown))


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
    return report(outputs_now(shown))


def _pictured(
    full: Diagram, plain: str, below: Markup | None = None, *, notes: Sequence[str] = ()
) -> Bundle:
    drawn = picture(full)
    plain = "\n".join([first_lines(plain), *(f"Note: {note}" for note in notes)])
    parts = [tag("p", None, text(f"Note: {note}")) for note in notes]
    parts += [_figure(drawn, plain)]
    parts += [below] if below else []
    parts.append(figures.details(text("Nodes as a table"), nodes(drawn.shown)))
    page = tag("div", {"class": "igniter-nb"}, *parts)
    bundle = {"text/html": str(page), "text/plain": clean(plain)}
    return bundle | ({"image/svg+xml": drawn.svg} if drawn.svg else {})


def _figure(drawn: Picture, plain: str) -> Markup:
    if not drawn.svg:
        return tag("pre", {"style": style(margin="0.4em 0", line_height="1.4")}, text(plain))
    caption = [text(drawn.alt)]
    if drawn.shown.folded:
        caption += [tag("br"), text(drawn.shown.folded)]
    return figures.figure(drawn.svg, drawn.alt, drawn.width, caption=caption)
