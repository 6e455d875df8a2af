"""Declarations of classes that are wrong, for the tests of words and declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import igniter_nb as ig

if TYPE_CHECKING:
    from collections.abc import Callable


def found(declare: Callable[[], object]) -> tuple[ig.Problem, ...]:
    """Return the problems of a class that is declared."""
    with pytest.raises(ig.CompileError) as caught:
        declare()
    return caught.value.problems
