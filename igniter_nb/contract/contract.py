"""Contract: the class that a person derives from, and its metaclass, which compiles the body.

A contract class is compiled once, when its body ends; every structural mistake is raised there.
An instance is one execution. Options belong to the class or to :meth:`Contract.configured`; the
keywords of a call are inputs and nothing else.
"""

from __future__ import annotations

import dataclasses
import sys
import warnings
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn, Self, TypeVar

from igniter_nb.capabilities import Policy, combined, get_policy
from igniter_nb.compiler import Draft, compile_draft
from igniter_nb.contract.attributes import assigned, read, refuse_positions
from igniter_nb.contract.bodies import (
    as_written,
    checked_options,
    note_lost,
    note_replaced,
    note_shadows,
    resolve_annotations,
)
from igniter_nb.contract.builder import DraftBuilder, here
from igniter_nb.contract.columns import vectorised
from igniter_nb.contract.explain import Explanation, Lineage, explain, lineage
from igniter_nb.contract.plan import CapabilityReport, Plan, capability_report, plan
from igniter_nb.contract.redefined import holders, outdated
from igniter_nb.contract.rows import mapped
from igniter_nb.contract.views import CellView, Result, cell_views
from igniter_nb.contract.words import Body, Statement, is_declaration, said_again
from igniter_nb.display import Shown, display
from igniter_nb.errors import CompileError, ContractWarning, IgniterError, drop_ours
from igniter_nb.graph import Input
from igniter_nb.incremental import EVERY_OUTPUT
from igniter_nb.runtime import (
    Event,
    EventLog,
    Execution,
    IncrementalReport,
    Options,
    Program,
    Subscription,
    resolve_outputs,
)
from igniter_nb.text import abbreviate, first_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from igniter_nb.graph import CompiledGraph

_Told = TypeVar("_Told")

RESERVED = frozenset(name for name in vars(Result) if not name.startswith("_"))
"""Names that an output may not have, since results use them."""


