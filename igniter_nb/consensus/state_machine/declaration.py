"""Declaration of a state machine: a state of plain data, and reducers that make the next one.

A reducer is ``(state, command) -> state`` in the body of a :class:`StateMachine`, written without
self. Every node runs it on the same state with the same command, and again when it replays its
log, so it must not read a clock, chance or a file. What always holds:

1. A reducer is given a state and a command that cannot be changed (:class:`FrozenDict`,
   :class:`FrozenList`); it returns a new state, which may hold parts of both.
2. What it returns is copied where it is not frozen yet, so nobody else holds a part of the state.
3. A reducer that raises, or returns what is no plain data, has failed for the one command: the
   state stays, and every node says the same.
4. A reducer that fails in a way that can depend on the machine (``MemoryError``, ``OSError``,
   ``ImportError``, and what was raised because of one) has not failed for the command: it ends the
   node, since the others may have carried the command out.

Frozen means that every method that changes a dict or list raises. A function in C that writes into
a list without asking it, like ``heapq.heappush``, is not held off: give it a copy, ``[*queue]``.
"""

from __future__ import annotations

import inspect
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeAlias, TypeVar, overload

from igniter_nb.consensus.state_machine.frozen import FrozenDict, freeze, problems
from igniter_nb.consensus.state_machine.reducers import (
    NodeFailedError,
    interrupts,
    of_this_node,
    raised,
    run,
)
from igniter_nb.errors import CommandError
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


Step: TypeAlias = "Callable[[Any, Any], Any]"
Function = TypeVar("Function", bound="Callable[..., Any]")

# --- frozen data --------------------------------------------------------------------------


# --- declaring ----------------------------------------------------------------------------


class Reducer:
    """A function that :func:`apply` marked; calling it calls the function.

    Attributes:
        name: the type of the commands that it is for.
        function: ``(state, command) -> state``.
    """

    def __init__(self, name: object, function: Any) -> None:
        self.name = name
        self.function = function.__func__ if isinstance(function, staticmethod) else function

    def __call__(self, state: Any, command: Any) -> Any:
        """Run the function, as a test may want to."""
        return self.function(state, command)

    def wrong(self) -> str:
        """Say what is wrong with it, nothing if all is well."""
        name, function = self.name, self.function
        if type(name) is not str or not name:
            return f"expected a command type that is a str and not empty, came {abbreviate(name)}"
        if name == "<lambda>":
            return 'a lambda has no name; say its command type: apply("add")(lambda ...)'
        if isinstance(function, Reducer):
            return "apply marks a function once; call the one from the other for a second type"
        if not callable(function):
            return f"expected a function (state, command), came {abbreviate(function)}"
        if _waits(function):
            return "expected a function that returns the new state, came one that waits or yields"
        return _wrong_parameters(function)


def _waits(function: Any) -> bool:
    return (
        inspect.iscoroutinefunction(function)
        or inspect.isasyncgenfunction(function)
        or inspect.isgeneratorfunction(function)
    )


def _wrong_parameters(function: Callable[..., Any]) -> str:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ""  # some functions in C do not tell
    try:
        signature.bind(None, None)
    except TypeError:
        hint = "; leave self out" if "self" in signature.parameters else ""
        return f"expected the parameters (state, command), came {signature}{hint}"
    return ""


class _Named:
    """What ``apply("type")`` returns: it takes the function."""

    def __init__(self, name: object) -> None:
        self.name = name

    def __call__(self, function: Any) -> Any:
        return Reducer(self.name, function)


@overload
def apply(function: Function, /) -> Function: ...
@overload
def apply(name: str, /) -> Callable[[Function], Function]: ...
def apply(function: Any = None, /) -> Any:
    """Mark a function in a class body as the reducer of a command type.

    As ``@apply`` the function's name is the type, as ``@apply("add-order")`` the given text is.
    The function takes state and command, without self, and returns the new state. The same two must
    give the same state whenever and wherever it runs; see :class:`StateMachine`.

    Args:
        function: the function, or the type.

    Raises:
        TypeError: neither was given.

    Examples:
        >>> class Counter(StateMachine):
        ...     @apply
        ...     def add(state, command):
        ...         return {**state, "count": state.get("count", 0) + 1}
        >>> command_types(Counter)
        ('add',)
    """
    if function is None:
        raise TypeError('expected @apply without brackets, or @apply("type"), came @apply()')
    if callable(function) or isinstance(function, staticmethod | classmethod):
        return Reducer(getattr(function, "__name__", ""), function)
    return _Named(function)


