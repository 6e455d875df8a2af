"""Facts of a contract while it runs, as plain data that a page can show.

1. A :class:`Follower` is told of runs, not of nodes: it looks at the cells when it is asked, so
   that a run that is watched goes on as fast as one that is not.
2. It says only what the cells say. A run in which nothing happened (a value that was fresh was
   read) is no run to look at, and leaves the last one on the page.
3. Runs come from any thread; hearing of one takes no lock but our own, and runs none of the
   user's code.
4. What is told as before is the very same object, so that a page need not be sent it again.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.clock import now
from igniter_nb.display import place, read_as
from igniter_nb.graph import Input, Output
from igniter_nb.notebook.graphs.picture.diagram import DiagramNode, State, state_of
from igniter_nb.notebook.graphs.picture.measure import UNMOVED, error_line, second_line
from igniter_nb.notebook.graphs.widget.addresses import addresses, instances
from igniter_nb.notebook.graphs.widget.boxes import boxes
from igniter_nb.notebook.graphs.widget.look import Run, Seen, look
from igniter_nb.notebook.graphs.widget.tally import Tally, unfinished
from igniter_nb.notebook.page.html import line
from igniter_nb.runtime import DIRTY, ran
from igniter_nb.text import abbreviate, counted, seconds, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from igniter_nb.contract import Contract
    from igniter_nb.incremental import Demand
    from igniter_nb.notebook.graphs.picture.diagram import Diagram, DiagramCluster

VALUE: Final = 300
"""Longest value or error in the details, in characters."""

DENIED: Final = "denied by a policy"
LIVE_ERROR: Final = 1
"""Characters that are left in a node for an error; its class is never cut."""

NAMED: Final = 3
"""How many inputs a headline names."""

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a page shows, at one moment.

    Attributes:
        number: grows from one snapshot to the next.
        states: run-time state by path.
        headline: the run in one sentence.
        seen: number of the run, whether it is going on, and when this was, in seconds of a clock.
    """

    number: int
    states: dict[str, Facts]
    headline: str
    seen: Facts