class ContractMeta(type):
    """Makes a class of a body: collects what it declares and has it compiled."""

    compiled_graph: CompiledGraph
    _program: Program | None
    _options: Options
    _given: Mapping[str, Any]
    _statements: tuple[Statement, ...] | None

    @classmethod
    def __prepare__(cls, _name: str, _bases: tuple[type, ...], /, **_options: Any) -> Body:
        """Give the body a namespace that remembers declarations."""
        return Body(here(2))

    def __new__(
        cls, name: str, bases: tuple[type, ...], body: dict[str, Any], /, **options: Any
    ) -> Any:
        """Make the class and compile what its body declares."""
        if not isinstance(body, Body) and any(map(is_declaration, body.values())):
            body = Body.of(body, here(2))  # a class made by a call of its metaclass
        attributes = {key: value for key, value in body.items() if not is_declaration(value)}
        declared = body.declared if isinstance(body, Body) else {}
        for key, declaration in declared.items():
            function = declaration.function
            if function is not None and not hasattr(Contract, key):
                attributes[key] = as_written(function)
        made = super().__new__(cls, name, bases, attributes)
        if isinstance(body, Body) and bases:
            resolve_annotations(made, body, sys._getframe(1).f_locals)  # noqa: SLF001 -- annotations may name locals of the place of definition
            try:
                ContractMeta.adopt(made, body, options)  # not by attribute: any name may be taken
            except BaseException as error:
                drop_ours(error, TypeError, ValueError)
                raise
        return made

    def __init__(
        cls, name: str, bases: tuple[type, ...], body: dict[str, Any], /, **_options: Any
    ) -> None:
        """Take the options that ``__new__`` has used."""
        super().__init__(name, bases, body)

    def __setattr__(cls, name: str, value: Any) -> None:
        """Refuse declarations: the class is compiled already.

        Raises:
            TypeError: the value is a declaration.
        """
        if is_declaration(value):
            msg = (
                f"{cls.__name__} is compiled: {value!r} would declare nothing; write {name} = ig.…"
                f" into its body, or into that of a class derived from {cls.__name__}"
            )
            raise TypeError(msg)
        super().__setattr__(name, value)

    def __repr__(cls) -> str:
        """Write the name of the contract."""
        return f"<contract {cls.__name__}>"

    def _repr_pretty_(cls, printer: Any, cycle: bool) -> None:  # noqa: FBT001 -- IPython's call
        """Write the graph as text where a terminal shows the class; inside a list its name."""
        graph = getattr(cls, "compiled_graph", None)
        if graph is None or cycle or len(printer.stack) > 1:
            printer.text(repr(cls))
            return
        notes = [f"Note: {note}" for note in outdated(cls)]
        printer.text("\n".join([first_lines(graph.to_text()), *notes]))

    @property
    def own_statements(cls) -> tuple[Statement, ...]:
        """What the body of this very class says, or what was said to its builder."""
        if cls._statements is None:
            return said_again(cls.compiled_graph)
        return cls._statements

    @property
    def given(cls) -> Mapping[str, Any]:
        """The options that were given to this very class."""
        return cls._given

    @property
    def options(cls) -> Options:
        """How instances run unless they are configured otherwise."""
        return cls._options

    def adopt(cls, body: Body, options: Mapping[str, Any]) -> None:
        """Compile the class from its own declarations and options and those that it inherits."""
        parents = [base for base in cls.__mro__[1:] if isinstance(base, ContractMeta)]
        cls._given = options
        cls._options = Options()
        for base in reversed([cls, *parents]):
            inherited = cls._options.policy  # adds up: deriving does not lift a ban
            found = checked_options(cls._options, base.given)
            cls._options = dataclasses.replace(found, policy=combined(inherited, found.policy))
        cls._statements = body.said()
        statements: list[Statement] = []
        for base in reversed([cls, *parents]):
            replaced = {statement.name for statement in base.own_statements if statement.name}
            statements = [kept for kept in statements if kept.name not in replaced]
            statements += base.own_statements
        builder = DraftBuilder(cls.__name__, at=body.location)
        for statement in statements:
            statement.act(builder)
        note_shadows(builder.draft, body)
        note_lost(builder.draft, cls, ContractMeta)
        note_replaced(builder.draft, cls, body, ours=OURS)
        builder.draft.inheritable = True
        if statements or builder.draft.problems:
            ContractMeta.finish(cls, builder.draft)

    def finish(cls, draft: Draft) -> None:
        """Compile a draft into this class."""
        draft.reserved = RESERVED
        draft.home = (cls.__module__, cls.__qualname__)
        cls.compiled_graph = compile_draft(draft)
        cls._program = None
        for holder in holders(cls, Contract):
            holder._program = None  # noqa: SLF001 -- a contract as well; its next instance says that it holds an older one

    def prepared(cls) -> Program:
        """Make what instances run, when the first of them is made.

        Raises:
            CompileError: the class declares nothing, or nothing but inputs.
        """
        graph: CompiledGraph | None = getattr(cls, "compiled_graph", None)
        if graph is None:
            msg = f"contract {cls.__name__} declares nothing: add ig.input(…) and @ig.output"
            raise CompileError(msg, {"graph": cls.__name__})
        if not graph.outputs:
            msg = (
                f"contract {cls.__name__} has no output, so there is nothing to run: derive a"
                f" contract from it, or decorate a function with @ig.output"
            )
            raise CompileError(msg, {"graph": cls.__name__})
        cls._program = Program(cls.compiled_graph)
        if told := outdated(cls):
            where = here(3)
            warnings.warn_explicit("; ".join(told), ContractWarning, where.file, where.line)
        return cls._program