class _Body(dict[str, Any]):
    """The body of a class while it is read; it notes what a later definition would hide."""

    def __init__(self) -> None:
        super().__init__()
        self.reducers: list[tuple[str, Reducer]] = []

    def __setitem__(self, name: str, value: Any) -> None:
        if isinstance(value, Reducer):
            self.reducers.append((name, value))
            value = staticmethod(value.function)
        super().__setitem__(name, value)


class Declared(NamedTuple):
    """What a state machine declares, inherited things included.

    Attributes:
        reducers: by command type.
        attributes: names that the functions have in the class bodies.
        start: the first state, frozen.
    """

    reducers: Mapping[str, Step]
    attributes: frozenset[str]
    start: Any


class StateMachineType(type):
    """Checks a state machine as its class is defined."""

    initial: Any
    declared: Declared

    @classmethod
    def __prepare__(cls, _name: str, _bases: tuple[type, ...], /, **_options: Any) -> _Body:
        """Read the class body in order."""
        return _Body()

    def __new__(
        cls, name: str, bases: tuple[type, ...], body: dict[str, Any], /
    ) -> StateMachineType:
        """Make the class, or say everything that is wrong with it."""
        marked = body.reducers if isinstance(body, _Body) else []
        made = super().__new__(cls, name, bases, dict(body))
        parents = [base.declared for base in reversed(made.__mro__[1:]) if isinstance(base, cls)]
        attributes = {attribute for parent in parents for attribute in parent.attributes}
        found = _body_problems(marked, body, attributes) + problems(made.initial, "initial")
        if found:
            listed = "\n".join(f"  {number}. {line}" for number, line in enumerate(found, 1))
            raise TypeError(f"{name} cannot be a state machine:\n{listed}")
        reducers = {key: step for parent in parents for key, step in parent.reducers.items()}
        reducers.update((str(reducer.name), reducer.function) for _, reducer in marked)
        attributes.update(attribute for attribute, _ in marked)
        start = freeze(made.initial)
        made.declared = Declared(MappingProxyType(reducers), frozenset(attributes), start)
        return made


def _body_problems(
    reducers: list[tuple[str, Reducer]], body: Mapping[str, Any], inherited: set[str]
) -> list[str]:
    found = []
    seen: dict[object, str] = {}
    for attribute, reducer in reducers:
        if wrong := reducer.wrong():
            found.append(f"{attribute}: {wrong}")
        elif reducer.name in seen:
            found.append(f"{attribute}: type {reducer.name!r} has a reducer: {seen[reducer.name]}")
        elif attribute in _RESERVED or attribute.startswith("__"):
            found.append(f"{attribute}: the name is taken; name the function differently")
        seen.setdefault(reducer.name if type(reducer.name) is str else None, attribute)
    marked = {attribute: reducer.function for attribute, reducer in reducers}
    for attribute, value in body.items():
        if isinstance(value, _Named):
            found.append(f"{attribute}: apply({value.name!r}) was given no function")
        elif attribute in marked and getattr(value, "__func__", None) is not marked[attribute]:
            found.append(f"{attribute}: defined a second time, without @apply")
        elif attribute in inherited and attribute not in marked:
            found.append(f"{attribute}: hides an inherited reducer; mark it with @apply")
        elif attribute not in marked and _looks_like_reducer(value):
            found.append(
                f"{attribute}: takes (state, command) and no command runs it; "
                f"decorate {attribute} with @apply"
            )
    return found


def _looks_like_reducer(value: object) -> bool:
    function = value.__func__ if isinstance(value, staticmethod) else value
    code = function.__code__ if inspect.isfunction(function) else None
    return code is not None and code.co_varnames[: code.co_argcount] == ("state", "command")


_RESERVED = frozenset(("initial", "declared", "mro"))