class Follower:
    """Watches a contract.

    Args:
        contract: the execution to follow.
        shown: its diagram; only what is drawn, and what is in it, is told.
        tell: called when there is something new to show, with whether a run ended.

    Attributes:
        view: the widget that shows it; None while there is none.
    """

    def __init__(
        self, contract: Contract, shown: Diagram, tell: Callable[[bool], object] = bool
    ) -> None:
        self.contract = contract
        self.view: Any = None
        self._tell = tell
        self._lock = threading.Lock()
        self._nodes = tuple(addresses(contract.compiled_graph))
        self._tallies = {way: Tally(each.execution) for way, each in instances(contract)}
        self._works = sum(
            not isinstance(node, (Input, Output)) for node in contract.compiled_graph.nodes
        )
        self._texts: dict[str, tuple[object, Facts]] = {}
        self._kept: dict[str, Facts] = {}
        self._since: dict[str, int] = {}
        self._snapshots = 0
        self._is_shown = False  # that a run goes on
        is_going = contract.execution.busy
        self._ended = Run()
        self._run = Run(1, now(), going=True) if is_going else self._ended
        self.show(shown)
        contract.execution.hear().watch(self)

    def show(self, shown: Diagram) -> None:
        """Tell from now on of what another diagram of the same contract draws."""
        items: tuple[DiagramNode | DiagramCluster, ...] = (*shown.nodes, *shown.clusters)
        drawn = {item.path: item for item in items if item.kind not in ("more", "scope")}
        with self._lock:
            self._drawn = [(each, drawn[each.drawn]) for each in self._nodes if each.drawn in drawn]
            self._boxes = boxes(shown, self._nodes)
            self._texts.clear()

    def close(self) -> None:
        """Watch no more."""
        self.contract.execution.hear().unwatch(self)

    # --- hearing --------------------------------------------------------------------------

    def queued(self) -> None:
        """Hear that inputs were given new values."""
        self._tell(False)  # noqa: FBT003 -- all that it is told

    def began(self, demand: Demand) -> None:
        """Hear that a run began."""
        with self._lock:
            self._run = Run(self._ended.number + 1, now(), demand, going=True)
            self._since.clear()
        execution = self.contract.execution
        if execution.updates or DIRTY in execution.flags:
            self._tell(False)  # noqa: FBT003 -- all that it is told

    def over(self) -> None:
        """Hear that no run goes on."""
        with self._lock:
            if not self._run.going:
                return
            is_empty = self._is_empty(self._run)
            is_shown, self._is_shown = self._is_shown, False
            if is_empty:
                self._run = self._ended
            else:
                self._ended = self._run
                for way, each in instances(self.contract):
                    self._tallies.setdefault(way, Tally()).note(each.execution, self._run.number)
        if is_shown or not is_empty:
            self._tell(True)  # noqa: FBT003 -- all that it is told

    def _is_empty(self, run: Run) -> bool:
        """Note how a run ended; tell whether nothing happened in it."""
        execution = self.contract.execution
        run.going = False
        run.duration = (now() - run.began) / 1e9
        run.interrupted = unfinished(execution, run.demand)
        happened = execution.run in execution.ran_at or execution.run in execution.changed_at
        return not (happened or run.interrupted)

    # --- telling --------------------------------------------------------------------------

    def nodes(self) -> dict[str, Facts]:
        """Return what never changes about what is drawn, by path."""
        told = {
            address.drawn: {
                "kind": str(address.node.kind),
                "reads": list(address.reads),
                "doc": shorten(line(address.node.doc), VALUE),
                "where": place(address.node.location) if address.node.location.file else "",
            }
            for address, _ in self._drawn
        }
        return told | {box.path: box.facts for box in self._boxes if box.is_scope}

    def inside(self) -> dict[str, list[str]]:
        """Return the paths of the nodes in each box that could be unfolded."""
        return {box.path: [each.drawn for each in box.members] for box in self._boxes}

    def snapshot(self) -> Snapshot:
        """Return how things are now; from any thread, never raises on account of a value."""
        with self._lock:
            self._snapshots += 1
            number, run, at = self._snapshots, replace(self._run), now()
            self._is_shown = run.going
            found = look(self.contract, self._nodes, run, tallies=self._tallies)
            told = {
                address.drawn: self._told(found[address.path], item, at)
                for address, item in self._drawn
            }
            for box in self._boxes:
                if box.is_scope:
                    told[box.path] = self._same(box.path, box.state(found, run.number))
        facts = {"run": run.number, "running": run.going, "at": round(at / 1e9, 3)}
        return Snapshot(number, told, self._headline(run, found, told), facts)

    def _told(self, seen: Seen, item: DiagramNode | DiagramCluster, at: int) -> Facts:
        """Return what is told of a node; the texts of a cell that stayed the same are kept."""
        cell, path = seen.cell, seen.address.path
        key = (
            seen.status,
            cell and (cell.status, cell.origin, cell.version, cell.duration, id(cell.error)),
        )
        known = self._texts.get(path)
        if known is None or known[0] != key:
            known = self._texts[path] = key, _texts(item, cell, seen.status)
        since = self._since.setdefault(path, at) if seen.status == "running" else 0
        more = {
            "runs": seen.runs,
            "run": seen.latest,
            "why": seen.why,
            "began": round(since / 1e9, 3),
        }
        return self._same(seen.address.drawn, known[1] | more)

    def _same(self, path: str, state: Facts) -> Facts:
        """Return the object that told the same before, if one did."""
        if self._kept.get(path) != state:
            self._kept[path] = state
        return self._kept[path]

    def _headline(self, run: Run, found: Mapping[str, Seen], told: Mapping[str, Facts]) -> str:
        if not run.number:
            waiting = sum(state["status"] == "pending" for state in told.values())
            are = "is" if waiting == 1 else "are"
            said = f"Nothing has run yet, {counted(waiting, 'node')} {are} pending"
            return said if waiting else ""
        mine = [
            seen
            for seen in found.values()
            if not seen.address.way and not isinstance(seen.address.node, (Input, Output))
        ]
        text = ran((_word(seen, run) for seen in mine), going=run.going)
        if run.going:
            return text
        end = ", interrupted" if run.interrupted else ""
        return f"{text}{end} · {seconds(run.duration)}{_because(found, told)}"


def _word(seen: Seen, run: Run) -> str:
    """Say what the run did with a node, as a row of its report says it."""
    if run.going and seen.status == "running":
        return "running"
    needed = run.demand.needed if run.demand else None
    is_asked = needed is None or bool(needed[seen.address.id])
    return seen.outcome or ("clean" if is_asked else "not asked")


def _because(found: Mapping[str, Seen], told: Mapping[str, Facts]) -> str:
    given = [
        seen.address for seen in found.values() if seen.outcome == "given" and not seen.address.way
    ]
    named = [
        f"{each.path} is now {shorten(told[each.drawn]['value'], 40)}"
        if each.drawn in told
        else each.path
        for each in given
    ]
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    return f" · because {', '.join(named[:NAMED])}{more}" if named else ""


def _texts(item: DiagramNode | DiagramCluster, cell: Any, status: str) -> Facts:
    """Write what is said of a cell."""
    if cell is None:
        state = State(status)
    else:
        state = state_of(cell, cell.path)
        if state.status != status:
            state = replace(state, status=status)
    took = seconds(state.duration or None)
    said, how = "", read_as(status) if status in UNMOVED else took
    if isinstance(item, DiagramNode):
        said, how = second_line(item, state)
    if state.error and status in ("failed", "denied"):  # there is room for the class alone
        said = DENIED if status == "denied" else error_line(said, LIVE_ERROR)
        how = ""
    if status in ("running", "waiting"):
        how = status
    return {
        "status": status,
        "said": said,
        "how": how,
        "value": line(abbreviate(cell.held, VALUE)) if state.value else "",
        "error": shorten(line(cell.error.message), VALUE) if state.error else "",
        "time": took,
    }
