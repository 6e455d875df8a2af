"""Drawing of a diagram: folded if needed, laid out, written as a picture."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from igniter_nb.notebook.graphs.picture import chain, fold, measure, svg
from igniter_nb.notebook.page.geometry import LayoutError, TooLargeError

if TYPE_CHECKING:
    from igniter_nb.notebook.graphs.picture.diagram import Diagram

MAX_NODES: Final = 500
ARROWS_PER_NODE: Final = 4
VARIABLE: Final = "IGNITER_NB_MAX_NODES"


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished picture.

    Attributes:
        svg: the drawing, empty when only text is left.
        shown: the diagram as drawn; ``shown.folded`` says what was left out.
        engine: name of the engine that laid it out.
        width: of the drawing, in pixels.
    """

    svg: str
    shown: Diagram
    engine: str
    width: float = 0.0

    @property
    def alt(self) -> str:
        """What the picture shows, in a sentence."""
        return svg.summary(self.shown)


def picture(full: Diagram, *, limit: int | None = None) -> Picture:
    """Draw a diagram; one that is too large to draw in time is folded first.

    Args:
        full: what is drawn.
        limit: most nodes to draw; ``IGNITER_NB_MAX_NODES`` or 500 when left out.
    """
    most = limit or _limit()
    if not full.nodes:
        return Picture("", full, chain.TEXT)
    for shown in fold.smaller(full, most):
        if len(shown.nodes) > most or len(shown.edges) > most * ARROWS_PER_NODE:
            continue
        room = measure.sizes(shown)
        try:
            layout, engine = chain.lay_out(shown, room)
        except TooLargeError:
            continue
        except LayoutError:
            break
        told = _told(shown, full, most)
        wide = svg.full_width(told, layout)
        return Picture(svg.draw(told, layout, room), told, engine, wide)
    return Picture("", full, chain.TEXT)


def _told(shown: Diagram, full: Diagram, most: int) -> Diagram:
    """Say in the diagram that it was folded, and how to see all."""
    if not shown.folded:
        return shown
    how = f"set {VARIABLE}={len(full.nodes)} to draw all {len(full.nodes):,} nodes"
    if len(full.nodes) <= most:
        how = "its to_dot() has all nodes"
    return replace(shown, folded=f"Folded: {shown.folded}; {how}.")


def _limit() -> int:
    try:
        return max(1, int(os.environ.get(VARIABLE, "")))
    except ValueError:
        return MAX_NODES
