"""Conditions that a guard matches a value against, as small picklable callables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Equals:
    """The value is equal to one."""

    wanted: Any

    def __call__(self, value: Any) -> bool:
        """Compare."""
        return bool(value == self.wanted)


@dataclass(frozen=True)
class OneOf:
    """The value is among some."""

    wanted: tuple[Any, ...]

    def __call__(self, value: Any) -> bool:
        """Look it up."""
        return value in self.wanted


@dataclass(frozen=True)
class Matches:
    """A pattern is found in the value, written as text."""

    wanted: re.Pattern[str]

    def __call__(self, value: Any) -> bool:
        """Search."""
        return self.wanted.search(str(value)) is not None


@dataclass(frozen=True)
class Between:
    """The value is neither below nor above two bounds."""

    lowest: Any
    highest: Any

    def __call__(self, value: Any) -> bool:
        """Compare with both bounds."""
        return bool(self.lowest <= value <= self.highest)


MATCHERS = frozenset({"equals", "one_of", "matches", "between"})
"""The words of the conditions."""


def condition(name: str, matcher: Mapping[str, Any]) -> tuple[Callable[[Any], bool], str]:
    """Return the condition that a matcher asks for, and the condition in words.

    Args:
        name: name of the guard, for the error's text.
        matcher: exactly one of :data:`MATCHERS`, by name.

    Raises:
        TypeError: there is not exactly one matcher, or it is of the wrong form.
    """
    if len(matcher) != 1 or not matcher.keys() <= MATCHERS:
        msg = (
            f"guard {name!r} expects exactly one of equals=, one_of=, matches=, between=;"
            f" got {', '.join(matcher) or 'none'}"
        )
        raise TypeError(msg)
    ((word, wanted),) = matcher.items()
    if word == "equals":
        return Equals(wanted), f"= {abbreviate(wanted)}"
    if word == "one_of":
        values = _values(name, wanted)
        return OneOf(values), f"one of {', '.join(map(abbreviate, values))}"
    if word == "matches":
        pattern = _pattern(name, wanted)
        return Matches(pattern), f"matches {pattern.pattern}"
    lowest, highest = _bounds(name, wanted)
    return Between(lowest, highest), f"between {abbreviate(lowest)} and {abbreviate(highest)}"


def _values(name: str, wanted: Any) -> tuple[Any, ...]:
    """Return values in an order that is the same in every process."""
    if isinstance(wanted, str) or not isinstance(wanted, Iterable):
        msg = f"guard {name!r}: one_of expects a list of values, got {abbreviate(wanted)}"
        raise TypeError(msg)
    if isinstance(wanted, (set, frozenset)):
        return tuple(sorted(wanted, key=abbreviate))
    return tuple(wanted)


def _pattern(name: str, wanted: Any) -> re.Pattern[str]:
    try:
        return re.compile(wanted)
    except (re.error, TypeError) as error:
        came = f"{abbreviate(wanted)}: {error}"
        msg = f"guard {name!r}: matches expects a regular expression, got {came}"
        raise TypeError(msg) from error


def _bounds(name: str, wanted: Any) -> tuple[Any, Any]:
    try:
        lowest, highest = wanted
    except (TypeError, ValueError):
        msg = f"guard {name!r}: between expects (lowest, highest), got {abbreviate(wanted)}"
        raise TypeError(msg) from None
    return lowest, highest
