"""Builder of drafts: declarations by calls, which the class form makes too.

Each word of :mod:`igniter_nb.contract.words` has its method, with the node's name first. A method
checks what it is given on its own (a wrong call is a ``TypeError`` at that line); whether the
nodes fit together is the compiler's to say, all at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from types import FunctionType
from typing import Any, Self

from igniter_nb.compiler import Draft
from igniter_nb.contract.arguments import (
    OPTIONS,
    dependencies,
    equality,
    extra,
    gated,
    makes,
    unknown_options,
)
from igniter_nb.contract.conditions import MATCHERS, condition
from igniter_nb.display import place
from igniter_nb.errors import Location, Problem
from igniter_nb.graph import (
    MISSING,
    Callee,
    CompiledGraph,
    Compose,
    Compute,
    Const,
    Guard,
    Input,
    Kind,
    Node,
    Output,
    Project,
    describe,
)
from igniter_nb.incremental import FleetingError, kept
from igniter_nb.text import abbreviate

_location = lru_cache(maxsize=128)(Location)
"""A loop declares many nodes on one line: they share one value."""


def here(depth: int) -> Location:
    """Return the place of the calling code, ``depth`` frames up."""
    frame = sys._getframe(depth)  # noqa: SLF001 -- the documented way to a caller's line
    return _location(frame.f_code.co_filename, frame.f_lineno)


class DraftBuilder:
    """Collects declarations into a draft.

    Args:
        name: name of the contract.
        at: where the contract is declared.

    Raises:
        TypeError: the name is no text.
    """

    def __init__(self, name: str, *, at: Location) -> None:
        self.draft = Draft(_checked_name(name), location=at)
        self._scope = ""
        self._nodes = self.draft.nodes
        self._described: dict[FunctionType, Callee] = {}

    def input(  # noqa: PLR0913 -- the word's options, all keywords
        self,
        name: str,
        type: Any = Any,  # noqa: A002 -- the word of the design
        *,
        default: Any = MISSING,
        required: bool | None = None,
        strict: bool = True,
        borrow: bool = False,
        doc: str = "",
        at: Location | None = None,
        **unknown: Any,
    ) -> Self:
        """Declare an input.

        Args:
            name: name of the node.
            type: any annotation that pydantic understands, or any class.
            default: value used when none is given; a function, lambda, method, partial or class
                is called without arguments for each execution.
            required: whether leaving it out is an error; by default it is if there is no
                default. ``required=False`` without a default gives None.
            strict: whether validation refuses to convert.
            borrow: whether a given value that can be changed in place is kept as it is, without a
                copy; nobody may change it then.
            doc: what it means.
            at: place to name in errors; the caller's when left out.
            unknown: refused.

        Returns:
            The builder itself.

        Raises:
            TypeError: the input is required and has a default, or an option is unknown.
        """
        if unknown:
            raise unknown_options("input", unknown)
        made = makes(default)
        if required and default is not MISSING:
            msg = f"input {name!r} is required and has a default: leave out one of the two"
            raise TypeError(msg)
        self._add(
            Input(
                name,
                self._scope,
                at or here(2),
                doc,
                type,
                MISSING if made else _kept(default),
                describe(default) if made else None,
                default is MISSING if required is None else required,
                strict,
                borrow=borrow,
            )
        )
        return self

    def const(  # noqa: PLR0913 -- the word's options, all keywords
        self,
        name: str,
        value: Any,
        *,
        capabilities: Sequence[str] = (),
        pure: bool = False,
        borrow: bool = False,
        doc: str = "",
        at: Location | None = None,
        **unknown: Any,
    ) -> Self:
        """Declare a constant; a function without parameters is called once per execution.

        Raises:
            TypeError: an option is unknown.
        """
        if unknown:
            raise unknown_options("const", unknown)
        call = describe(value) if isinstance(value, FunctionType) else None
        declared = extra(capabilities, pure=pure)
        held = MISSING if call else value if borrow else _kept(value)
        where = at or here(2)
        self._add(Const(name, self._scope, where, doc, held, call, declared, borrow=borrow))
        return self

    def compute(  # noqa: PLR0913 -- the word's options, all keywords
        self,
        name: str,
        function: Any,
        *,
        depends_on: Any = None,
        capabilities: Sequence[str] = (),
        pure: bool = False,
        borrow: bool = False,
        doc: str = "",
        equal: Callable[[Any, Any], bool] | None = None,
        kind: Kind = Kind.COMPUTE,
        at: Location | None = None,
        **unknown: Any,
    ) -> Self:
        """Declare a value computed from others.

        Args:
            name: name of the node.
            function: a function, lambda, partial, method, callable object, executor class or
                instance, or coroutine function. Its parameters name its dependencies.
            depends_on: which nodes it reads, if its parameters do not say: a name, a list
                (bound by name; in order if none is a parameter), or ``{parameter: node}``.
            capabilities: what it may touch, besides what the function declares.
            pure: whether it is declared to touch nothing.
            borrow: whether it gets arguments that can be changed in place as they are, not as
                copies or views, and may go on holding what it returns. It saves the copies; a
                function that changes them makes wrong what others see.
            doc: what it means; by default the function's documentation.
            equal: takes the old value and the new one and returns whether they are equal; if so,
                the old one stays and what depends on the node does not run. By default all that
                they hold is compared.
            kind: ``compute``, ``lookup`` or ``map``.
            at: place to name in errors; the caller's when left out.
            unknown: refused.

        Returns:
            The builder itself.

        Raises:
            TypeError: the function cannot be called, ``depends_on`` has no known form, ``equal``
                does not take two values, or an option is unknown.
        """
        if unknown:
            raise unknown_options(str(kind), unknown)
        if type(name) is not str:
            _text(name, "the name of a node")
        self._nodes.append(
            Compute(
                name,
                self._scope,
                at or here(2),
                doc,
                self._describe(function),
                None if depends_on is None else dependencies(depends_on),
                extra(capabilities, pure=pure) if capabilities or pure else (),
                kind,
                None if equal is None else equality(equal),
                borrow=borrow,
            )
        )
        return self

    def lookup(self, name: str, function: Any, **options: Any) -> Self:
        """Declare a value that is looked up: :meth:`compute` with its own kind in pictures."""
        options.setdefault("at", here(2))
        return self.compute(name, function, kind=Kind.LOOKUP, **options)

    def map(self, name: str, function: Any, *, over: Any = MISSING, **options: Any) -> Self:
        """Declare one node's value turned into another: :meth:`compute` of one dependency.

        Args:
            name: name of the node.
            function: takes the value of ``over`` as its first parameter, whatever its name.
            over: name of the node.
            options: see :meth:`compute`.
        """
        if options.keys() - OPTIONS["map"]:
            raise unknown_options("map", options)
        if over is MISSING:
            raise TypeError("ig.map() missing 1 required keyword-only argument: 'over'")
        options.setdefault("at", here(2))
        first = describe(function).positional
        depends_on: Any = {first[0]: over} if first else (over,)
        return self.compute(name, function, depends_on=depends_on, kind=Kind.MAP, **options)

    def project(  # noqa: PLR0913 -- the word's options, all keywords
        self,
        name: str,
        source: str,
        *,
        key: str | int | None = None,
        path: Sequence[str | int] | None = None,
        default: Any = MISSING,
        doc: str = "",
        at: Location | None = None,
        **unknown: Any,
    ) -> Self:
        """Declare a part of another node's value; items and fields only, nothing is called.

        Args:
            name: name of the node.
            source: name of the node whose value is taken apart.
            key: one key, index or field, or ...
            path: ... several, outermost first.
            default: value used when a part is missing; without it that is an error.
            doc: what it means.
            at: place to name in errors; the caller's when left out.
            unknown: refused.

        Raises:
            TypeError: not exactly one of ``key`` and ``path`` is given, or an option is unknown.
        """
        if unknown:
            raise unknown_options("project", unknown)
        if (key is None) == (path is None):
            given = f"{abbreviate(key)} and {abbreviate(path)}"
            msg = f"project {name!r} expects one of key= and path=, got {given}"
            raise TypeError(msg)
        steps = (key,) if path is None else tuple(path)
        if not steps or not all(isinstance(step, (str, int)) for step in steps):
            msg = f"project {name!r} expects keys as text or whole numbers, got {abbreviate(steps)}"
            raise TypeError(msg)
        _text(source, f"the name of a node to project {name!r} from")
        where = at or here(2)
        self._add(Project(name, self._scope, where, doc, source, steps, default))  # type: ignore[arg-type]
        return self

    def guard(  # noqa: PLR0913 -- the word's options, all keywords
        self,
        name: str,
        what: Any,
        *,
        depends_on: Any = None,
        message: str = "",
        gates: str | Sequence[str] = (),
        capabilities: Sequence[str] = (),
        pure: bool = False,
        borrow: bool = False,
        doc: str = "",
        at: Location | None = None,
        **matcher: Any,
    ) -> Self:
        """Declare a condition; the nodes that depend on it run only while it holds.

        Args:
            name: name of the node; its value is True.
            what: a function that returns a truth value (True, False, None or a number; a text
                or a collection is refused), or the name of a node to match.
            depends_on: see :meth:`compute`; only with a function.
            message: what the error says when it does not hold.
            gates: names of nodes that it gates besides those that depend on it, or ``"all"``.
            capabilities: what the function may touch.
            pure: whether the function is declared to touch nothing.
            borrow: see :meth:`compute`.
            doc: what it means.
            at: place to name in errors; the caller's when left out.
            matcher: one of ``equals``, ``one_of``, ``matches`` (a pattern found in the text) and
                ``between`` (lowest and highest), with the name of a node.

        Raises:
            TypeError: no matcher, more than one, one of the wrong form, a matcher together with a
                function, or an option is unknown.
        """
        if matcher.keys() - MATCHERS:
            raise unknown_options("guard", matcher)
        where = at or here(2)
        if isinstance(what, str):
            if depends_on is not None:
                msg = f"guard {name!r}: depends_on needs a function, not the name of a node"
                raise TypeError(msg)
            holds, said = condition(name, matcher)
            call, wanted = Callee(holds, ("value",)), {"value": what}
        else:
            if matcher:
                needs = f"{', '.join(matcher)} needs the name of a node"
                msg = f"guard {name!r}: {needs}, not {abbreviate(what)}"
                raise TypeError(msg)
            call, said, wanted = describe(what), "", dependencies(depends_on)  # type: ignore[assignment]
        names, declared = gated(gates), extra(capabilities, pure=pure)
        borrows = borrow or bool(said)  # a matcher of ours changes nothing
        node = Guard(
            name,
            self._scope,
            where,
            doc,
            call,
            wanted,
            declared,
            message,
            names,
            said,
            borrow=borrows,
        )
        self._add(node)
        return self

    def compose(
        self,
        name: str,
        contract: Any,
        *,
        inputs: Mapping[str, str] | Sequence[str] = (),
        doc: str = "",
        at: Location | None = None,
        **unknown: Any,
    ) -> Self:
        """Declare a nested contract.

        Args:
            name: name of the node; its value has the nested outputs.
            contract: the class of the nested contract.
            inputs: ``{nested input: our node}``, or a list of names that are the same in both.
            doc: what it means.
            at: place to name in errors; the caller's when left out.
            unknown: refused.

        Raises:
            TypeError: ``contract`` is no contract class, or an option is unknown.
        """
        if unknown:
            raise unknown_options("compose", unknown)
        graph = getattr(contract, "compiled_graph", None)
        if not (isinstance(contract, type) and isinstance(graph, CompiledGraph)):
            msg = f"compose {name!r} expects a contract class, got {abbreviate(contract)}"
            raise TypeError(msg)
        if not graph.outputs:
            msg = f"compose {name!r}: contract {graph.name} has no output that could be nested"
            raise TypeError(msg)
        named = dependencies(inputs, "inputs") or ()
        mapped = named if isinstance(named, Mapping) else {item: item for item in named}
        self._add(Compose(name, self._scope, at or here(2), doc, contract, mapped))
        return self

    def output(
        self,
        name: str,
        function: Any = None,
        *,
        source: str | None = None,
        doc: str = "",
        at: Location | None = None,
        **options: Any,
    ) -> Self:
        """Declare an output.

        Args:
            name: name of the output.
            function: work of a new node of that name, see :meth:`compute`; or leave it out.
            source: name of a node, or ``"child.output"`` of a nested contract, to be shown under
                the new name. With neither, the node of that name itself is the output.
            doc: what it means.
            at: place to name in errors; the caller's when left out.
            options: with a function, see :meth:`compute`.

        Raises:
            TypeError: both ``function`` and ``source`` are given, options of a function without
                one, or an option is unknown.
        """
        if options.keys() - OPTIONS["output"]:
            raise unknown_options("output", options)
        where = at or here(2)
        if function is not None and source is not None:
            msg = f"output {name!r} expects a function or source=, not both"
            raise TypeError(msg)
        if function is not None:
            self.compute(name, function, doc=doc, at=where, **options)
        elif options:
            msg = f"output {name!r}: {', '.join(options)} needs a function, there is none"
            raise TypeError(msg)
        if source is None:
            self.draft.exposed.append((name, where))
        else:
            shown = _text(source, f"the name of a node for output {name!r}")
            node, dot, item = shown.partition(".")
            self._add(Output(name, self._scope, where, doc, node, item if dot else None))
        return self

    def expose(self, *names: str, at: Location | None = None) -> Self:
        """Declare that nodes are outputs under their own names."""
        where = at or here(2)
        self.draft.exposed += [(_text(name, "the name of a node"), where) for name in names]
        return self

    def export(self, *names: str, source: str, at: Location | None = None) -> Self:
        """Declare outputs of a nested contract as our own, under the same names."""
        where = at or here(2)
        for name in names:
            self.output(name, source=f"{source}.{name}", at=where)
        return self

    @contextmanager
    def noting(self, name: str, location: Location) -> Iterator[None]:
        """Turn a wrong call in the block into a problem of the draft, to be reported with all."""
        try:
            yield
        except (TypeError, ValueError) as error:
            path = f"{self._scope}.{name}" if self._scope else name
            message = str(error).replace(f"{DraftBuilder.__name__}.", "ig.")
            self.draft.problems.append(
                Problem("bad-declaration", message, name, path, place(location))
            )

    @contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Put the nodes declared in the block on paths behind a name."""
        outer = self._scope
        self._scope = ".".join(part for part in (outer, name) if part)
        try:
            yield
        finally:
            self._scope = outer

    def _describe(self, function: Any) -> Callee:
        """Read a signature; one function may do the work of many nodes."""
        if type(function) is not FunctionType:
            return describe(function)
        found = self._described.get(function)
        if found is None:
            found = self._described[function] = describe(function)
        return found

    def take(self, node: Node) -> None:
        """Take over a node that another contract declares."""
        self._nodes.append(node)

    def _add(self, node: Node) -> None:
        _text(node.name, "the name of a node")
        self._nodes.append(node)


def _kept(value: object) -> object:
    """Return a copy of a declared value; one that does not last is the compiler's to refuse."""
    try:
        return kept(value)
    except FleetingError:
        return value


def _checked_name(name: object) -> str:
    if name == "":
        msg = "the name of a contract cannot be empty"
        raise TypeError(msg)
    return _text(name, "the name of a contract")


def _text(value: object, what: str) -> str:
    if isinstance(value, str):
        return value
    msg = f"{what} is a text, got {abbreviate(value)}"
    raise TypeError(msg)
