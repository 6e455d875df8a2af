"""Callables as a graph sees them: their signatures, read without calling anything.

A function's parameters name its dependencies, so its signature is part of the graph. This file
reads signatures once, for functions, lambdas, partials, methods, callable objects, executor
classes and coroutine functions alike, and turns them into one frozen value: a :class:`Callee`.
Nothing is called here.
"""

from __future__ import annotations

import functools
import inspect
from contextlib import suppress
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from igniter_nb.capabilities import (
    DECLARED,
    Declared,
    IsPure,
    capabilities_of,
    merged,
)
from igniter_nb.text import abbreviate, class_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Executor:
    """The work of one node, as a class with a method ``call``.

    The parameters of ``call`` behind ``self`` name the dependencies. A class given to a node is
    instantiated anew for every call, so executions share nothing; an instance is used as it is.

    Attributes:
        declared_capabilities: what the class and its parents declare, by ``@ig.requires``.
        is_pure: whether it declares that it touches nothing.

    Examples:
        >>> class Doubled(ig.Executor):
        ...     def call(self, amount):
        ...         return 2 * amount
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     total = ig.output(Doubled)
        >>> Price(amount=10.0).result.total
        20.0
    """

    declared_capabilities = Declared()
    is_pure = IsPure()


@dataclass(frozen=True, slots=True)
class Callee:
    """A callable as the graph sees it.

    Attributes:
        target: what was given: a function, partial, method, object or executor class.
        positional: names of the parameters that may be passed by position, in order.
        optional: names of the parameters that have a default.
        keyword_only: names of the parameters that must be passed by name.
        accepts_rest: whether it takes further arguments by position (``*args``).
        accepts_any: whether it takes further named arguments (``**kwargs``).
        wants_self: whether its first parameter is the contract instance.
        unreadable: whether it has no signature to read (some built-ins).
        by_position: how many of the positional ones cannot be passed by name.
        wrapped: whether a decorator's wrapper stands for it, which shows its parameters.
    """

    target: Any
    positional: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()
    keyword_only: tuple[str, ...] = ()
    accepts_rest: bool = False
    accepts_any: bool = False
    wants_self: bool = False
    unreadable: bool = False
    by_position: int = 0
    wrapped: bool = False

    def __eq__(self, other: object) -> bool:
        """Compare by content: the same code with the same defaults and closure is equal."""
        if not isinstance(other, Callee):
            return NotImplemented
        if self.target is other.target:
            return True
        try:
            return bool(_content(self.target) == _content(other.target))
        except Exception:  # noqa: BLE001 -- closures may hold values that refuse to be compared
            return False

    def __hash__(self) -> int:
        """Hash the part of the content that is always hashable."""
        return hash((self.label, self.positional, self.keyword_only))

    @property
    def function(self) -> Any:
        """What holds the code: the function, or the ``call`` of an executor."""
        return _underlying(self.target)

    @property
    def label(self) -> str:
        """How error texts and pictures call it: a class's or function's qualified name."""
        target = self.target
        while isinstance(target, functools.partial):
            target = target.func
        return _called(target).rpartition("<locals>.")[2]

    @property
    def supplied(self) -> bool:
        """Whether it brings arguments of its own: a partial."""
        target = self.target
        return isinstance(target, functools.partial) and bool(target.args or target.keywords)

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it declares to touch, on the object or on the method that does its work."""
        declared = capabilities_of(self.target)
        if type(self.target) is FunctionType:
            return declared
        return merged(declared, capabilities_of(self.function))

    @property
    def doc(self) -> str:
        """First paragraph of its own documentation, inherited ones left out; empty if none."""
        target = self.target
        while isinstance(target, functools.partial):
            target = target.func
        if inspect.isroutine(target):
            text = target.__doc__
        else:
            own = vars(target if isinstance(target, type) else type(target))
            text = own.get("__doc__") or getattr(
                own.get("call", own.get("__call__")), "__doc__", ""
            )
        return inspect.cleandoc(text or "").partition("\n\n")[0]

    @property
    def is_generator(self) -> bool:
        """Whether calling it gives a generator, of either kind."""
        if type(self.target) is FunctionType:
            flags = self.target.__code__.co_flags
            return bool(flags & _GENERATES) and not flags & inspect.CO_ITERABLE_COROUTINE
        flags = getattr(getattr(self.function, "__code__", None), "co_flags", 0)
        if flags & inspect.CO_ITERABLE_COROUTINE:  # it is awaited
            return False
        return bool(flags & _GENERATES) or inspect.isgeneratorfunction(self.function)

    def default_of(self, parameter: str) -> Any:
        """Return the default of a parameter; None if it is not known."""
        found = inspect.signature(self.function).parameters.get(parameter)
        return None if found is None else found.default

    def in_order(self, params: Sequence[str]) -> int:
        """Count the leading arguments that can go by position; the others go by name.

        Args:
            params: the parameter that each argument is passed as.
        """
        if params == self.positional:
            return len(params)
        for count, name in enumerate(params):
            spot = self.positional[count] if count < len(self.positional) else None
            rest = spot is None and name.startswith("*")
            if name != spot and not rest:
                return count
        return len(params)

    def misfit(self, params: Sequence[str]) -> str:
        """Say why a wrapper would refuse arguments that the function below it takes.

        Args:
            params: the parameter that each argument is passed as.

        Returns:
            What Python would say, empty if the wrapper takes them or does not tell.
        """
        target = self.target
        made = isinstance(target, type) and issubclass(target, Executor)
        called: Any = target.call if made or isinstance(target, Executor) else target
        own = made and isinstance(inspect.getattr_static(target, "call"), FunctionType)
        in_order = self.in_order(params)
        given: list[Any] = [*[self] * (own or self.wants_self), *params[:in_order]]
        named = dict.fromkeys(params[in_order:])
        while isinstance(called, functools.partial):
            given = [*called.args, *given]
            named = {**called.keywords, **named}
            called = called.func
        try:
            takes = inspect.signature(called, follow_wrapped=False)
        except (ValueError, TypeError):
            return ""
        try:
            takes.bind(*given, **named)
        except TypeError as error:
            return str(error)
        return ""

    def annotations(self) -> dict[str, Any]:
        """Return the annotations that can be resolved, ``return`` among them.

        Names that do not exist (yet) are left out: an annotation never breaks a contract.
        """
        function = self.function
        if isinstance(function, type):
            return {**_annotations(function.__init__), "return": function}  # type: ignore[misc]  # asked of exactly this class
        return _annotations(function)


def _called(target: Any) -> str:
    """Return the qualified name of what is called; of an object that has none, of its class."""
    if isinstance(target, type):
        return class_name(target, qualified=True)
    with suppress(Exception):
        name = target.__qualname__
        if type(name) is str:
            return name
    return class_name(type(target), qualified=True)


def describe(target: Any) -> Callee:
    """Read the signature of a callable.

    Args:
        target: a function, lambda, ``functools.partial``, method, callable object, executor
            instance or class, or coroutine function.

    Returns:
        What the compiler and the steps need to know of it.

    Raises:
        TypeError: the object cannot be called, or an executor class has no method ``call`` or
            cannot be instantiated without arguments.
    """
    if type(target) is FunctionType:
        return _plain(target)
    if isinstance(target, type) and issubclass(target, Executor):
        _check_executor(target)
        _check_makeable(target)
        unbound = isinstance(inspect.getattr_static(target, "call"), FunctionType)
        return _from_signature(target, target.call, drop=int(unbound))  # type: ignore[attr-defined]
    if isinstance(target, Executor):
        _check_executor(type(target))
        return _from_signature(target, target.call)  # type: ignore[attr-defined]
    if not callable(target):
        msg = (
            "expected something that can be called (a function, an executor, a callable object),"
            f" got {class_name(type(target))} {abbreviate(target)}"
        )
        raise TypeError(msg)
    return _from_signature(target, target)


def _check_executor(cls: type) -> None:
    if not callable(getattr(cls, "call", None)):
        name = class_name(cls, qualified=True)
        msg = f"executor {name} has no method call: add `def call(self, …)` to it"
        raise TypeError(msg)


def _check_makeable(cls: type) -> None:
    """Check that a class can be instantiated anew for every call."""
    empty = inspect.Parameter.empty
    needed = [
        name
        for name, parameter in inspect.signature(cls).parameters.items()
        if parameter.default is empty and parameter.kind not in _VARIADIC_KINDS
    ]
    if needed:
        msg = (
            f"executor {cls.__qualname__} is made anew for every call and cannot be given"
            f" {', '.join(needed)}: give an instance, {cls.__qualname__}(…)"
        )
        raise TypeError(msg)


_VARIADIC_KINDS = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
_GENERATES = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR
_VARIADIC = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS


def _plain(function: FunctionType) -> Callee:
    """Read a plain function from its code object: the case that has to be fast."""
    code = function.__code__
    if (
        code.co_flags & _VARIADIC
        or code.co_kwonlyargcount
        or (function.__dict__ and "__wrapped__" in function.__dict__)
    ):
        return _from_signature(function, function)
    names = code.co_varnames[: code.co_argcount]
    defaults = function.__defaults__
    optional = frozenset(names[-len(defaults) :]) if defaults else frozenset()
    fixed = code.co_posonlyargcount
    if names and names[0] == "self":
        fixed = max(fixed - 1, 0)
        return Callee(function, names[1:], optional, wants_self=True, by_position=fixed)
    return Callee(function, names, optional, by_position=fixed)


def _from_signature(target: Any, function: Callable[..., Any], *, drop: int = 0) -> Callee:
    try:
        parameters = list(inspect.signature(function).parameters.values())[drop:]
    except (ValueError, TypeError):
        return Callee(target, accepts_rest=True, unreadable=True)
    first = parameters[0] if parameters and not drop else None
    # A built-in method takes its "self" by position alone: that is a value, not a contract.
    wants_self = (
        first is not None and first.name == "self" and first.kind is not first.POSITIONAL_ONLY
    )
    if wants_self:
        parameters = parameters[1:]
    kind = inspect.Parameter
    bound = set(target.keywords) if isinstance(target, functools.partial) else set()
    free = [p for p in parameters if p.name not in bound]
    return Callee(
        target,
        positional=tuple(
            p.name for p in free if p.kind in (kind.POSITIONAL_ONLY, kind.POSITIONAL_OR_KEYWORD)
        ),
        optional=frozenset(p.name for p in free if p.default is not kind.empty),
        keyword_only=tuple(p.name for p in free if p.kind is kind.KEYWORD_ONLY),
        accepts_rest=any(p.kind is kind.VAR_POSITIONAL for p in free),
        accepts_any=any(p.kind is kind.VAR_KEYWORD for p in free),
        wants_self=wants_self,
        by_position=sum(p.kind is kind.POSITIONAL_ONLY for p in free),
        wrapped=hasattr(_underlying(target), "__wrapped__"),
    )


def _underlying(target: Any) -> Any:
    while isinstance(target, functools.partial):
        target = target.func
    if isinstance(target, Executor) or (isinstance(target, type) and issubclass(target, Executor)):
        return target.call  # type: ignore[union-attr]
    if isinstance(target, type) or inspect.isroutine(target):
        return target
    return type(target).__call__


def _annotations(function: Any) -> dict[str, Any]:
    """Return the annotations of a function that can be resolved."""
    raw = getattr(function, "__annotations__", {})
    if not any(isinstance(value, str) for value in raw.values()):
        return dict(raw)
    scope = _visible(inspect.unwrap(function))
    found: dict[str, Any] = {}
    for name, value in raw.items():
        with suppress(Exception):  # a name that exists only for type checkers says nothing here
            found[name] = eval(value, scope) if isinstance(value, str) else value  # noqa: S307 -- the user's own annotation, in the user's own globals
    return found


def _visible(function: Any) -> dict[str, Any]:
    """Return the names that a function's annotations may use: globals and closure."""
    function = getattr(function, "__func__", function)
    if not isinstance(function, FunctionType):
        return {}
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    closure = {key: cell.cell_contents for key, cell in cells if _filled(cell)}
    return {**function.__globals__, **closure}


