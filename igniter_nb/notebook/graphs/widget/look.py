"""One look at the cells of a contract: what each node is, and what the run does or will do with it.

Nodes are looked at in the order in which they run, nested ones after the node that holds them, so
what a node reads is known when its turn comes. While a run goes on, what it will come to is told:
a node waits if it must run or if something that it reads may still change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.display import blocker, failure
from igniter_nb.errors import CapabilityViolationError
from igniter_nb.graph import Input
from igniter_nb.notebook.graphs.widget.addresses import instances
from igniter_nb.notebook.graphs.widget.tally import Tally, at_work

if TYPE_CHECKING:
    from collections.abc import Iterable

    from igniter_nb.contract import Contract
    from igniter_nb.incremental import Demand
    from igniter_nb.notebook.graphs.widget.addresses import Address, Way

NEW: Final = ("changed", "first run", "given")
BUSY: Final = ("running", "waiting")
DUE: Final = ("pending", "stale", "failed")


@dataclass(slots=True)
class Run:
    """What was heard of a run.

    Attributes:
        number: counts the runs in which something happened; 0 before the first.
        began: when, in nanoseconds of the clock.
        demand: what was asked for; None if that is not known.
        going: whether it goes on.
        interrupted: whether it ended before all was done.
        duration: seconds.
    """

    number: int = 0
    began: int = 0
    demand: Demand | None = None
    going: bool = False
    interrupted: bool = False
    duration: float = 0.0


@dataclass(slots=True)
class Seen:
    """What was found of one node.

    Attributes:
        address: of the node.
        cell: its cell, None in a nested contract that never ran.
        status: a word of :data:`igniter_nb.notebook.page.theme.STATUSES`.
        outcome: what the run did with it, empty if it was not touched.
        why: what made it run.
        runs: how often it ran.
        latest: number of the run in which it ran last.
    """

    address: Address
    cell: Any
    status: str = "pending"
    outcome: str = ""
    why: str = ""
    runs: int = 0
    latest: int = 0


@dataclass(slots=True)
class _Place:
    """One execution: its cells, what is counted of it, who is at work."""

    execution: Any
    cells: Any
    tally: Tally
    working: set[int]


def look(
    contract: Contract, nodes: Iterable[Address], run: Run, *, tallies: dict[Way, Tally]
) -> dict[str, Seen]:
    """Look at all nodes.

    Args:
        contract: whose.
        nodes: addresses of all nodes, in order.
        run: the run that goes on, or the last one.
        tallies: what was counted, by execution.

    Returns:
        What was found, by path.
    """
    places = {
        way: _Place(
            each.execution,
            each.cells,
            tallies.setdefault(way, Tally()),
            at_work(each.execution, None if way else run.demand) if run.going else set(),
        )
        for way, each in instances(contract)
    }
    found: dict[str, Seen] = {}
    moving: set[str] = set()
    for address in nodes:
        seen = found[address.path] = _seen(address, places.get(address.way), run)
        moved = any(read in moving for read in address.reads)
        if run.going and not seen.outcome:
            _foretell(seen, places.get(address.way), run, found=found, moved=moved)
        is_fed = isinstance(address.node, Input) and moved
        if seen.outcome in NEW or seen.status in BUSY or is_fed:
            moving.add(address.path)
        if seen.outcome:
            seen.why = _why(seen, found)
    return found


def _seen(address: Address, place: _Place | None, run: Run) -> Seen:
    """Return what the cell of a node says."""
    if place is None:
        return Seen(address, None)
    cell = place.cells[address.id]
    runs, latest = place.tally.of(place.execution, address.id, run.number)
    seen = Seen(address, cell, _word(cell), runs=runs, latest=latest)
    if isinstance(address.node, Input):
        seen.outcome = "given" if 0 < latest == run.number else ""
        seen.runs = seen.latest = 0
    elif 0 < latest == run.number:
        seen.outcome = _outcome(cell, place, run)
        seen.latest = 0 if seen.outcome == "blocked" else latest
    elif address.way and cell.origin and not run.going:
        seen.status = "skipped"  # its contract did not run, so the cell does not know
    return seen


def _word(cell: Any) -> str:
    """Return the word for a cell by itself."""
    if is_blocked(cell):
        return "blocked"
    if isinstance(cell.error, CapabilityViolationError):
        return "denied"
    if cell.status == "succeeded" and cell.origin in ("skipped", "backdated", "cached"):
        return str(cell.origin)
    return str(cell.status)


def _outcome(cell: Any, place: _Place, run: Run) -> str:
    execution = place.execution
    if cell.error is not None:
        return "blocked" if is_blocked(cell) else "failed"
    if execution.changed_at[cell.id] != execution.ran_at[cell.id]:
        return "backdated"
    is_first = place.tally.is_first(execution, cell.id, run.number)
    return "first run" if is_first else "changed"


def is_blocked(cell: Any) -> bool:
    """Tell whether a node failed because another one did; then it did not run."""
    return cell.error is not None and bool(blocker(cell.error, cell.path))


def _foretell(
    seen: Seen, place: _Place | None, run: Run, *, found: dict[str, Seen], moved: bool
) -> None:
    """Say who is at work, and who will be, of those that the run has not touched yet."""
    address = seen.address
    if isinstance(address.node, Input):
        return
    if place is not None and address.id in place.working:
        seen.status = "running"
        return
    if address.holder:
        is_asked = found[address.holder].status in BUSY
    else:
        needed = run.demand.needed if run.demand else None
        is_asked = needed is None or bool(needed[address.id])
    is_due = seen.cell is None or seen.cell.status in DUE or moved
    if is_asked and is_due:
        seen.status = "waiting"


def _why(seen: Seen, found: dict[str, Seen]) -> str:
    """Say what made a node run in the latest run."""
    reads = [read for read in seen.address.reads if read in found]
    if seen.outcome == "given":
        return "updated"
    if seen.outcome == "first run":
        return "never computed"
    if seen.outcome == "blocked":
        return failure(seen.cell.error, seen.cell.path)
    changed = [read for read in reads if found[read].outcome in NEW]
    return f"{', '.join(changed)} changed" if changed else ""
