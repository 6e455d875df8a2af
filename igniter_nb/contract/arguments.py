"""Arguments of the words: the options of each, and the forms that these may have."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from igniter_nb.capabilities import PURE, checked_names
from igniter_nb.contract.conditions import MATCHERS
from igniter_nb.graph import EVERYTHING, Callee, describe
from igniter_nb.incremental import check_equality
from igniter_nb.text import abbreviate, nearest

_ONLY_TEXT = frozenset({str})
_WORK: Final = frozenset({"at", "borrow", "capabilities", "doc", "pure"})
_READS: Final = _WORK | {"depends_on"}
_COMPUTE: Final = _READS | {"equal"}

OPTIONS: Final[Mapping[str, frozenset[str]]] = {
    "input": frozenset({"at", "borrow", "default", "doc", "required", "strict", "type"}),
    "const": _WORK,
    "compute": _COMPUTE | {"kind"},
    "lookup": _COMPUTE,
    "map": _WORK | {"equal", "over"},
    "project": frozenset({"at", "default", "doc", "key", "path"}),
    "guard": _READS | MATCHERS | {"gates", "message"},
    "compose": frozenset({"at", "doc", "inputs"}),
    "output": _COMPUTE | {"source"},
}
"""What each word may be told by name."""

_OURS: Final = frozenset({"at", "kind", "source"})
"""Options that a class body says in another way; they are not offered."""


def unknown_options(word: str, given: Mapping[str, object]) -> TypeError:
    """Return the error of a word that was told something by a name that it does not know."""
    offered = OPTIONS[word] - _OURS
    names = sorted(given.keys() - OPTIONS[word])
    told = ", ".join(map(repr, names))
    many = len(names) > 1
    said = f"{'' if many else 'an '}unexpected keyword argument{'s' if many else ''}"
    parts = [f"ig.{word}() got {said} {told};"]
    parts += filter(None, (nearest(name, offered) for name in names))
    return TypeError(" ".join([*parts, f"options: {', '.join(sorted(offered))}"]))


def dependencies(
    depends_on: object, what: str = "depends_on"
) -> Mapping[str, str] | tuple[str, ...] | None:
    """Return ``depends_on`` in one of two forms: names in order, or parameter to name.

    Args:
        depends_on: what was given.
        what: what it was given as, for the error's text.

    Raises:
        TypeError: it is neither a name, a list of names nor a mapping of them.
    """
    if depends_on is None:
        return None
    if isinstance(depends_on, str):
        return (depends_on,)
    if isinstance(depends_on, (list, tuple)) and _ONLY_TEXT.issuperset(map(type, depends_on)):
        return tuple(depends_on)
    if isinstance(depends_on, Mapping):
        found: tuple[object, ...] = (*depends_on, *depends_on.values())
        result: Any = dict(depends_on)
    elif isinstance(depends_on, Iterable) and not isinstance(depends_on, (set, frozenset)):
        found = result = tuple(depends_on)
    else:
        found, result = (depends_on,), None
    if result is None or not all(isinstance(name, str) for name in found):
        msg = (
            f"{what} expects the name of a node, a list of names in their order, or"
            " {parameter: name};"
            f" got {abbreviate(depends_on)}"
        )
        raise TypeError(msg)
    return result  # type: ignore[no-any-return]  # checked above


def makes(default: Any) -> bool:
    """Tell whether a default is called for each execution rather than used as it is."""
    return isinstance(default, (type, functools.partial)) or inspect.isroutine(default)


def equality(equal: Callable[[Any, Any], bool]) -> Callee:
    """Return a function that compares two values, checked.

    Raises:
        TypeError: it does not take two values.
    """
    check_equality(equal)
    made = describe(equal)
    if wrong := made.wrapped and made.misfit(made.positional[:2]):
        msg = f"equal is called with two values, and the wrapper of {made.label} refuses: {wrong}"
        raise TypeError(msg)
    return made


def extra(capabilities: Sequence[str], *, pure: bool) -> tuple[str, ...]:
    """Return capabilities declared at a node."""
    names = checked_names(capabilities, where="capabilities=")
    return (*names, PURE) if pure else names


def gated(gates: str | Sequence[str]) -> tuple[str, ...]:
    """Return the names that a guard gates."""
    if gates == "all":
        return EVERYTHING
    return (gates,) if isinstance(gates, str) else tuple(gates)