class Contract(metaclass=ContractMeta):
    """A dependency graph, checked before it runs; derive from it and declare nodes in the body.

    An instance is one execution with its inputs.

    Class options: ``runner`` (``"inline"``, ``"threads"``), ``pool_size``, ``policy``.

    Args:
        inputs: input name to value.

    Raises:
        InputError: inputs are unknown, missing or of the wrong type; has every problem.
        CompileError: the class declares nothing.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     rate = ig.input(float, default=0.2)
        ...
        ...     @ig.output
        ...     def total(amount, rate):
        ...         return amount * (1 + rate)
        >>> price = Price(amount=100.0)
        >>> price.result.total
        120.0
        >>> price.update_inputs(amount=50.0).result.total
        60.0
    """

    compiled_graph: ClassVar[CompiledGraph]
    _program: ClassVar[Program | None] = None
    _options: ClassVar[Options] = Options()
    _statements: ClassVar[tuple[Statement, ...] | None] = ()
    _given: ClassVar[Mapping[str, Any]] = MappingProxyType({})

    execution: Execution

    def __init__(self, /, *misplaced: Any, **inputs: Any) -> None:
        cls = type(self)
        try:
            program = cls._program or ContractMeta.prepared(cls)
            if misplaced:
                refuse_positions(cls.__name__, program.inputs, misplaced)
            self.__dict__["execution"] = Execution(program, self, inputs, options=self._options)
        except BaseException as error:
            drop_ours(error, *[TypeError] * bool(misplaced))
            raise

    @classmethod
    def configured(cls, **options: Any) -> Callable[..., Contract]:
        """Return a factory of instances with other options.

        ``X.configured(runner="threads", pool_size=3)(a=1)``: inputs and options never mix.

        Raises:
            TypeError: an option is unknown.
            ValueError: an option has a value that it cannot have.
        """
        chosen = checked_options(cls._options, options)
        policy = combined(cls._options.policy, chosen.policy)  # adds up: it does not lift a ban
        chosen = dataclasses.replace(chosen, policy=policy)

        def make(**inputs: Any) -> Contract:
            made = cls.__new__(cls)
            made.__dict__["_options"] = chosen
            try:
                made.__init__(**inputs)  # type: ignore[misc]  # a subclass may have more to do there
            except BaseException as error:
                drop_ours(error)
                raise
            return made

        return make

    @classmethod
    def map(
        cls,
        rows: Any,
        outputs: Sequence[str] | None = None,
        *,
        on_error: Literal["raise", "collect"] = "raise",
        progress: Callable[[int, int], object] | None = None,
    ) -> Any:
        """Compute the outputs for each row of a table.

        Each row is computed as ``cls(**row)`` would be, many times faster: by
        :meth:`CompiledGraph.plan_source`. A column is checked once against the type of the input
        of its name; columns that are no inputs are left alone, inputs without a column take their
        defaults.

        Args:
            rows: a frame of pandas or polars, a table of Arrow, or several mappings of input name
                to value.
            outputs: names of the outputs that are wanted; all when left out.
            on_error: ``raise`` stops at the first row that fails, ``collect`` computes the others.
            progress: called with rows done and all rows, every 10,000 rows and at the end.

        Returns:
            A table of the same library (pandas for mappings) with a column for each output, in the
            order of the rows and with their index; with ``collect`` a :class:`MapResult`.

        Raises:
            MapError: a row failed.
            InputError: the table has no column for a required input.
            CapabilityViolationError: a node that is needed is denied by a policy.
            TypeError: ``rows`` is no table.
            KeyError: there is no such output.

        Examples:
            >>> class Price(ig.Contract):
            ...     amount = ig.input(float)
            ...     rate = ig.input(float, default=0.2)
            ...
            ...     @ig.output
            ...     def total(amount, rate):
            ...         return amount * (1 + rate)
            >>> Price.map([{"amount": 100.0}, {"amount": 10.0, "rate": 0.5}])
               total
            0  120.0
            1   15.0
        """
        program = cls._program or ContractMeta.prepared(cls)
        try:
            return mapped(
                program,
                cls,
                rows=rows,
                outputs=outputs,
                on_error=on_error,
                progress=progress,
                own=cls._options.policy,
                usual=cls.__init__ is Contract.__init__ and cls.__new__ is object.__new__,
            )
        except BaseException as error:
            drop_ours(error, TypeError, KeyError, ValueError)
            raise

    @classmethod
    def vectorised(cls, rows: Any, outputs: Sequence[str] | None = None) -> Any:
        """Compute the outputs with whole columns: each function is called once, with columns.

        Fast where the functions are written for it, with operators and ``numpy.where`` instead of
        ``if``; :meth:`map` computes the same row by row, whatever the functions are.

        Args:
            rows: a frame of pandas or polars, or a table of Arrow, with a column for each input.
            outputs: names of the outputs that are wanted; all when left out.

        Returns:
            A frame of the same library and index with a column for each output.

        Raises:
            ResolutionError: a function cannot take columns, or does not give one; names the node.
            GuardError: a guard does not hold in all rows.
            InputError: columns are missing or do not fit.
            TypeError: ``rows`` is no frame.
            KeyError: there is no such output.

        Examples:
            >>> import pandas as pd
            >>> class Price(ig.Contract):
            ...     amount = ig.input(float)
            ...     rate = ig.input(float, default=0.2)
            ...
            ...     @ig.output
            ...     def total(amount, rate):
            ...         return amount * (1 + rate)
            >>> Price.vectorised(pd.DataFrame({"amount": [100.0, 10.0]}))
               total
            0  120.0
            1   12.0
        """
        program = cls._program or ContractMeta.prepared(cls)
        try:
            owner = cls.__new__(cls)
            return vectorised(program, rows, outputs, owner=owner, options=cls._options)
        except BaseException as error:
            drop_ours(error, TypeError, KeyError)
            raise

    # --- inputs by name ---------------------------------------------------------------------

    def __setattr__(self, name: str, value: object) -> None:
        """Give an input a new value, as :meth:`update_inputs` does: ``price.order_total = 150``.

        Names that begin with an underscore, and attributes of the class that are not ours, are
        a subclass's own.

        Raises:
            InputError: the value does not fit; then nothing is updated.
            AttributeError: there is no such input; the text names the known ones.
        """
        try:
            if not assigned(self, name, value, ours=OURS):
                object.__setattr__(self, name, value)
        except BaseException as error:
            drop_ours(error)
            raise

    def __getattr__(self, name: str) -> Any:
        """Return an input's current value, updates that no run has seen yet included.

        Raises:
            AttributeError: there is no such input; the text says where outputs are.
        """
        return read(type(self), self, name, ours=OURS)

    def __dir__(self) -> list[str]:
        """Offer the inputs to completion; steps are the class's, and their values the result's."""
        nodes = {node.name: node for node in self.compiled_graph.nodes}
        own = [name for name in object.__dir__(self) if name not in nodes]
        return sorted({*own, *(name for name in nodes if isinstance(nodes[name], Input))})

    # --- running ----------------------------------------------------------------------------

    @property
    def result(self) -> Result:
        """The outputs: ``result.total`` or ``result["total"]``, resolved when read."""
        return Result(self.execution)

    def resolve(self, name: str) -> Any:
        """Return the value of an output or any other node, running what it needs.

        Raises:
            KeyError: there is no such node; the text names the known ones.
            IgniterError: the node, or something it depends on, failed.
        """
        try:
            return self.execution.read(self._id_of(name))
        except BaseException as error:
            drop_ours(error, KeyError)
            raise

    def resolve_all(self) -> Self:
        """Make every output fresh.

        Raises:
            IgniterError: the error of the first failed node, in topological order; everything
                else has run, and ``result.errors`` has all errors.
        """
        try:
            self.execution.resolve_outputs()
        except BaseException as error:
            drop_ours(error)
            raise
        return self

    async def aresolve_all(self) -> Self:
        """Make every output fresh while the caller's loop goes on: ``await x.aresolve_all()``.

        Cancelling the waiting task stops the run; what was done stays done. In a notebook a cell
        may await it as it is.

        Raises:
            IgniterError: as :meth:`resolve_all` does.
            asyncio.CancelledError: the waiting task was cancelled.

        Examples:
            >>> import asyncio
            >>> class Price(ig.Contract):
            ...     amount = ig.input(float)
            ...
            ...     @ig.output
            ...     async def total(amount):
            ...         return amount * 1.2
            >>> async def main():
            ...     price = await Price(amount=100.0).aresolve_all()
            ...     return price.result.total
            >>> asyncio.run(main())
            120.0
        """
        try:
            await resolve_outputs(self.execution)
            self.execution.raise_first()
        except BaseException as error:
            drop_ours(error)
            raise
        return self

    def update_inputs(self, /, **inputs: Any) -> Self:
        """Give inputs new values; what depends on them runs again when it is asked for.

        Raises:
            InputError: names are unknown or values do not fit; then nothing is updated.
        """
        try:
            self.execution.update(inputs)
        except BaseException as error:
            drop_ours(error)
            raise
        return self

    def resolve_incrementally(self, /, **inputs: Any) -> IncrementalReport:
        """Update inputs, make every output fresh and return who ran, who did not, and why.

        A failure is part of the report, not an exception.

        Raises:
            InputError: names are unknown or values do not fit; then nothing is updated.
        """
        try:
            if inputs:
                self.execution.update(inputs)
            return self.execution.report()
        except BaseException as error:
            drop_ours(error)
            raise

    def _id_of(self, name: str) -> int:
        graph = self.compiled_graph
        if name in graph.outputs:
            return graph.outputs[name]
        return graph.id_of(name)

    # --- asking: runs nothing, and is refused to the contract's own steps ------------------------

    @property
    def id(self) -> str:
        """Name of the execution, unique in the process."""
        return self.execution.id

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Input name to current value, updates that no run has seen yet included."""
        execution = self.execution
        execution.look("its inputs")
        inputs = execution.program.inputs
        return MappingProxyType({name: execution.given_now(inputs[name].id) for name in inputs})

    @property
    def cells(self) -> tuple[CellView, ...]:
        """Every node as it is now, by node id."""
        self.execution.look("its cells")
        return cell_views(self.execution)

    @property
    def children(self) -> Mapping[int, Contract]:
        """Node id to nested contract, for those that have run."""
        self.execution.look("its children")
        nodes = self.compiled_graph.nodes
        return {
            position: _over(held.contract, child)
            for (position, key), child in self.execution.nested_now()
            for held in nodes[position].nested
            if held.key is None is key
        }

    @property
    def succeeded(self) -> bool:
        """Whether every output is fresh."""
        return _all_fresh(self.cells, self.compiled_graph)

    @property
    def failed(self) -> bool:
        """Whether any node has failed, and no update since could mend it."""
        return _any_failed(self.cells)

    @property
    def pending(self) -> bool:
        """Whether something is left to run: not succeeded and nothing failed."""
        return not self.failed and not self.succeeded

    def plan(self, name: str | None = None) -> Plan:
        """Return what a run would do now, and what the policy would stop.

        Args:
            name: output or node to plan for; all outputs when left out.

        Raises:
            KeyError: there is no such node.
        """
        self.execution.look("a plan")
        try:
            return plan(self.execution, EVERY_OUTPUT if name is None else self._id_of(name))
        except KeyError as error:
            drop_ours(error, KeyError)
            raise

    def explain(self, name: str) -> Explanation:
        """Return what a value was made of, down to the inputs, running what it needs.

        Args:
            name: output or node to explain; of one that failed, why it has no value.

        Raises:
            KeyError: there is no such node; the text names the known ones.
        """
        return self._told(name, explain)

    def lineage(self, name: str) -> Lineage:
        """Return which inputs a value depends on, and through what, running what it needs.

        Args:
            name: output or node to trace.

        Raises:
            KeyError: there is no such node; the text names the known ones.
        """
        return self._told(name, lineage)

    def _told(self, name: str, tell: Callable[[Execution, int], _Told]) -> _Told:
        self.execution.look("an explanation")
        try:
            position = self._id_of(name)
            with suppress(IgniterError):  # that is told
                self.execution.read(position)
        except BaseException as error:
            drop_ours(error, KeyError)
            raise
        return tell(self.execution, position)

    @classmethod
    def capability_report(cls, policy: Policy | None = None) -> CapabilityReport:
        """Return what each step declares to touch, and what a policy says to it.

        Args:
            policy: the policy to ask; by default the ones in force here and the contract's own.
        """
        asked = combined(get_policy(), cls._options.policy) if policy is None else policy
        return capability_report(cls.compiled_graph, asked)

    # --- listening ----------------------------------------------------------------------------

    def subscribe(self, listener: Callable[[Event], object]) -> Subscription:
        """Have a function called with every event from now on; returns a handle to cancel."""
        return self.execution.hear().subscribe(listener)

    @property
    def events(self) -> EventLog:
        """The latest 10,000 events; recording begins when this is first asked for."""
        return self.execution.hear().keep()

    def live(self) -> Any:
        """Return a workbench: inputs to change, the diagram as it runs, an inspector, scenarios."""
        return display().live(self)

    def __copy__(self) -> Self:
        """Return an independent execution at the same state: ``other = copy.copy(price)``.

        Nothing runs and no value is copied, so a thousand nodes take a fraction of a millisecond.
        From then on each has its own inputs and values; listeners stay with the first.

        Raises:
            ResolutionError: a node of this execution asks for it while it runs, or a coroutine is
                running it.
        """
        made = type(self).__new__(type(self))
        made.__dict__.update(self.__dict__)
        made.__dict__["execution"] = self.execution.copied(made)
        return made

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied deeply: an execution has a lock, listeners and identity.

        Raises:
            TypeError: always.
        """
        msg = (
            f"{self.id} is one execution and cannot be pickled: copy.copy(x) makes another at the"
            f" same state, {type(self).__name__}(**x.inputs) a new one; or pickle what"
            " x.result.to_dict() returns"
        )
        raise TypeError(msg)

    def __repr__(self) -> str:
        """Write the execution, its inputs and how it stands; a text is nobody's value."""
        cells = cell_views(self.execution)
        inputs = [view for view in cells if view.kind == "input"]
        given = ", ".join(f"{view.name}={abbreviate(view.held, 30)}" for view in inputs)
        fresh = "succeeded" if _all_fresh(cells, self.compiled_graph) else "pending"
        return f"<{self.id}({given}): {'failed' if _any_failed(cells) else fresh}>"

    _repr_mimebundle_ = Shown()


def _all_fresh(cells: Sequence[CellView], graph: CompiledGraph) -> bool:
    return all(cells[position].status == "succeeded" for position in graph.outputs.values())


def _any_failed(cells: Sequence[CellView]) -> bool:
    return any(view.status == "failed" for view in cells)


def _over(contract: type[Contract], execution: Execution) -> Contract:
    """Return an instance that looks at an existing execution."""
    made = contract.__new__(contract)
    made.__dict__["execution"] = execution
    return made


OURS = frozenset(
    name
    for name in (*vars(Contract), "compiled_graph", "execution")
    if not name.startswith("__") and name != "_repr_mimebundle_"
)
"""Names by which contracts work; a body may declare nodes, but no attributes, of these names."""
