"""Frozen data: dicts and lists of plain data that cannot be changed, as states and commands are.

Every method that changes a dict or list raises. A function in C that writes into a list without
asking it, like ``heapq.heappush``, is not held off: give it a copy, ``[*queue]``.
"""

from __future__ import annotations

from itertools import compress
from operator import is_not
from typing import TYPE_CHECKING, Any, NoReturn

from igniter_nb.consensus.state_machine.commands import (
    COMMAND_DEPTH,
    is_plain_scalar,
    plain_problems,
    refused,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


STATE_DEPTH = 2 * COMMAND_DEPTH
"""Containers in one another in a state: a reducer may put a command's value deeper."""


class FrozenError(TypeError):
    """A reducer tried to change what it was given."""


def _refuse(self: object, *_given: object, **_named: object) -> NoReturn:
    instead = "{**state, key: value}" if isinstance(self, dict) else "[*items, item]"
    kind = "dict" if isinstance(self, dict) else "list"
    raise FrozenError(
        f"a reducer tried to change a {kind} of the state or command in place; "
        f"return a new one instead: {instead}"
    )


class FrozenDict(dict[str, Any]):
    """A dict that cannot be changed; copies, ``|`` and pickles of it are plain dicts.

    Attributes:
        height: containers in one another, itself included; or more, until it is measured.
    """

    __slots__ = ("height",)
    height: int
    fromkeys = dict.fromkeys  # a plain dict
    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[object, ...]:
        """Leave as plain data: for pickle, copy and deepcopy."""
        return dict, (dict(self),)


class FrozenList(list[Any]):
    """A list that cannot be changed; copies, slices, ``+`` and pickles of it are plain lists.

    Attributes:
        height: containers in one another, itself included; or more, until it is measured.
    """

    __slots__ = ("height",)
    height: int
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = _refuse
    reverse = sort = _refuse

    def __reduce__(self) -> tuple[object, ...]:
        """Leave as plain data: for pickle, copy and deepcopy."""
        return list, (list(self),)


FROZEN = frozenset((FrozenDict, FrozenList))

_STR = frozenset((str,))

_PROMISE = "a state is plain data"


class _NotPlainError(Exception):
    """Something in a value is no plain data; where and what is searched afterwards."""


def freeze(value: object, *, since: object = None) -> Any:
    """Return a value frozen all the way down; what is frozen already is taken as it is.

    Args:
        value: plain data, with frozen parts or not.
        since: a frozen value that it was made from; what a dict has from it is not looked at again.

    Raises:
        CommandError: names every place that is no plain data.
    """
    try:
        if type(since) is FrozenDict and type(value) is dict:
            frozen: Any = _next_dict(value, since)
        else:
            frozen = _frozen(value, STATE_DEPTH)
    except _NotPlainError:
        raise refused(_PROMISE, problems(value, "state")) from None
    if type(frozen) in FROZEN and frozen.height > STATE_DEPTH:
        if found := problems(value, "state"):
            raise refused(_PROMISE, found)
        _measure(frozen)
    return frozen


def problems(value: object, root: str) -> list[str]:
    """Describe every place in a state that is no plain data, frozen parts included."""
    return plain_problems(value, STATE_DEPTH, root=root, also=FROZEN)


def _frozen(value: Any, depth: int) -> Any:
    kind = type(value)
    if kind in FROZEN or is_plain_scalar(value):
        return value
    if kind is dict and depth:
        return _frozen_dict(value, value.items(), depth - 1)
    if kind is list and depth:
        made = FrozenList([_frozen(item, depth - 1) for item in value])
        made.height = 1 + max((item.height for item in made if type(item) in FROZEN), default=0)
        return made
    raise _NotPlainError


def _next_dict(value: dict[str, Any], since: FrozenDict) -> FrozenDict:
    """Freeze a dict made from a frozen one, in the time of a few C loops over its keys."""
    changed = [*compress(value, map(is_not, value.values(), map(since.get, value)))]
    made = _frozen_dict(value, [(key, value[key]) for key in changed], STATE_DEPTH - 1)
    made.height = max(made.height, since.height)
    return made


def _frozen_dict(value: dict[str, Any], items: Iterable[tuple[str, Any]], depth: int) -> FrozenDict:
    """Freeze a dict of which only the given items may be not frozen."""
    if not _STR.issuperset(map(type, value)):
        raise _NotPlainError
    made = FrozenDict(value)
    height = 0
    for key, item in items:
        frozen = _frozen(item, depth)
        if frozen is not item:
            dict.__setitem__(made, key, frozen)
        if type(frozen) in FROZEN and frozen.height > height:
            height = frozen.height
    made.height = height + 1
    return made


def _measure(value: Any) -> int:
    """Count containers in one another, and note the count in each."""
    if type(value) not in FROZEN:
        return 0
    items = value.values() if type(value) is FrozenDict else value
    value.height = 1 + max(map(_measure, items), default=0)
    return int(value.height)


def put(state: FrozenDict, key: str, value: object) -> None:
    """Write plain data into a state that its owner alone holds."""
    if type(value) is dict or type(value) is list:
        value = _frozen(value, STATE_DEPTH)
        state.height = max(state.height, value.height + 1)  # type: ignore[attr-defined]
    dict.__setitem__(state, key, value)


def drop(state: FrozenDict, key: str) -> None:
    """Remove a key from a state that its owner alone holds; nothing if it is not there."""
    dict.pop(state, key, None)


def thaw(value: Any) -> Any:
    """Return plain data that shares nothing with frozen data."""
    if type(value) is FrozenDict:
        return {key: thaw(item) if type(item) in FROZEN else item for key, item in value.items()}
    if type(value) is FrozenList:
        return [thaw(item) if type(item) in FROZEN else item for item in value]
    return value
