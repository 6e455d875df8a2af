"""Capabilities: what a step may touch, and the policies that say no.

A step *declares* what it touches by name; a :class:`Policy` is a pure check of names. Nothing
here watches a socket: a capability is a promise of the author, made visible and enforceable.

1. Declarations only add up: a subclass keeps what its parents declare.
2. Policies only take away: the process's, a block's and a contract's policy all have to agree.
   A contract instance keeps the policy of the blocks in which it was made.
3. ``pure`` is a promise of touching nothing, so it stands alone, and no policy need allow it.
"""

from __future__ import annotations

import functools
import inspect
import os
import weakref
from contextvars import ContextVar
from dataclasses import dataclass
from types import (
    AsyncGeneratorType,
    BuiltinMethodType,
    FunctionType,
    GeneratorType,
    MappingProxyType,
    MethodType,
)
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, get_args

from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = [
    "DECLARED",
    "KNOWN",
    "PURE",
    "Declared",
    "IsPure",
    "OnUnknown",
    "Policy",
    "capabilities_of",
    "checked_names",
    "checked_policy",
    "combined",
    "confine",
    "get_block",
    "get_policy",
    "merged",
    "policy",
    "pure",
    "requires",
    "set_policy",
]

OnUnknown = Literal["ignore", "warn", "raise"]
T = TypeVar("T")

PURE = "pure"
KNOWN: Mapping[str, str] = MappingProxyType(
    {
        PURE: "touches nothing; the inputs alone determine the result",
        "network": "opens outbound connections",
        "database": "reads or writes a database",
        "filesystem": "reads or writes files of this machine",
        "external_api": "calls a service of somebody else",
        "messaging": "publishes to a message queue or an event stream",
        "queue": "takes work from a job queue",
        "cache": "reads or writes a shared cache",
    }
)

DECLARED = "__igniter_capabilities__"


def merged(*groups: Iterable[str]) -> tuple[str, ...]:
    """Return the names of all groups, each once, in order of first appearance."""
    return tuple(dict.fromkeys(name for group in groups for name in group))


def checked_names(names: Iterable[object], *, where: str) -> tuple[str, ...]:
    """Return capability names as a tuple.

    Args:
        names: the names.
        where: what was called, for the error's text.

    Raises:
        TypeError: a name is no text, or a single text was given where names are expected.
        ValueError: a name is empty.
    """
    if isinstance(names, str):
        msg = (
            f"{where} expects a list of capability names, got the text {names!r}: write [{names!r}]"
        )
        raise TypeError(msg)
    result = tuple(names)
    for name in result:
        if not isinstance(name, str):
            msg = f"{where} expects capability names as text, got {abbreviate(name)}"
            raise TypeError(msg)
        if not name.strip():
            msg = f"{where} got an empty capability name; known names: {', '.join(KNOWN)}"
            raise ValueError(msg)
    return merged(result)  # type: ignore[arg-type]  # checked above


def requires(*names: str) -> Callable[[T], T]:
    """Declare what a class or function may touch; adds to what it already declares.

    Args:
        names: capability names, known or your own.

    Returns:
        A decorator that returns its argument.

    Raises:
        TypeError: a name is no text, or the decorator was used without names.

    Examples:
        >>> @ig.requires("network", "cache")
        ... class Rate(ig.Executor):
        ...     def call(self, currency):
        ...         return 41.5
        >>> Rate.declared_capabilities
        ('network', 'cache')
    """
    checked = checked_names(names, where="@ig.requires(…)")
    if not checked:
        msg = "@ig.requires(…) expects at least one capability name"
        raise TypeError(msg)

    def declare(target: T) -> T:
        found = merged(capabilities_of(target), checked)
        try:
            setattr(target, DECLARED, found)
        except (AttributeError, TypeError):
            msg = (
                f"@ig.requires(…) cannot be written on {abbreviate(target)}: declare it at the"
                f" node, capabilities={list(checked)!r}"
            )
            raise TypeError(msg) from None
        return target

    return declare


def pure(target: T) -> T:
    """Declare that a class or function touches nothing: its arguments determine its result.

    Examples:
        >>> @ig.pure
        ... class Doubled(ig.Executor):
        ...     def call(self, amount):
        ...         return 2 * amount
        >>> Doubled.is_pure
        True
    """
    return requires(PURE)(target)


def capabilities_of(target: object) -> tuple[str, ...]:
    """Return what a class, function, method, partial or callable object declares.

    A class counts with all its parents, an instance with its class, a partial, a bound method and
    a static method with what they wrap.
    """
    if type(target) is FunctionType:
        return _own(target)
    if isinstance(target, functools.partial):
        return merged(_own(target), capabilities_of(target.func))
    if isinstance(target, (staticmethod, classmethod)):
        return capabilities_of(target.__func__)
    if isinstance(target, (MethodType, BuiltinMethodType)):
        function = capabilities_of(target.__func__) if isinstance(target, MethodType) else ()
        return merged(function, capabilities_of(target.__self__))
    if isinstance(target, type):
        return merged(*(_own(parent) for parent in reversed(target.__mro__)))
    return merged(capabilities_of(type(target)), _own(target))


