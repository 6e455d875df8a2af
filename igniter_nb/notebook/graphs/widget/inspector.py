"""Facts of one node for the inspector: read when the page asks for them, not with every report."""

from __future__ import annotations

import inspect as source
import linecache
import textwrap
import traceback
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.display import place
from igniter_nb.errors import Location, chain
from igniter_nb.graph import Input, type_name
from igniter_nb.notebook.graphs.widget.addresses import instances
from igniter_nb.notebook.graphs.widget.shown import shown
from igniter_nb.notebook.kernel.tracebacks import without_ours
from igniter_nb.text import class_name, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.contract import CellView, Contract
    from igniter_nb.graph import Node
    from igniter_nb.notebook.graphs.widget.addresses import Address

SOURCE_LINES: Final = 120
"""Lines of source that are shown."""

TRACEBACK: Final = 8_000
"""Longest traceback, in characters; the end of a longer one is shown."""

Facts = dict[str, Any]


def inspected(
    contract: Contract, address: Address, *, durations: Sequence[float], why: str = ""
) -> Facts:
    """Return what is known of a node; runs none.

    Args:
        contract: the execution.
        address: where the node is.
        durations: seconds of its latest runs, the oldest first.
        why: why it ran, as the latest report says.
    """
    node = address.node
    found = dict(instances(contract)).get(address.way)
    view = found.cells[address.id] if found else None
    return {
        "path": address.drawn,
        "kind": str(node.kind),
        "doc": _doc(node),
        "type": type_name(node.type) if isinstance(node, Input) and node.type is not Any else "",
        "capabilities": [*getattr(node, "capabilities", ())],
        "source": _source(node),
        "where": place(node.location) if node.location.file else "",
        "why": why,
        "durations": [round(each * 1e6, 1) for each in durations],
        "value": _value(view),
        "error": _error(view),
    }


def _doc(node: Node) -> str:
    """Return the whole documentation of a node; the note of its declaration goes before."""
    if node.note or node.callee is None:
        return node.doc
    try:
        return source.getdoc(node.callee.function) or node.doc
    except Exception:  # noqa: BLE001 -- a user's own object may do anything when it is asked
        return node.doc


def _source(node: Node) -> str:
    """Return the source of a node's work, or of the line that declares it."""
    if node.callee is not None:
        try:
            lines, _ = source.getsourcelines(source.unwrap(node.callee.function))
            return _cut(lines)
        except Exception:  # noqa: BLE001 -- built-ins and objects have none: the declaration is shown
            return _declared(node.location)
    return _declared(node.location)


def _declared(location: Location) -> str:
    return _cut([linecache.getline(location.file, location.line)] if location.file else [])


def _cut(lines: Sequence[str]) -> str:
    text = textwrap.dedent("".join(lines[:SOURCE_LINES])).strip("\n")
    more = len(lines) - SOURCE_LINES
    return f"{text}\n… and {more} more lines" if more > 0 else text


def _value(view: CellView | None) -> Facts | None:
    """Return the forms of a value; None if there is none."""
    if view is None or view.status == "failed" or (view.kind != "input" and not view.version):
        return None
    value = view.value
    return {"type": class_name(type(value)), **shown(value)}


def _error(view: CellView | None) -> Facts | None:
    """Return the error of a failed node: its text, the user's line, the traceback."""
    if view is None or view.error is None:
        return None
    error = view.error
    causes = [each for each in chain(error) if each is not error and each.__traceback__ is not None]
    raised = causes[0] if causes else None
    node = error.context.get("path", "")
    facts = {"text": error.message, "node": str(node), "line": "", "where": "", "traceback": ""}
    if raised is None:
        return facts
    trace = without_ours(raised.__traceback__)
    frames = traceback.extract_tb(trace)
    text = "".join(traceback.format_list(frames))
    text = f"Traceback (most recent call last):\n{text}{said(raised)}"
    facts["traceback"] = text if len(text) <= TRACEBACK else f"…{text[-TRACEBACK:]}"
    if frames:
        last = frames[-1]
        facts |= {"line": last.line or "", "where": _where(last)}
    return facts


def _where(frame: traceback.FrameSummary) -> str:
    return place(Location(frame.filename, frame.lineno or 0))
