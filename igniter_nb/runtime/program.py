"""Program of a contract: one step per node and tables by id, shared by its executions.

Nothing in a program changes while executions run, but for caches whose entries, once made, stay.
"""

from __future__ import annotations

import threading
import warnings
from copy import copy
from typing import TYPE_CHECKING, Any

from igniter_nb.capabilities import Policy, combined, get_policy
from igniter_nb.compiler import Mismatch, Validator
from igniter_nb.errors import CapabilityWarning, InputError, Problem
from igniter_nb.graph import MISSING, CompiledGraph, Compute, Guard, Input
from igniter_nb.incremental import EVERY_OUTPUT, Demand, FleetingError, demand
from igniter_nb.runtime.flags import CLEAN, UNASKED
from igniter_nb.runtime.inputs import Slot, missing, not_taken, taken, unmade, wrong
from igniter_nb.runtime.loop import finish
from igniter_nb.runtime.ports import Kept
from igniter_nb.runtime.steps import denied, lending, make_apart, make_step
from igniter_nb.runtime.steps.compute import invoker
from igniter_nb.text import came, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from igniter_nb.incremental import Copy
    from igniter_nb.runtime.ports import Step
    from igniter_nb.runtime.work import Apart

_POLICIES_KEPT = 32


class Program:
    """A graph with its steps.

    Args:
        graph: the compiled graph.
    """

    def __init__(self, graph: CompiledGraph) -> None:
        self.graph = graph
        self.size = len(graph)
        self.steps = [make_step(graph, position) for position in range(self.size)]
        callees = [callee for node in graph.nodes if (callee := node.callee)]
        self.equal: dict[int, Callable[[Any, Any], bool]] = {
            position: node.equal.target
            for position, node in enumerate(graph.nodes)
            if isinstance(node, Compute) and node.equal
        }
        self.wants_self = any([callee.wants_self for callee in callees])  # noqa: C419 -- a list is faster here
        self.dependants = graph.dependants
        self.outputs = dict(graph.outputs)
        self.inputs = {
            node.name: Slot(position, validator.exact, validator, node)
            for position, node in enumerate(graph.nodes)
            if isinstance(node, Input)
            for validator in [Validator(node.type, strict=node.strict)]
        }
        flags = bytearray([UNASKED]) * self.size
        for slot in self.inputs.values():
            flags[slot.id] = CLEAN
        self.blank_flags = bytes(flags)
        self.blank_values: list[Any] = [MISSING] * self.size
        self.zeros = [0] * self.size
        self._demands: dict[int, Demand] = {}
        self._permitted: dict[Policy, list[Step]] = {}
        self._apart: dict[int, Apart | None] = {}
        self._lent = bytearray(self.size)
        self._lock = threading.Lock()

    def demand(self, key: int) -> Demand:
        """Return what is needed for one node, or for :data:`EVERY_OUTPUT`."""
        found = self._demands.get(key)
        if found is None:
            targets = self.outputs.values() if key == EVERY_OUTPUT else (key,)
            found = demand(key, targets, self.graph.deps, self.graph.gates)
            self._demands[key] = found
        return found

    # --- inputs ---------------------------------------------------------------------------

    def fill(
        self, values: list[Any], given: Mapping[str, Any], own: Policy | None
    ) -> dict[int, Copy]:
        """Write the values of all inputs.

        Args:
            values: by id of the node.
            given: input name to value.
            own: the contract's own policy, under which defaults are made.

        Returns:
            By id, what lends those of the values that can be changed in place.

        Raises:
            InputError: names are unknown, values are missing or do not fit; has all problems.
        """
        inputs = self.inputs
        for name, value in given.items():
            slot = inputs.get(name)
            if slot is None or type(value) is not slot.exact:
                break
            values[slot.id] = value
        else:
            if len(given) == len(inputs):
                return {}
        checked = self.checked(given, complete=True)
        lenders: dict[int, Copy] = {}
        for name, slot in inputs.items():
            value = checked[name] if name in checked else self._default(slot, own)
            if type(value) is Kept:
                value, lenders[slot.id] = value
                self.lend(slot.id)
            values[slot.id] = value
        return lenders

    def checked(self, given: Mapping[str, Any], *, complete: bool) -> dict[str, Any]:
        """Return given values as declared; what can be changed in place is copied.

        Args:
            given: input name to value.
            complete: whether required inputs that are left out are a problem.

        Raises:
            InputError: something is wrong; has all problems.
        """
        result: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, value in given.items():
            slot = self.inputs.get(name)
            if slot is None:
                problems.append(self._unknown(name, value))
            elif value is None and slot.node.nullable:
                result[name] = None
            else:
                try:
                    result[name] = taken(slot, value)
                except (Mismatch, FleetingError) as mismatch:
                    problems.append(wrong(slot, value, mismatch))
                except ValueError as error:
                    problems.append(not_taken(slot.node, error))
        if complete:
            problems += [
                missing(slot.node)
                for name, slot in self.inputs.items()
                if slot.node.required and name not in given
            ]
        if problems:
            raise self.refusal(problems)
        return result

    def refusal(self, problems: Sequence[Problem]) -> InputError:
        """Return the error of wrong inputs."""
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        name = self.graph.name
        return InputError(f"{name} was given wrong inputs: {count}", {"graph": name}, problems)

    def _unknown(self, name: str, value: object) -> Problem:
        return Problem(
            rule="unknown-input",
            message=f"there is no input {name!r}",
            node=name,
            path=name,
            came=f"{name}={came(value)}",
            known=tuple(self.inputs),
            hint=nearest(name, self.inputs),
        )

    def _default(self, slot: Slot, own: Policy | None) -> Any:
        node = slot.node
        if node.factory is None:
            if node.default is MISSING or node.default is None:
                return None
            return taken(slot, node.default)  # as a given one
        policy = combined(get_policy(), own)
        if policy and (names := policy.denies(node.capabilities)):
            raise denied.refusal(self.graph.name, node, names)
        try:
            made = invoker(node.factory)()
            value = finish(made, f"the default of {node.name!r}", f"give {node.name}=…")
        except Exception as error:
            raise self.refusal([unmade(node, error)]) from error
        try:
            return taken(slot, value)
        except (Mismatch, FleetingError) as mismatch:
            raise self.refusal([wrong(slot, value, mismatch)]) from None

    # --- lending --------------------------------------------------------------------------

    def lend(self, position: int) -> None:
        """Have whatever calls a function with a node's value look whether it is to be lent.

        From the first value on that can be changed in place, for all executions: it costs
        nothing where values are numbers and texts.
        """
        if self._lent[position]:
            return
        with self._lock:
            for reader in self.dependants[position]:
                node = self.graph.nodes[reader]
                if isinstance(node, (Compute, Guard)) and not self._lent_to(reader, node):
                    plain = self.steps[reader]
                    deps, params = self.graph.deps[reader], self.graph.params[reader]
                    step = lending.make(plain, deps, params, name=node.name)
                    for steps in (self.steps, *self._permitted.values()):
                        if steps[reader] is plain:
                            steps[reader] = step
            self._lent[position] = 1

    def _lent_to(self, reader: int, node: Compute | Guard) -> bool:
        """Tell whether a node takes values as they are, or gets copies already."""
        return node.borrow or any(self._lent[source] for source in self.graph.deps[reader])

    # --- work -----------------------------------------------------------------------------

    def apart(self, position: int) -> Apart | None:
        """Return a node's step taken apart; None if it has no work that can be done elsewhere."""
        if position not in self._apart:
            self._apart[position] = make_apart(self.graph, position)
        return self._apart[position]

    def with_steps(self, instead: Mapping[int, Step]) -> Program:
        """Return a program in which some nodes have other steps, for one execution."""
        made = copy(self)
        made._lent = self._lent.copy()  # noqa: SLF001 -- its own class
        made._permitted = {}  # noqa: SLF001 -- the same
        made.steps = [*self.steps]
        for policy, steps in self._permitted.items():
            made._permitted[policy] = [*steps]  # noqa: SLF001 -- the same
        for position, step in instead.items():
            for kept in (made.steps, *made._permitted.values()):  # noqa: SLF001 -- the same
                kept[position] = step
        return made

    def taking_anything(self, names: Iterable[str]) -> Program:
        """Return a program in which some inputs take whatever they are given."""
        made = copy(self)
        anything = Validator(Any)
        made.inputs = {**self.inputs}
        for name in names:
            made.inputs[name] = self.inputs[name]._replace(exact=None, check=anything)
        return made

    # --- policies -------------------------------------------------------------------------

    def permitted(self, policy: Policy | None) -> Sequence[Step]:
        """Return the steps, with those that a policy denies replaced by ones that say so."""
        if policy is None:
            return self.steps
        found = self._permitted.get(policy)
        if found is None:
            self._warn_unknown(policy)
            with self._lock:
                found = [*self.steps]
                for position, names in self.graph.violations(policy).items():
                    found[position] = denied.make(self.graph.nodes[position], names)
                if len(self._permitted) >= _POLICIES_KEPT:
                    self._permitted.clear()
                self._permitted[policy] = found
        return found

    def _warn_unknown(self, policy: Policy) -> None:
        if policy.on_unknown != "warn":
            return
        for node in self.graph.nodes:
            if names := policy.unknown(node.capabilities):
                warnings.warn(
                    f"node {node.path!r} of {self.graph.name} declares capabilities that the"
                    f" policy does not know: {', '.join(names)}; name them in denied= or"
                    " allowed=, or correct the spelling",
                    CapabilityWarning,
                    stacklevel=2,
                )
