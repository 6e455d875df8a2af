"""Facts of a contract while it runs, as plain data that a page can show.

1. Events say what happens: who runs, in which run, how it came out. Cells say how things are: a
   :class:`Follower` reads them when it is asked, not with every event.
2. It says only what was reported. A run in which nothing happened (a value that was fresh was
   read) is no run to look at, and leaves the last one on the page.
3. Events come from any thread, and from inside a run; hearing one takes no lock but our own, and
   runs none of the user's code.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.display import place
from igniter_nb.graph import Input, Output
from igniter_nb.notebook.graphs.picture.diagram import DiagramNode, State, state_of
from igniter_nb.notebook.graphs.picture.measure import second_line
from igniter_nb.notebook.graphs.widget.addresses import Address, addresses, cells
from igniter_nb.notebook.page.html import line
from igniter_nb.runtime import ran
from igniter_nb.text import abbreviate, counted, seconds, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from igniter_nb.contract import Contract
    from igniter_nb.notebook.graphs.picture.diagram import Diagram, DiagramCluster
    from igniter_nb.runtime import Event

VALUE: Final = 300
"""Longest value or error in the details, in characters."""

NAMED: Final = 3
"""How many inputs a headline names."""

FAILED: Final = ("failed", "blocked")

Facts = dict[str, Any]


@dataclass(slots=True)
class _Run:
    """What was heard of one run."""

    number: int = 0
    outcomes: dict[str, str] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)
    status: str = ""
    duration: float = 0.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a page shows, at one moment.

    Attributes:
        number: grows from one snapshot to the next.
        states: run-time state by path.
        headline: the run in one sentence.
        seen: number of the run, whether it is going on, and how many events were heard.
    """

    number: int
    states: dict[str, Facts]
    headline: str
    seen: Facts


