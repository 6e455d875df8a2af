"""Rendering of what is displayed: one renderer per type, each returning forms by MIME type.

``text/html`` holds a picture as an image, which also an untrusted notebook and a page on a code
host show; ``image/svg+xml`` is the same picture for everything that prefers it; ``text/plain`` is
what a terminal, a log and a diff see. Showing runs no node and raises nothing for a value.
"""

from __future__ import annotations

from functools import singledispatch
from importlib import import_module
from typing import Any, Final

from igniter_nb.display import Report, report_text
from igniter_nb.notebook.page import tables
from igniter_nb.notebook.page.html import clean

Bundle = dict[str, str]

LATER: Final = {
    "igniter_nb.graph": "igniter_nb.notebook.graphs.show",
    "igniter_nb.contract": "igniter_nb.notebook.graphs.show",
    "igniter_nb.consensus": "igniter_nb.notebook.clusters.show",
}
"""Rooms, and what draws the objects of each: loaded when one of them is shown."""


@singledispatch
def render(shown: object) -> Bundle:
    """Return the rich forms of an object; one of no known type is shown as text."""
    if _drawn_later(shown):
        return render(shown)
    if all(hasattr(shown, name) for name in ("title", "headline", "columns", "records")):
        return report(shown)  # type: ignore[arg-type]  # it has what a report has
    return {"text/plain": clean(repr(shown))}


@singledispatch
def widget(shown: object) -> Any:
    """Return the widget that shows an object; None if there is none for it, or not any more."""
    if _drawn_later(shown) and widget.dispatch(type(shown)) is not widget.dispatch(object):
        return widget(shown)
    return None


def _drawn_later(shown: object) -> bool:
    """Load what draws an object's room; say whether there is now something that draws it."""
    for each in type(shown).__mro__:
        room = ".".join(str(each.__module__).split(".")[:2])
        if room in LATER:
            import_module(LATER[room])
    return render.dispatch(type(shown)) is not render.dispatch(object)


def report(shown: Report) -> Bundle:
    """Return the forms of a report: its table, and its text."""
    return {"text/html": tables.report(shown), "text/plain": clean(report_text(shown))}
