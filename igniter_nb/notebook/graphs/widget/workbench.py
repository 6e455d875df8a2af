"""Workbench on a contract: what a page may ask for, apart from the picture.

A page sends what was typed, and asks for one node, for the code of what it shows, or for a second
scenario beside the first. Everything is said as plain data. Whatever goes wrong is an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from igniter_nb.errors import InputError
from igniter_nb.notebook.graphs.widget.addresses import addresses
from igniter_nb.notebook.graphs.widget.code import call
from igniter_nb.notebook.graphs.widget.durations import Durations
from igniter_nb.notebook.graphs.widget.fields import Fields, held
from igniter_nb.notebook.graphs.widget.inspector import inspected
from igniter_nb.notebook.graphs.widget.scenario import Scenario
from igniter_nb.text import abbreviate, said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from igniter_nb.contract import Contract
    from igniter_nb.runtime import IncrementalReport

NOTHING: Final = "Nothing had to run: every value is up to date."

SAID: Final = 300
"""Longest text of an error that is no node's, in characters."""

Facts = dict[str, Any]


def answered(
    accepted: int, said: str = "", wrong: Mapping[str, str] | None = None, *, form: str = ""
) -> Facts:
    """Return what became of the forms that pages sent.

    Args:
        accepted: how many were accepted so far.
        said: what the latest did, if the drawing cannot show it.
        wrong: path of a field to what is wrong there; under the empty path what is no field's.
        form: which form of which page it was.
    """
    found = dict(wrong or {})
    problem = found.pop("", "")
    return {"accepted": accepted, "said": said, "problem": problem, "wrong": found, "form": form}


class Workbench:
    """What a page may ask of one execution.

    Args:
        contract: the execution.

    Attributes:
        durations: of the latest runs of its nodes.
    """

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._fields = Fields(contract.compiled_graph)
        self._start = held(contract)
        self._scenario: Scenario | None = None
        self._latest: IncrementalReport | None = None
        self.durations = Durations()

    def fields(self) -> list[Facts]:
        """Return the fields of the form, with the values of this moment."""
        return self._fields.now(held(self._contract))

    def pinned(self) -> Facts:
        """Return the pinned scenario: its inputs, and the nodes that differ; empty if none is."""
        if self._scenario is None:
            return {}
        return {
            "inputs": {view.name: abbreviate(view.held) for view in self._scenario.inputs()},
            "nodes": self._scenario.differences(self._contract),
        }

    def note(self) -> None:
        """Take note of how long a run took, which is over."""
        self.durations.note(self._contract.execution)

    # --- running ------------------------------------------------------------------------------

    def do(self, content: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        """Do what a form asks for.

        Args:
            content: the message of the page.

        Returns:
            What the drawing cannot show, and what is wrong by path of the field.
        """
        match content:
            case {"type": "update", "inputs": dict(typed)}:
                values, wrong = self._fields.read(typed)
                return ("", wrong) if wrong else self._safely(lambda: self._run(values))
            case {"type": "reset"}:
                return self._safely(lambda: self._run(self._changed(self._start)))
            case {"type": "pin"}:
                return self._safely(self._pin)
            case {"type": "swap"}:
                return self._safely(self._swap)
            case {"type": "unpin"}:
                self._scenario = None
        return "", {}

    def _safely(self, work: Callable[[], str]) -> tuple[str, dict[str, str]]:
        """Do something; a failed node is a state, whatever else goes wrong is said."""
        try:
            return work(), {}
        except InputError as error:
            return "", {problem.node: problem.message for problem in error.problems}
        except Exception as error:  # noqa: BLE001 -- whatever it is, the person who clicked must see it
            return "", {"": said(error, SAID)}

    def _run(self, values: Mapping[str, Any]) -> str:
        report = self._contract.resolve_incrementally(**values)
        self._latest = report
        return NOTHING if report.fully_memoized else ""

    def _changed(self, wanted: Mapping[str, object]) -> dict[str, Any]:
        """Return those of some inputs that are not the objects that the contract has."""
        now = held(self._contract)
        return {name: value for name, value in wanted.items() if now[name] is not value}

    def _pin(self) -> str:
        self._run({})  # so that there is something to compare with
        self._scenario = Scenario(self._contract)
        return "Pinned: change an input to compare."

    def _swap(self) -> str:
        if self._scenario is None:
            return ""
        other = {view.name: view.held for view in self._scenario.inputs()}
        now = Scenario(self._contract)
        self._run(self._changed(other))
        self._scenario = now
        return ""

    # --- asking -------------------------------------------------------------------------------

    def ask(self, content: Mapping[str, Any]) -> Facts:
        """Return the answer to a question of one page; empty if it is none.

        Args:
            content: the message of the page.
        """
        try:
            match content:
                case {"type": "inspect", "node": str(path)}:
                    return {"type": "inspected", "node": path, "facts": self._inspected(path)}
                case {"type": "code", "inputs": dict(typed)}:
                    return {"type": "code", **self._code(typed)}
        except Exception as error:  # noqa: BLE001 -- as above
            return {"type": str(content["type"]), "problem": said(error, SAID)}
        return {}

    def _inspected(self, path: str) -> Facts | None:
        found = addresses(self._contract.compiled_graph)
        address = next((each for each in found if each.drawn == path), None)
        if address is None:
            return None
        latest, why = self._latest, ""
        if latest is not None and not address.way and latest.run == self._contract.execution.run:
            why = latest.why(address.node.path)
        durations = self.durations.of(address.way, address.id)
        return inspected(self._contract, address, durations=durations, why=why)

    def _code(self, typed: Mapping[str, Any]) -> Facts:
        values, wrong = self._fields.read(typed)
        if wrong:
            return {"wrong": wrong}
        kind, options = type(self._contract), self._contract.execution.options
        usual = kind._options  # noqa: SLF001 -- any other name may be that of an input
        chosen = {
            name: getattr(options, name)
            for name in ("runner", "pool_size", "policy")
            if getattr(options, name) != getattr(usual, name)
        }
        return {"code": call(kind, held(self._contract) | values, options=chosen)}