class Follower:
    """Listens to a contract.

    Args:
        contract: the execution to follow.
        shown: its diagram; only what is drawn, and what is in it, is told.
    """

    def __init__(self, contract: Contract, shown: Diagram) -> None:
        self.contract = contract
        self._lock = threading.Lock()
        self._drawn: dict[str, DiagramNode | DiagramCluster] = {
            item.path: item for item in shown.nodes if item.kind != "more"
        }
        self._drawn |= {item.path: item for item in shown.clusters if item.kind == "compose"}
        self._addresses = {
            address.path: address
            for address in addresses(contract.compiled_graph)
            if address.drawn in self._drawn
        }
        self._works = sum(
            not isinstance(node, (Input, Output)) for node in contract.compiled_graph.nodes
        )
        self._told: dict[str, tuple[object, Facts]] = {}
        self._before: dict[str, str] = {}
        self._runs: Counter[str] = Counter()
        self._latest: dict[str, int] = {}
        self._events = 0
        self._snapshots = 0
        self._is_running = False
        self._next = 1
        self._run = _Run()

    # --- hearing --------------------------------------------------------------------------

    def hear(self, event: Event) -> bool:
        """Take note of an event.

        Returns:
            Whether there is something new to show.
        """
        with self._lock:
            self._events += 1
            return self._heard(event)

    def _heard(self, event: Event) -> bool:
        if event.type == "run_started":
            self._is_running = True
            return False
        if event.type == "run_finished":
            self._is_running = False
            return self._finished(event)
        if event.path is None:
            return event.type == "inputs_queued"
        run = self._current()
        if event.type == "input_updated":
            if event.node_id is not None:
                run.given.append(event.path)
        elif event.type == "node_started":
            run.outcomes[event.path] = "running"
            self._runs[event.path] += 1
            self._latest[event.path] = run.number
        elif event.type in ("node_succeeded", "node_failed"):
            run.outcomes[event.path] = _outcome(event)
        return True

    def _current(self) -> _Run:
        """Return the run that is going on; it counts from the first thing that happens in it."""
        if self._run.number != self._next:
            self._run = _Run(self._next)
        return self._run

    def _finished(self, event: Any) -> bool:
        if self._run.number != self._next:
            return False
        self._run.status = event.status
        self._run.duration = event.duration
        self._next += 1
        return True

    # --- telling --------------------------------------------------------------------------

    def nodes(self) -> dict[str, Facts]:
        """Return what never changes about the nodes, by path."""
        return {
            address.drawn: {
                "kind": str(address.node.kind),
                "reads": list(address.reads),
                "doc": shorten(line(address.node.doc), VALUE),
                "where": place(address.node.location) if address.node.location.file else "",
            }
            for address in self._addresses.values()
        }

    def snapshot(self) -> Snapshot:
        """Return how things are now; from any thread, never raises on account of a value."""
        with self._lock:
            self._snapshots += 1
            number, events = self._snapshots, self._events
            run = replace(self._run, outcomes=dict(self._run.outcomes), given=[*self._run.given])
            runs, latest = dict(self._runs), dict(self._latest)
            is_running = self._is_running and run.number == self._next
        found = dict(cells(self.contract))
        states = {}
        for path, address in self._addresses.items():
            execution = found.get(address.way)
            cell = execution[address.id] if execution else None
            if cell and address.way and not is_running and latest.get(path, 0) < run.number:
                cell = _skipped(cell)
            states[address.drawn] = self._state(path, address, cell) | {
                "runs": runs.get(path, 0),
                "run": latest.get(path, 0),
                "why": self._why(path, address, run),
            }
        headline = self._headline(run, states, is_running=is_running)
        seen = {"run": run.number, "running": is_running, "events": events}
        return Snapshot(number, states, headline, seen)

    def _state(self, path: str, address: Address, cell: Any) -> Facts:
        """Return the texts of a cell; those of a cell that stayed the same are kept."""
        key = cell and (cell.status, cell.origin, cell.version, cell.duration, id(cell.error))
        known = self._told.get(path)
        if known is None or known[0] != key:
            known = key, _texts(self._drawn[address.drawn], cell)
            self._told[path] = known
        return known[1]

    def _why(self, path: str, address: Address, run: _Run) -> str:
        """Say what made a node run in the latest run, empty if it did not run."""
        outcome = run.outcomes.get(path)
        if outcome is None:
            return "updated" if path in run.given else ""
        if outcome == "blocked":
            failed = [read for read in address.reads if run.outcomes.get(read) in FAILED]
            return f"could not run: {', '.join(failed) or 'something it reads'} failed"
        changed = [
            read
            for read in address.reads
            if read in run.given or run.outcomes.get(read) in ("changed", "first run")
        ]
        if outcome == "first run" or not changed:
            return "never computed" if outcome == "first run" else ""
        return f"{', '.join(changed)} changed"

    def _headline(self, run: _Run, states: Mapping[str, Facts], *, is_running: bool) -> str:
        if not run.number:
            waiting = sum(state["status"] == "pending" for state in states.values())
            are = "is" if waiting == 1 else "are"
            said = f"Nothing has run yet, {counted(waiting, 'node')} {are} pending"
            return said if waiting else ""
        mine = [
            outcome
            for path, outcome in run.outcomes.items()
            if path in self._addresses and not self._addresses[path].way
            if not isinstance(self._addresses[path].node, Output)
        ]
        text = ran([*mine, *["clean"] * (self._works - len(mine))], going=is_running)
        if is_running:
            return text
        end = ", interrupted" if run.status == "interrupted" else ""
        because = _because(run, states)
        return f"{text}{end} · {seconds(run.duration)}{because}"


def _outcome(event: Any) -> str:
    if event.type == "node_failed":
        return "blocked" if event.blocked else "failed"
    return str(event.outcome)


def _because(run: _Run, states: Mapping[str, Facts]) -> str:
    named = [
        f"{path} is now {shorten(states[path]['value'], 40)}" if path in states else path
        for path in dict.fromkeys(run.given)
    ]
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    return f" · because {', '.join(named[:NAMED])}{more}" if named else ""


def _texts(item: DiagramNode | DiagramCluster, cell: Any) -> Facts:
    if cell is None:
        state = State("pending")
    else:
        state = state_of(replace(cell, duration=None) if _is_blocked(cell) else cell, cell.path)
    took = seconds(state.duration or None)
    said, how = "", "skipped" if state.status == "skipped" else took
    if isinstance(item, DiagramNode):
        said, how = second_line(replace(item, state=state))
    return {
        "status": state.status,
        "said": said,
        "how": how,
        "value": line(abbreviate(cell.held, VALUE)) if state.value else "",
        "error": shorten(line(cell.error.message), VALUE) if state.error else "",
        "time": took,
    }


def _skipped(cell: Any) -> Any:
    """Return a cell of a nested contract that did not run: neither did the cell."""
    return replace(cell, origin="skipped") if cell.origin else cell


def _is_blocked(cell: Any) -> bool:
    """Tell whether a node failed because another one did; then it did not run."""
    return cell.error is not None and cell.error.context.get("node") != cell.name
