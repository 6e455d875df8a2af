"""State of one execution: its inputs, its cells, its events.

The cells are a structure of arrays: one list or byte string per property, indexed by node id.

1. ``flags[id]`` is ``CLEAN`` or ``LENT`` when the node's value is what a full recompute would
   give. A value that can be changed in place is ours alone, and ``LENT``: readers get copies, made
   by ``lenders[id]``.
2. A value is written together with its flag, after the work of the node is done; so whatever
   stops a run, a signal included, every clean cell is right and every other one will run again.
3. Updates are queued and applied by the next run, all as one. Compared are the values at that
   moment, so a change that was taken back costs nothing, and an update during a run waits.
4. ``values[id]`` of a failed node is the last good value, against which the next is compared.
"""

from __future__ import annotations

import itertools
import threading
from abc import ABC, abstractmethod
from collections import deque
from typing import TYPE_CHECKING, Any, Self

from igniter_nb.capabilities import combined, get_block
from igniter_nb.graph import MISSING
from igniter_nb.incremental import ATOMS, EVERY_OUTPUT, QUICK, same, same_by
from igniter_nb.runtime import loop
from igniter_nb.runtime.events import Bus
from igniter_nb.runtime.flags import ASKED, CLEAN, DIRTY, FRESH, LENT, NONE_FRESH, UNASKED
from igniter_nb.runtime.keeping import returned, shared
from igniter_nb.runtime.ports import UNCHANGED, Kept
from igniter_nb.runtime.runners import RUNNERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from igniter_nb.errors import IgniterError
    from igniter_nb.graph import Held
    from igniter_nb.incremental import Copy, Demand
    from igniter_nb.runtime.hub import Hub
    from igniter_nb.runtime.options import Options
    from igniter_nb.runtime.ports import Place, Turn, Watcher
    from igniter_nb.runtime.program import Program

NOTHING: Mapping[str, Any] = {}
_numbers = itertools.count(1)


