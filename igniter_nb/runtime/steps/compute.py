"""Step of a callable: a function, a method, an executor, a coroutine function."""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from igniter_nb.graph import Callee, Executor
from igniter_nb.runtime.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from igniter_nb.runtime.ports import Instance, Step


def make(callee: Callee, deps: Sequence[int], params: Sequence[str]) -> Step:
    """Return the step that calls ``callee`` with the values of ``deps``.

    Arguments go by position as far as the parameters stand in order, the rest by name.
    """
    function = invoker(callee)
    in_order = callee.in_order(params)
    if callee.wants_self or in_order < len(deps):
        named = dict(zip(params[in_order:], deps[in_order:], strict=True))
        return _general(function, deps[:in_order], named, wants_self=callee.wants_self)
    return _positional(function, tuple(deps))


def work(
    callee: Callee, deps: Sequence[int], params: Sequence[str]
) -> Callable[[Any, Instance], Work]:
    """Return a function that makes of the values of ``deps`` the call that the step would make."""
    target = callee.target
    fresh = isinstance(target, type) and issubclass(target, Executor)
    function = partial(_called, target) if fresh else invoker(callee)
    in_order = callee.in_order(params)
    named = dict(zip(params[in_order:], deps[in_order:], strict=True))

    def made(values: Any, execution: Instance) -> Work:
        own = (execution.owner,) if callee.wants_self else ()
        args = (*own, *(values[position] for position in deps[:in_order]))
        return Work(function, args, {name: values[position] for name, position in named.items()})

    return made


def _called(executor: Any, *args: Any, **named: Any) -> Any:
    """Call a new instance of an executor class; unlike a closure, this can be pickled."""
    return executor().call(*args, **named)


def invoker(callee: Callee) -> Callable[..., Any]:
    """Return a function that does the callable's work; what it returns may have to be awaited."""
    target = callee.target
    if isinstance(target, type) and issubclass(target, Executor):
        return _fresh(target)
    return getattr(target, "call") if isinstance(target, Executor) else target  # type: ignore[no-any-return]  # noqa: B009 -- checked by describe()


def _fresh(executor: Any) -> Callable[..., Any]:
    """Call an executor class: a new instance each time, so that executions share nothing."""

    def call(*args: Any, **named: Any) -> Any:
        return executor().call(*args, **named)

    return call


def _positional(function: Callable[..., Any], deps: tuple[int, ...]) -> Step:
    """Spell out the common sizes, they are faster."""
    if len(deps) == 1:
        return _one(function, *deps)
    if len(deps) == 2:  # noqa: PLR2004 -- a pair
        return _two(function, *deps)
    if not deps:
        return lambda values, _: function()  # noqa: ARG005 -- a step's signature
    read = itemgetter(*deps)
    return lambda values, _: function(*read(values))


# What these steps know stands in defaults: a closure's cells are objects that the garbage
# collector walks, two or three for each node of a large graph.


def _one(function: Callable[..., Any], source: int) -> Step:
    def step(
        values: list[Any],
        _: object,
        call: Callable[..., Any] = function,
        only: int = source,
    ) -> Any:
        return call(values[only])

    return step


def _two(function: Callable[..., Any], left: int, right: int) -> Step:
    def step(  # noqa: PLR0917 -- two are given, the others are known
        values: list[Any],
        _: object,
        call: Callable[..., Any] = function,
        first: int = left,
        second: int = right,
    ) -> Any:
        return call(values[first], values[second])

    return step


def _general(
    function: Callable[..., Any],
    in_order: Sequence[int],
    named: Mapping[str, int],
    *,
    wants_self: bool,
) -> Step:
    def step(values: list[Any], execution: Instance) -> Any:
        args = [values[position] for position in in_order]
        if wants_self:
            args.insert(0, execution.owner)
        return function(*args, **{name: values[position] for name, position in named.items()})

    return step
