"""Two scenarios of a contract, side by side: one that was pinned, and the one that goes on.

The pinned one is a copy of the execution. What is told of a node are both values and the
difference; of a node that has equal values in both, nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence, Sized
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.incremental import same
from igniter_nb.notebook.graphs.widget.addresses import addresses, instances
from igniter_nb.notebook.page.html import line
from igniter_nb.runtime import Outputs
from igniter_nb.text import abbreviate, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from igniter_nb.contract import CellView, Contract

MINUS: Final = "\N{MINUS SIGN}"

MOST: Final = 100_000
"""Items of a collection, or characters of a text, that are compared one by one."""

VALUE: Final = 80
"""Longest value of a comparison, in characters."""

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two values that were compared, and what was found."""

    then: object
    now: object
    found: Facts | None


class Scenario:
    """A pinned scenario.

    Args:
        contract: the execution to pin; it goes on by itself.
    """

    def __init__(self, contract: Contract) -> None:
        self.pinned = copy(contract)
        self._cells = {way: each.cells for way, each in instances(self.pinned)}
        self._known: dict[str, _Pair] = {}

    def inputs(self) -> Iterator[CellView]:
        """Yield the pinned inputs."""
        return (view for view in self._cells[()] if view.kind == "input")

    def differences(self, contract: Contract) -> dict[str, Facts]:
        """Return what differs, by path of the node as pictures write it.

        Args:
            contract: the execution to compare with.
        """
        now = {way: each.cells for way, each in instances(contract)}
        found = {}
        for address in addresses(contract.compiled_graph):
            old, new = self._cells.get(address.way), now.get(address.way)
            if old is None or new is None:
                continue
            if (
                facts := self._compared(address.path, old[address.id], new[address.id])
            ) is not None:
                found[address.drawn] = facts
        return found

    def _compared(self, path: str, then: CellView, now: CellView) -> Facts | None:
        """Compare two cells; values that are the objects compared before are not compared again."""
        old, new = _shown(then), _shown(now)
        if old is new:
            return None
        known = self._known.get(path)
        if known is None or known.then is not old or known.now is not new:
            known = self._known[path] = _Pair(old, new, _facts(then, now))
        return known.found


def _shown(view: CellView) -> object:
    """Return what a cell has to show: its error or its value."""
    return view.error if view.status == "failed" else view.held


def _facts(then: CellView, now: CellView) -> Facts | None:
    if "failed" not in {then.status, now.status} and _same(then.held, now.held):
        return None
    return {"was": _told(then), "now": _told(now), "by": _by(then, now)}


def _same(then: object, now: object) -> bool:
    if isinstance(then, Outputs) and isinstance(now, Outputs):  # they know whose they are
        return then.keys() == now.keys() and all(_same(then[name], now[name]) for name in then)
    try:
        return bool(same(then, now))
    except Exception:  # noqa: BLE001 -- a value that cannot be compared is another one
        return False


def _told(view: CellView) -> str:
    if view.status == "failed":
        return "failed"
    return (
        "not computed"
        if view.held is None and not view.version and view.kind != "input"
        else line(abbreviate(view.held, VALUE))
    )


def _by(then: CellView, now: CellView) -> str:
    """Say by how much a value differs, where that can be said."""
    if "failed" in {then.status, now.status}:
        return ""
    return difference(then.held, now.held)


_NUMBERS: Final = (int, float, Decimal, Fraction)


def difference(then: Any, now: Any) -> str:
    """Say by how much a value differs from another.

    Args:
        then: the value before.
        now: the value after.

    Returns:
        Of numbers the signed difference and its share, of dates the time between, of collections
        and tables how many items or rows came or went, or how many differ, of long texts where they
        begin to differ; of everything else nothing.

    Examples:
        >>> difference(120.0, 180.0)
        '+60 (+50 %)'
        >>> difference([1], [1, 2, 3])
        '+2 items'
        >>> difference({"a": 1, "b": 2}, {"a": 1, "b": 3})
        '1 of 2 items differs'
    """
    if isinstance(then, bool) or isinstance(now, bool):
        return ""
    then, now = _scalar(then), _scalar(now)
    try:
        if isinstance(then, _NUMBERS) and isinstance(now, _NUMBERS):
            return _numbers(then, now)
        if isinstance(then, dt.date) and isinstance(now, dt.date):
            span = now - then
            return f"{MINUS if span < dt.timedelta() else '+'}{abs(span)}".removesuffix(", 0:00:00")
        if type(then) is type(now) and isinstance(then, Sized):
            return _parts(then, now)
    except Exception:  # noqa: BLE001 -- values that cannot be subtracted or counted just differ
        return ""
    return ""


def _parts(then: Any, now: Any) -> str:
    """Say how two collections, tables or texts of one type differ."""
    if isinstance(now, (str, bytes)):
        longest, shorter = max(len(then), len(now)), min(len(then), len(now))
        if not VALUE < longest <= MOST:
            return ""
        same_to = next((at for at in range(shorter) if then[at] != now[at]), shorter)
        return f"from character {same_to + 1:,} on"
    more = len(now) - len(then)
    word = "row" if hasattr(now, "shape") else "item"
    if more:
        return f"{_signed(more)} {word}{'s' * (abs(more) != 1)}"
    count = _unlike(then, now) if len(now) > 1 else 0
    return f"{count:,} of {counted(len(now), word)} differ{'s' * (count == 1)}" if count else ""


def _unlike(then: Any, now: Any) -> int:
    """Count the items or rows that differ; zero where they cannot be laid beside one another."""
    if hasattr(now, "shape"):
        if then.shape != now.shape:
            return 0
        unlike = (then != now) & ((then == then) | (now == now))  # noqa: PLR0124 -- two nans are the same
        axes = tuple(range(1, unlike.ndim))
        if hasattr(unlike, "columns"):
            return int(unlike.any(axis=1).sum())
        return int((unlike.any(axis=axes) if axes else unlike).sum())
    if len(now) > MOST:
        return 0
    if isinstance(now, Mapping):
        return sum(key not in then or not _same(then[key], now[key]) for key in now)
    if isinstance(now, Sequence):
        return sum(not _same(*pair) for pair in zip(then, now, strict=True))
    return 0


def _scalar(value: Any) -> Any:
    """Return a number of numpy's as one of Python's."""
    return (
        value.item()
        if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0
        else value
    )


def _numbers(then: Any, now: Any) -> str:
    if isinstance(then, Decimal) != isinstance(now, Decimal):
        then, now = float(then), float(now)
    by = now - then
    if by != by or not by:  # noqa: PLR0124 -- true of nan alone
        return ""
    share = f" ({_signed(float(by) / abs(float(then)) * 100, 3)} %)" if then else ""
    return f"{_signed(by)}{share}"


def _signed(number: Any, digits: int = 6) -> str:
    """Write a number with its sign, as few digits as tell it."""
    size = abs(number)
    text = f"{size:,}" if isinstance(size, int) else f"{float(size):,.{digits}g}"
    if isinstance(size, Decimal):
        text = f"{size.normalize():,f}"
    return f"{MINUS if number < 0 else '+'}{text}"
