"""The picture that a live widget starts from: laid out once, with room for states to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.notebook.diagram import Diagram, diagram
from igniter_nb.notebook.fold import smaller
from igniter_nb.notebook.renderers import chain, measure, svg
from igniter_nb.notebook.renderers.layout import LayoutError, TooLargeError

if TYPE_CHECKING:
    from igniter_nb.contract import Contract


def live_picture(contract: Contract) -> tuple[Diagram, str]:
    shown = diagram(contract.compiled_graph, contract)
    for shown in smaller(shown, 200):
        if len(shown.nodes) > 500:
            continue
        sizes = measure.sizes(shown, live=True)
        try:
            layout, _ = chain.lay_out(shown, sizes)
        except TooLargeError:
            continue
        except LayoutError:
            break
        return shown, svg.draw(shown, layout, sizes, live=True)
    return shown, ""