def _filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 -- reading it is the test
    except ValueError:
        return False
    return True


def _content(target: Any, inside: tuple[Any, ...] = ()) -> Any:
    """Return what makes two callables equal; the object itself where nothing better is known.

    Args:
        target: the callable, or a value that one holds.
        inside: functions whose closures surround it; one that holds itself ends there.
    """
    if isinstance(target, functools.partial):
        return (_content(target.func, inside), target.args, sorted(target.keywords.items()))
    if not isinstance(target, FunctionType):
        return target
    if target in inside:
        return inside.index(target)
    cells = target.__closure__ or ()
    around = (*inside, target)
    closure = tuple(_content(cell.cell_contents, around) for cell in cells if _filled(cell))
    kwdefaults: Mapping[str, Any] = target.__kwdefaults__ or {}
    return (
        target.__module__,
        target.__qualname__,
        _placeless(target.__code__),
        target.__defaults__,
        tuple(kwdefaults.items()),
        closure,
        getattr(target, DECLARED, ()),
    )


def _placeless(code: CodeType) -> CodeType:
    """Return code without the place where it was written, which is no content."""
    inner = (_placeless(item) if isinstance(item, CodeType) else item for item in code.co_consts)
    return code.replace(co_filename="", co_firstlineno=1, co_linetable=b"", co_consts=tuple(inner))