def _own(target: object) -> tuple[str, ...]:
    declared: tuple[str, ...] = getattr(target, "__dict__", {}).get(DECLARED, ())
    return declared


@dataclass(frozen=True, slots=True)
class Policy:
    """Which capabilities steps may use.

    Attributes:
        denied: names that no step may use.
        allowed: the only names that steps may use; None for all. ``pure`` is always allowed.
        on_unknown: what to do about a name that is neither known (:data:`KNOWN`) nor named by
            this policy: ``"ignore"`` it, ``"warn"``, or ``"raise"``, which counts it as denied.

    Raises:
        TypeError: names are not given as a collection of texts.
        ValueError: ``on_unknown`` is none of the three.

    Examples:
        >>> policy = ig.Policy(denied=["network"])
        >>> policy.denies(["network", "database"])
        ('network',)
    """

    denied: frozenset[str] = frozenset()
    allowed: frozenset[str] | None = None
    on_unknown: OnUnknown = "ignore"

    def __init__(
        self,
        denied: Iterable[str] = (),
        allowed: Iterable[str] | None = None,
        on_unknown: OnUnknown = "ignore",
    ) -> None:
        if on_unknown not in get_args(OnUnknown):
            came = abbreviate(on_unknown)
            msg = f"Policy(on_unknown=…) expects 'ignore', 'warn' or 'raise', got {came}"
            raise ValueError(msg)
        names = frozenset(checked_names(denied, where="Policy(denied=…)"))
        only = None
        if allowed is not None:
            only = frozenset(checked_names(allowed, where="Policy(allowed=…)"))
        object.__setattr__(self, "denied", names)
        object.__setattr__(self, "allowed", only)
        object.__setattr__(self, "on_unknown", on_unknown)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read a policy from the environment, so that deployment decides and code does not.

        Args:
            environ: the variables; the process's own when left out. ``IGNITER_DENY`` and
                ``IGNITER_ALLOW`` hold names with commas between, ``IGNITER_ON_UNKNOWN`` one of
                ``ignore``, ``warn``, ``raise``. An unset ``IGNITER_ALLOW`` allows all.

        Raises:
            ValueError: ``IGNITER_ON_UNKNOWN`` is none of the three.
        """
        variables = os.environ if environ is None else environ
        allow = variables.get("IGNITER_ALLOW")
        word: Any = variables.get("IGNITER_ON_UNKNOWN", "ignore")
        if word not in get_args(OnUnknown):
            msg = f"IGNITER_ON_UNKNOWN expects ignore, warn or raise, got {word!r}"
            raise ValueError(msg)
        return cls(
            denied=_split(variables.get("IGNITER_DENY", "")),
            allowed=None if allow is None else _split(allow),
            on_unknown=word,
        )

    def __and__(self, other: Policy) -> Policy:
        """Return the policy that permits what both permit."""
        allowed: frozenset[str] | None = None
        if self.allowed is not None or other.allowed is not None:
            bounds = [bound for bound in (self._bound(), other._bound()) if bound is not None]
            allowed = frozenset.intersection(*bounds)
        words = get_args(OnUnknown)
        strictest = max(self.on_unknown, other.on_unknown, key=words.index)
        return Policy(self.denied | other.denied, allowed, strictest)

    def _bound(self) -> frozenset[str] | None:
        """Return the only names that another policy could still allow; None for all."""
        if self.allowed is None and self.on_unknown == "raise":
            return frozenset(KNOWN)
        return self.allowed

    def denies(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of the names that may not be used."""
        names = checked_names(names, where="Policy.denies(…)")
        unknown = self.unknown(names) if self.on_unknown == "raise" else ()
        return tuple(
            name
            for name in names
            if name in self.denied
            or name in unknown
            or (self.allowed is not None and name != PURE and name not in self.allowed)
        )

    def unknown(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of the names that are neither known nor named by this policy."""
        named = self.denied | (self.allowed or frozenset())
        return tuple(name for name in names if name not in KNOWN and name not in named)

    def __str__(self) -> str:
        """Write the policy as a person would say it."""
        parts = [f"denied: {', '.join(sorted(self.denied)) or 'nothing'}"]
        if self.allowed is not None:
            parts.append(f"allowed only: {', '.join(sorted(self.allowed)) or 'nothing'}")
        parts.append(f"unknown names: {self.on_unknown}")
        return "; ".join(parts)


def _split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


class _Process:
    """The policy of the process: one slot, so that a change is seen by every thread at once."""

    def __init__(self) -> None:
        self.policy: Policy | None = None


class _Block:
    """A block in force, with the blocks around it.

    Attributes:
        added: the block's own policy.
        outer: the block around it, None if it is the outermost.
        combined: what both permit.
    """

    __slots__ = ("added", "combined", "outer")

    def __init__(self, added: Policy, outer: _Block | None) -> None:
        self.added = added
        self.outer = outer
        self.combined: Policy | None = combined(added, outer.combined if outer else None)


class _Over(weakref.ref[Any]):
    """What stands for a block that has been left: the block around it.

    A signal may strike after any call, in the middle of entering or leaving a block too. So this
    hangs on the object that the ``with`` statement holds while its body runs, and no longer: once
    that is gone, the interpreter itself puts this into the place of the block, by a call that no
    signal interrupts.
    """

    __slots__ = ("block", "outer")

    block: _Block
    outer: _Block | None


_process = _Process()
_blocks: ContextVar[_Block | _Over | None] = ContextVar("igniter_policy", default=None)


def _innermost() -> _Block | None:
    found = _blocks.get()
    return found.outer if isinstance(found, _Over) else found


def set_policy(policy: Policy | None) -> None:
    """Set the policy of the process, for all its threads; None permits everything again.

    Raises:
        TypeError: something else was given.

    Examples:
        >>> ig.set_policy(ig.Policy(denied=["network"]))
        >>> ig.get_policy().denied
        frozenset({'network'})
        >>> ig.set_policy(None)
    """
    _process.policy = checked_policy(policy)


def checked_policy(policy: object) -> Policy | None:
    """Return what was given as a policy.

    Raises:
        TypeError: it is neither a policy nor None.
    """
    if policy is None or isinstance(policy, Policy):
        return policy
    msg = f"expected an ig.Policy or None, got {abbreviate(policy)}: write ig.Policy(denied=[…])"
    raise TypeError(msg)


def get_policy() -> Policy | None:
    """Return the policy in force here: the process's and the surrounding blocks' together.

    Examples:
        >>> with ig.policy(denied=["network"]):
        ...     ig.get_policy().denied
        frozenset({'network'})
    """
    block = get_block()
    return _process.policy if block is None else combined(_process.policy, block)


def get_block() -> Policy | None:
    """Return the policy of the surrounding blocks alone; None if there are none."""
    found = _blocks.get()
    if found is None or (block := _innermost()) is None:
        return None
    return block.combined


def confine(policy: Policy) -> None:
    """Add a policy to those in force for as long as the calling context lives."""
    _blocks.set(_Block(policy, _innermost()))


def combined(first: Policy | None, second: Policy | None) -> Policy | None:
    """Return the policy that permits what both permit; None permits everything."""
    if first is None or second is None:
        return second if first is None else first
    return first if first == second else first & second


def policy(
    policy: Policy | None = None,
    /,
    *,
    denied: Iterable[str] = (),
    allowed: Iterable[str] | None = None,
    on_unknown: OnUnknown = "ignore",
) -> PolicyBlock:
    """Add a policy to those in force, for a block: ``with ig.policy(denied=["network"]): …``.

    It holds for what runs inside the block, in tasks that the block starts, in the worker threads
    of a run, and for every contract instance made inside, from whatever thread and whenever it is
    asked. A thread that your own code starts begins without any block, as with all context
    variables: what is asked there and was made outside the block is denied nothing, unless you
    hand the context on (``pool.submit(contextvars.copy_context().run, work)``,
    ``asyncio.to_thread(work)``) or set the policy of the process (:func:`set_policy`).

    Args:
        policy: a ready policy; the other arguments take away from it.
        denied: see :class:`Policy`.
        allowed: see :class:`Policy`.
        on_unknown: see :class:`Policy`.

    Returns:
        A context manager that gives the added policy, and a decorator of functions and coroutine
        functions. Blocks only take away: an inner one cannot lift an outer ban.

    Raises:
        TypeError: names are not given as a collection of texts, or ``policy`` is none. The
            decorator raises it for a class and for a generator function, whose bodies run when
            the call is over; so does its function when it returns a generator.
        ValueError: ``on_unknown`` is none of the three.

    Examples:
        >>> class Rates(ig.Contract):
        ...     currency = ig.input(str)
        ...
        ...     @ig.output
        ...     @ig.requires("network")
        ...     def rate(currency):
        ...         return 41.5
        >>> with ig.policy(denied=["network"]):
        ...     try:
        ...         Rates(currency="EUR").result.rate
        ...     except ig.CapabilityViolationError:
        ...         print("stopped")
        stopped
    """
    ready, added = checked_policy(policy), Policy(denied, allowed, on_unknown)
    return PolicyBlock(added if ready is None else added & ready)


class _Exit:
    """``__exit__`` of a block: a new callable for each ``with``, which alone holds it."""

    def __get__(self, block: PolicyBlock | None, _owner: type[PolicyBlock]) -> Callable[..., None]:
        """Return what leaves the block, and let the block know of it before it is entered."""
        if block is None:
            return _leave_by_hand
        held: list[_Over] = []
        leave = functools.partial(_leave, block, held)
        try:
            block.next_exit = weakref.ref(leave), held
            return leave
        finally:
            del leave  # a traceback that is kept must not hold it


class PolicyBlock:
    """A block with a policy; entering and leaving it are each done whole, whatever signal strikes.

    Args:
        added: the block's own policy.
    """

    def __init__(self, added: Policy) -> None:
        self._added = added
        self.by_hand: list[_Block] = []
        self.next_exit: tuple[Callable[[], Any], list[_Over]] = (_nothing, [])

    def __enter__(self) -> Policy:
        """Put the policy in force."""
        block = _Block(self._added, _innermost())
        (find, held), self.next_exit = self.next_exit, (_nothing, [])
        leave = find()
        try:
            if leave is None:  # by hand, as an ExitStack does
                self.by_hand.append(block)
            else:
                over = _Over(leave, _blocks.set)
                over.block, over.outer = block, block.outer
                held.append(over)
            _blocks.set(block)
        finally:
            del leave
        return self._added

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that runs in the block, to its end.

        Raises:
            TypeError: its body would run later; the text says what to write.
        """
        if isinstance(function, type):
            msg = (
                f"a policy above a class would hold for making it only, got {function.__name__}:"
                " write `class …(ig.Contract, policy=ig.Policy(…))`, or put it above its methods"
            )
            raise TypeError(msg)
        if _generates(function):
            raise _runs_later(function)
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def awaited(*args: Any, **named: Any) -> Any:
                return await self._held(function, function(*args, **named))

            return awaited

        @functools.wraps(function)
        def called(*args: Any, **named: Any) -> Any:
            with self:
                found = function(*args, **named)
            return self._whole(function, found)

        return called

    def _whole(self, function: Callable[..., Any], found: Any) -> Any:
        """Return what a function returned, held by the block if it is still to be awaited."""
        later = inspect.isawaitable(found)
        if not later and isinstance(found, (GeneratorType, AsyncGeneratorType)):
            raise _runs_later(function)
        begun = hasattr(found, "_asyncio_future_blocking")  # a task keeps the block it began in
        return self._held(function, found) if later and not begun else found

    async def _held(self, function: Callable[..., Any], awaitable: Any) -> Any:
        with self:
            found = await awaitable
        return self._whole(function, found)

    if TYPE_CHECKING:

        def __exit__(self, *error: object) -> None:
            """Take the policy back."""

    else:
        __exit__ = _Exit()


def _generates(function: Any) -> bool:
    """Tell whether a function is a generator function, and no coroutine of the old kind."""
    while isinstance(function, functools.partial):
        function = function.func
    flags = getattr(getattr(function, "__code__", None), "co_flags", 0)
    return bool(flags & _GENERATES) and not flags & inspect.CO_ITERABLE_COROUTINE


_GENERATES = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


def _runs_later(function: Callable[..., Any]) -> TypeError:
    name = getattr(function, "__name__", type(function).__name__)
    return TypeError(
        f"a policy above a function holds until it returns, but the body of the generator that"
        f" {name!r} gives runs later, when somebody reads it: return a list, or write"
        " `with ig.policy(…):` into the body around what it does between two yields"
    )


def _nothing() -> None:
    """Return nothing."""


def _leave(entered: PolicyBlock, held: list[_Over], *_error: object) -> None:
    """Take a block out of those in force here, if it is among them."""
    if not held:
        _leave_by_hand(entered)
        return
    _blocks.set(_without(_innermost(), held[0].block))
    held.clear()


def _leave_by_hand(entered: PolicyBlock, *_error: object) -> None:
    _blocks.set(_without(_innermost(), entered.by_hand.pop()))


def _without(inner: _Block | None, block: _Block) -> _Block | None:
    """Return the blocks in force but for one, which may have been put on others meanwhile."""
    if inner is None or inner.added is block.added:
        return inner and inner.outer
    outer = _without(inner.outer, block)
    return inner if outer is inner.outer else _Block(inner.added, outer)


class Declared:
    """Class attribute that reads what a class and its parents declare."""

    def __get__(self, instance: object, owner: type[object]) -> tuple[str, ...]:
        """Read the declarations of the class and its parents."""
        return capabilities_of(owner)


class IsPure:
    """Class attribute that tells whether a class declares that it touches nothing."""

    def __get__(self, instance: object, owner: type[object]) -> bool:
        """Read the declarations of the class and its parents."""
        return PURE in capabilities_of(owner)