class Cells(ABC):
    """The state of one contract instance; an execution adds how it is run.

    Args:
        program: what to run.
        owner: the contract instance, given to callables whose first parameter is ``self``;
            not kept if there are none.
        given: input name to value.
        options: how to run.

    Raises:
        InputError: inputs are unknown, missing or wrong; has all problems.
    """

    __slots__ = (
        "around",
        "asked",
        "bus",
        "changed_at",
        "children",
        "clean",
        "durations",
        "errors",
        "flags",
        "fresh",
        "given",
        "hub",
        "inline",
        "kept",
        "lenders",
        "lock",
        "number",
        "observer",
        "options",
        "owner",
        "policy",
        "program",
        "ran_at",
        "run",
        "running",
        "turn",
        "updates",
        "values",
    )

    hub: Hub | None
    around: Cells | None

    def __init__(
        self, program: Program, owner: Any, given: Mapping[str, Any], *, options: Options
    ) -> None:
        self.program = program
        self.owner = owner if program.wants_self else None
        self.options = options
        self.kept = kept = get_block()
        self.policy = options.policy if kept is None else combined(kept, options.policy)
        runner = options.runner
        self.inline = (
            runner == "inline"  # the usual one, without a look at the table
            or RUNNERS[runner].pool is None
            or not loop.have_threads()
        )
        self.values = values = program.blank_values.copy()
        self.lenders: dict[int, Copy] = program.fill(values, given, self.policy)
        self.flags = bytearray(program.blank_flags)
        for position in self.lenders:
            self.flags[position] = LENT
        self.durations = program.zeros.copy()
        self.changed_at = program.zeros.copy()
        self.ran_at = program.zeros.copy()
        self.errors: dict[int, IgniterError] = {}
        self.updates: deque[dict[int, Any]] = deque()
        self.asked: set[int] = set()
        self.running: set[int] = set()
        self.children: dict[Place, Cells] = {}
        self.lock = threading.Lock()
        self.number = next(_numbers)
        self.run = 0
        self.given: Mapping[str, Any] = NOTHING
        self.clean = True
        self.fresh = NONE_FRESH
        self.bus: Bus | None = None
        self.observer: Watcher | None = None
        self.turn: Turn | None = None

    def twin(self, owner: Any) -> Self:
        """Return another execution at the same state, without its listeners and nested ones.

        What cells keep never changes (:mod:`igniter_nb.incremental.isolation`), so both keep the
        same values. The caller sees to it that no run goes on.

        Args:
            owner: contract instance of the new one.
        """
        made = type(self).__new__(type(self))
        block = get_block()  # a ban adds up: where the new one was made, and where this one was
        made.kept, made.policy = combined(block, self.kept), combined(block, self.policy)
        made.program, made.options, made.inline = self.program, self.options, self.inline
        made.owner = None if self.owner is None else owner
        made.values, made.flags = self.values.copy(), self.flags.copy()
        made.durations, made.ran_at = self.durations.copy(), self.ran_at.copy()
        made.changed_at, made.lenders = self.changed_at.copy(), self.lenders.copy()
        made.errors, made.asked = self.errors.copy(), self.asked.copy()
        made.updates = deque([*self.updates])
        made.run, made.given = self.run, self.given
        made.clean, made.fresh = self.clean, self.fresh
        made.number = next(_numbers)
        made.running, made.children, made.lock = set(), {}, threading.Lock()
        made.bus = made.observer = made.turn = None
        return made

    @property
    def id(self) -> str:
        """Name of the execution, unique in the process."""
        return f"{self.program.graph.name}#{self.number}"

    # --- changing -------------------------------------------------------------------------

    def update(self, given: Mapping[str, Any]) -> None:
        """Queue new values for inputs; all of them or, if one is wrong, none.

        Raises:
            InputError: names are unknown or values do not fit; has all problems.
        """
        inputs = self.program.inputs
        change: dict[int, Any] = {}
        for name, value in given.items():
            slot = inputs.get(name)
            if slot is None or type(value) is not slot.exact:
                checked = self.program.checked(given, complete=False)
                change = {inputs[known].id: new for known, new in checked.items()}
                break
            change[slot.id] = value
        self.given = NOTHING
        self.updates.append(change)
        if self.bus is not None:
            self.bus.queued()

    def apply_updates(self) -> list[tuple[int, Any]]:
        """Write queued values that differ and mark what reads them; part of a run.

        Returns:
            Ids of the inputs that changed, with the values they had.
        """
        changed: list[tuple[int, Any]] = []
        values, flags, updates = self.values, self.flags, self.updates
        plain = not (self.lenders or self.program.equal)
        count = len(updates)
        waiting = updates[0] if count == 1 else self.queued(count)
        for position, value in waiting.items():
            old, kind = values[position], type(value)
            quick = plain and kind in QUICK
            if not (kind is type(old) and value == old if quick else self.is_same(position, value)):
                changed.append((position, old))
                for reader in self.program.dependants[position]:
                    if flags[reader] != UNASKED:
                        flags[reader] = DIRTY
                flags[position] = self.put(position, value)
                self.changed_at[position] = self.run
        for _ in range(count):
            updates.popleft()
        return changed

    def queued(self, count: int | None = None) -> Mapping[int, Any]:
        """Return the values that wait for the next run, by id of the input, as they are kept.

        Args:
            count: how many of the waiting updates count; all when left out.
        """
        waiting = [*self.updates][:count]  # a copy: a run in another thread takes them away
        return {position: value for change in waiting for position, value in change.items()}

    # --- values that can be changed in place ----------------------------------------------

    def keep(self, position: int, value: Any) -> Any:
        """Return what a step returned as its cell keeps it; part of the work of the node.

        It is to be called with a variable; a value that nobody else holds needs no copy.

        Raises:
            FleetingError: it, or something in it, can be read only once or follows another value.
            ValueError: it is nested too deep to be kept apart.
        """
        if type(value) in ATOMS or value is UNCHANGED:
            return value
        graph = self.program.graph
        if not graph.nodes[position].borrow:
            return returned(value)
        for source in graph.deps[position]:
            if value is self.values[source] and source in self.lenders:
                return Kept(value, self.lenders[source])
        return shared(value)

    def is_same(self, position: int, new: Any) -> bool:
        """Tell whether a value, as :meth:`keep` returned it, is the one that the node has.

        Raises:
            Exception: what the ``equal`` of the node raises, or that it gives no answer.
        """
        if new is UNCHANGED:
            return True
        old, equal = self.values[position], self.program.equal.get(position)
        if equal is None or old is MISSING:
            return same(old, new.value if type(new) is Kept else new)
        return same_by(
            equal, self.handed(position), new.lend(new.value) if type(new) is Kept else new
        )

    def settle(self, position: int, new: Any) -> int:
        """Write a value, as :meth:`keep` returned it, if it differs; returns the cell's flag.

        The order of writes makes an interrupt between any two of them harmless: readers are
        marked before the value is there, and the caller writes the flag when all else is done.
        """
        if self.is_same(position, new):
            return self.fresh_flag(position)
        flags = self.flags
        for reader in self.program.dependants[position]:
            flags[reader] = DIRTY
        flag = self.put(position, new)
        self.changed_at[position] = self.run
        return flag

    def fresh_flag(self, position: int) -> int:
        """Return the flag of a cell whose value is right; an earlier one may have left a lender."""
        lent = position in self.lenders and type(self.values[position]) not in ATOMS
        return LENT if lent else CLEAN

    def put(self, position: int, new: Any) -> int:
        """Write a value that differs, as :meth:`keep` returned it; returns the flag of its cell.

        Whoever reads the node is marked before, and the flag is written after.
        """
        if type(new) is not Kept:
            self.lenders.pop(position, None)
            self.values[position] = new
            return CLEAN
        self.program.lend(position)
        self.values[position], self.lenders[position] = new
        return LENT

    def ask(self, key: int) -> Demand:
        """Note that something is asked for, so that what it needs and never ran runs now.

        Returns:
            What it needs.
        """
        demand = self.program.demand(key)
        if key in self.asked:
            return demand
        if demand.needed is None:
            self.flags[:] = self.flags.translate(ASKED)
        else:
            flags = self.flags
            for position in demand.ids:
                if flags[position] == UNASKED:
                    flags[position] = DIRTY
        self.asked.add(key)
        return demand

    # --- asking ---------------------------------------------------------------------------

    def given_now(self, position: int) -> Any:
        """Return an input's value as a reader gets it, updates that no run has seen included."""
        waiting = self.queued().get(position, MISSING)
        if waiting is MISSING:
            return self.handed(position)
        return waiting.lend(waiting.value) if type(waiting) is Kept else waiting

    def handed(self, position: int) -> Any:
        """Return a node's value as a reader gets it."""
        value = self.values[position]
        lend = None if type(value) in ATOMS else self.lenders.get(position)
        return value if lend is None else lend(value)

    def raise_first(self) -> None:
        """Raise the error of the first failed node that an output needs, if there is one.

        Raises:
            IgniterError: that error.
        """
        if self.errors:
            for position in self.program.demand(EVERY_OUTPUT).ids:
                if (error := self.errors.get(position)) is not None:
                    raise error.with_traceback(None)

    @property
    def busy(self) -> bool:
        """Whether a run goes on; what is written down about running nodes counts only then."""
        return self.lock.locked() or (self.turn is not None and self.turn.open)

    # --- nested contracts and events ---------------------------------------------------------

    def nested(self, place: Place, held: Held, sources: Mapping[str, int], *, path: str) -> Cells:
        """Return the execution of a nested contract with its inputs up to date.

        An input is given again only if our node has another value since.

        Args:
            place: where the nested execution is held.
            held: the nested contract.
            sources: input of the nested contract to id of our node.
            path: path of the node that nests.
        """
        child = self.children.get(place)
        if child is None:
            given = {name: self.values[source] for name, source in sources.items()}
            made: Cells = held.contract(**given).execution
            made.policy = combined(self.policy, made.options.policy)  # not that of a passing block
            self.children[place] = child = made
            child.given = given
        else:
            self._give(child, {name: self.values[source] for name, source in sources.items()})
        self._listen(child, path)
        return child

    @abstractmethod
    def resolve_nested(self, place: Place) -> Turn | None:
        """Make the outputs of a nested execution fresh, as far as that goes without waiting.

        Returns:
            What is left of its run, None if everything is done.
        """

    @staticmethod
    def _give(child: Cells, given: dict[str, Any]) -> None:
        """Update those inputs that are not the very objects that were given before."""
        before = NOTHING if child.updates else child.given
        if new := {name: v for name, v in given.items() if before.get(name, MISSING) is not v}:
            child.update(new)
        child.given = given

    def keeps_from(self, names: Sequence[str]) -> bool:
        """Tell whether a block in which it was made denies one of some capabilities."""
        return self.kept is not None and bool(self.kept.denies(names))

    def _listen(self, child: Cells, prefix: str) -> None:
        bus = self.bus
        if bus is None or not bus.heard or (child.bus is not None and child.bus.parent is bus):
            return
        child.hear().forward_to(bus, prefix)

    def hear(self) -> Bus:
        """Return the bus, made when somebody first wants to hear."""
        if self.bus is None:
            self.bus = Bus(self.id)
        return self.bus

    def check_invariants(self) -> None:
        """Assert what always holds between two runs."""
        size = self.program.size
        inputs = {slot.id for slot in self.program.inputs.values()}
        assert len(self.values) == len(self.flags) == len(self.durations) == size
        for position, flag in enumerate(self.flags):
            assert flag in {*FRESH, DIRTY, UNASKED}, (position, flag)
            assert flag not in FRESH or position not in self.errors, position
            assert flag in FRESH or position not in inputs, position
            assert (flag == LENT) <= (position in self.lenders), position
        assert not self.clean or DIRTY not in self.flags