class StateMachine(metaclass=StateMachineType):
    """The state that a cluster replicates, and the commands that change it.

    A subclass names the first state and a reducer for each type of command, see the example:
    ``{"type": "add_order", "id": "o1", "order": "books"}`` runs ``add_order``. A command without
    a type follows the key-value protocol, see
    :class:`igniter_nb.consensus.state_machine.machine.Machine`.

    A reducer must be deterministic: the same state and command give the same new state. No clock,
    no chance, no file, no network, no variable from outside that changes. Every node runs it for
    itself, and once more when it starts again, since what is replicated are the commands and not
    the states. Otherwise the nodes' states drift apart, nothing tells of it, and what is read
    depends on who leads. What it needs of such things belongs into the command: ``at=time.time()``.

    What a reducer raises is a refusal, the same on every node. Only memory that is spent, a file or
    connection that fails, a module that is not there (``MemoryError``, ``OSError``,
    ``ImportError``, ``sqlite3.OperationalError``, a thread that cannot be started) can differ from
    node to node: such an error ends the node, never the others, and the command is not refused. A
    reducer must not catch these, nor ``RecursionError``: how deep a node stands is its own. When
    the cause is gone, ``restart()`` the node; where no node can apply the command,
    :meth:`Cluster.skip` lets all of them pass over it.

    Attributes:
        initial: the state before the first command, plain data.

    Raises:
        TypeError: at the class definition, with everything that is wrong.

    Examples:
        >>> class OrderBook(StateMachine):
        ...     initial = {}
        ...
        ...     @apply
        ...     def add_order(state, command):
        ...         return {**state, command["id"]: command["order"]}
        >>> with Cluster.start(3, state_machine=OrderBook) as cluster:
        ...     written = cluster.write(type="add_order", id="o1", order="books")
        ...     cluster.read("o1")
        'books'
    """

    initial: ClassVar[Any] = {}


# --- running ------------------------------------------------------------------------------


def first_state(kind: StateMachineType) -> Any:
    """Return the first state of a machine, frozen; a new one where it is a dict."""
    start = kind.declared.start
    return freeze(dict(start)) if type(start) is FrozenDict else start


def command_types(kind: StateMachineType) -> tuple[str, ...]:
    """List the command types that a machine has reducers for, inherited ones first.

    Examples:
        >>> class Counter(StateMachine):
        ...     @apply
        ...     def add(state, command):
        ...         return {**state, "count": state.get("count", 0) + 1}
        >>> command_types(Counter)
        ('add',)
    """
    return tuple(kind.declared.reducers)


def reduced(kind: StateMachineType, state: Any, command: dict[str, Any]) -> Any:
    """Run the reducer of a command.

    Args:
        kind: the state machine.
        state: the state, frozen.
        command: with a ``type``; it is not kept.

    Returns:
        The new state, frozen.

    Raises:
        CommandError: no such type, or the reducer failed. The text is the same on every node.
        NodeFailedError: the reducer failed in a way that can depend on the machine.
    """
    name = command["type"]
    reducer = kind.declared.reducers.get(name) if type(name) is str else None
    if reducer is None:
        raise CommandError(_unknown(kind, name))
    who = f"{kind.__name__}: the reducer of {name!r}"
    try:
        result = run(reducer, state, freeze(command))
    except BaseException as error:
        if interrupts(error):
            raise
        if of_this_node(error):
            raise NodeFailedError(f"{who} {raised(reducer, error)}") from error
        raise CommandError(f"{who} {raised(reducer, error)}; the state is unchanged") from None
    if result is None:
        raise CommandError(
            f"{who} returned None; the state is unchanged. "
            "Return the new state, or the given one where nothing changes: return state"
        )
    try:
        return freeze(result, since=state)
    except CommandError as error:
        if inspect.iscoroutine(result):
            result.close()
        raise CommandError(f"{who} failed, the state is unchanged: {error.message}") from None


def _unknown(kind: StateMachineType, name: object) -> str:
    known = ", ".join(repr(known) for known in kind.declared.reducers)
    if not known:
        return (
            f"unknown command type {abbreviate(name)}: {kind.__name__} has no reducers; leave "
            "the type out for the key-value protocol, or write a subclass of StateMachine"
        )
    return f"unknown command type {abbreviate(name)}: {kind.__name__} knows {known}"
