"""Advice on decorators around a word that no node can be made with: which of them to drop."""

from __future__ import annotations

import functools
from typing import Any

_METHODS = (property, classmethod, staticmethod, functools.cached_property)
_COMPUTING = frozenset({"compute", "lookup", "map"})


def doubled(outer: str, inner: str, name: str) -> str:
    """Return what to do about two words above one function.

    Args:
        outer: the word above.
        inner: the word below.
        name: the function's name.
    """
    other = inner if outer == "output" else outer
    if outer == inner:
        advice = "drop one of them"
    elif "output" not in (outer, inner):
        advice = f"one function is one node: drop @ig.{outer} or @ig.{inner}"
    elif other in _COMPUTING:
        advice = f"@ig.output alone computes; drop @ig.{other}"
    else:
        advice = f"drop @ig.output, and show it with ig.expose({name!r})"
    return f"@ig.{outer} and @ig.{inner} stand above the function {name!r}: {advice}"


def needless(wrapper: Any, word: str) -> str:
    """Return what to do about what makes a method or an attribute; empty if it is none of these.

    Args:
        wrapper: what a decorator has made.
        word: the word above or below it.
    """
    for kind in _METHODS:
        if issubclass(type(wrapper), kind):
            return f"drop @{kind.__name__}: @ig.{word} makes a node of the function as it is"
    return ""
