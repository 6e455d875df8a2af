"""Declarations of contracts that are wrong, for the tests of the compiler's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import igniter_nb as ig

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.graph import CompiledGraph


def compiled(declare: Callable[[ig.ContractBuilder], object]) -> CompiledGraph:
    """Compile what is declared on a builder."""
    builder = ig.ContractBuilder("Price")
    declare(builder)
    return builder.build().compiled_graph


def problems(declare: Callable[[ig.ContractBuilder], object]) -> tuple[ig.Problem, ...]:
    """Return everything that the compiler finds wrong with what is declared on a builder."""
    with pytest.raises(ig.CompileError) as caught:
        compiled(declare)
    assert caught.value.context["graph"] == "Price"
    return caught.value.problems


def problem(declare: Callable[[ig.ContractBuilder], object]) -> ig.Problem:
    """Return the one thing that the compiler finds wrong with what is declared on a builder."""
    (found,) = problems(declare)
    return found
