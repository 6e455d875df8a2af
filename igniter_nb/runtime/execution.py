"""Execution of a contract instance: the state of its cells, and runs that make them fresh."""

from __future__ import annotations

import threading
from copy import copy
from typing import TYPE_CHECKING, Any

from igniter_nb.incremental import EVERY_OUTPUT
from igniter_nb.runtime import turns
from igniter_nb.runtime.cells import Cells
from igniter_nb.runtime.flags import FRESH
from igniter_nb.runtime.hub import Hub, StoppedError
from igniter_nb.runtime.resolver import begin, inside, refuse_inside, run
from igniter_nb.runtime.steps.compose import Outputs, handed_over

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from igniter_nb.runtime.ports import Place, Turn
    from igniter_nb.runtime.report import IncrementalReport


class Execution(Cells):
    """The cells of one contract instance, run when somebody asks for them."""

    __slots__ = ()

    def read(self, position: int) -> Any:
        """Return a node's value, running what is needed first.

        Raises:
            IgniterError: the node, or something it depends on, failed.
        """
        if (
            self.updates
            or self.flags[position] not in FRESH
            or not (self.clean or position in self.fresh)
        ):
            run(self, position)
        if (error := self.errors.get(position)) is not None:
            raise error.with_traceback(None)
        return self.handed(position)

    def look(self, what: str) -> None:
        """Refuse a step of this execution that looks at it: past its parameters no step reads.

        Listeners may: they depend on nothing.

        Args:
            what: what is looked at, for the error's text.

        Raises:
            ResolutionError: a step of this execution looks.
        """
        if self.bus is None or self.bus.telling != threading.get_ident():
            refuse_inside(self, what)

    def resolve_outputs(self) -> None:
        """Make every output fresh.

        Raises:
            IgniterError: the error of the first failed node that an output needs, in
                topological order; the others are kept too.
        """
        done = self.clean and EVERY_OUTPUT in self.asked and not self.updates
        if not done or self.bus is not None:
            run(self, EVERY_OUTPUT)
        self.raise_first()

    def report(self) -> IncrementalReport:
        """Make every output fresh and return what that took."""
        report = run(self, EVERY_OUTPUT, report=True)
        assert report is not None
        return report

    def resolve_nested(self, place: Place) -> Turn | None:
        """Make the outputs of a nested execution fresh, as far as that goes without waiting.

        Where nodes run in the thread that drives the run, that thread has others to run meanwhile;
        a worker waits.

        Returns:
            What is left of its run, None if everything is done.
        """
        child = self.children[place]
        if self.inline:
            return begin(child, self)
        around, hub = self.hub, Hub(child)
        if around is None:
            raise StoppedError  # the run has ended while this worker came to it
        around.adopt(hub)
        try:
            run(child, EVERY_OUTPUT, hub=hub)
        finally:
            around.release(hub)
        return None

    def nested_now(self) -> Iterator[tuple[Place, Execution]]:
        """Yield the executions of nested contracts that have run, with where each is held."""
        for place, child in self.children.copy().items():
            assert isinstance(child, Execution)
            yield place, child

    def copied(self, owner: Any) -> Execution:
        """Return an independent execution at the same state; waits until no run goes on.

        Args:
            owner: contract instance of the new one.

        Raises:
            ResolutionError: a node of this execution is running here, or it is being run and must
                not be waited for.
        """
        outer = inside()
        refuse_inside(self, "a copy")
        waits = turns.wait(self, outer) if outer else None
        try:
            with turns.lock_of(self, "copy"):
                turns.refuse_open(self, "copy")
                made = self.twin(owner)
                given = {}
                for place, child in self.nested_now():
                    made.adopt(place, child)
                    if isinstance(self.values[place[0]], Outputs):
                        given[id(self.values[place[0]])] = made.values[place[0]]
                made.exchange(given)
                return made
        finally:
            del waits

    def exchange(self, instead: Mapping[int, Any]) -> None:
        """Have objects take the place of others, wherever they are the value of a node.

        A nested execution that was given the outputs of another one is given those of its copy, so
        that it finds them to be what it was given before.

        Args:
            instead: by ``id()`` of an object that is still there, what is to be in its place.
        """
        if not instead:
            return
        for position, value in enumerate(self.values):
            if id(value) in instead:
                self.values[position] = instead[id(value)]
        self.given = {name: instead.get(id(value), value) for name, value in self.given.items()}
        for _, child in self.nested_now():
            child.exchange(instead)

    def adopt(self, place: Place, child: Execution) -> None:
        """Take over a copy of a nested execution of the one that this is a twin of."""
        made = child.copied(None) if child.owner is None else copy(child.owner).execution
        self.children[place] = made
        outputs = self.values[place[0]]
        if isinstance(outputs, Outputs):
            self.values[place[0]] = handed_over(outputs, child.number, made.number)
