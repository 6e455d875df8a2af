from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from IPython.core.completer import provisionalcompleter

import igniter_nb as ig
from igniter_nb.notebook.magic import COMMANDS

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


class Price(ig.Contract):
    order_total = ig.input(float)
    vat_rate = ig.input(float, default=0.2)

    @ig.output(capabilities=["ledger"])
    def gross_total(order_total, vat_rate):
        return order_total * (1 + vat_rate)


@pytest.fixture
def notebook(shell: InteractiveShell) -> InteractiveShell:
    """Give a shell whose notebook has a contract, an instance and some variables."""
    price = Price(order_total=1.0)
    shell.user_ns |= {"Price": Price, "price": price, "_7": price, "rate": 0.5, "ranges": [1]}
    return shell


def completed(shell: InteractiveShell, cell: str) -> list[str]:
    """Return how the last word of a cell can go on."""
    with provisionalcompleter():
        found = [*shell.Completer.completions(cell, len(cell))]
    return [cell[: each.start].rpartition(" ")[2] + each.text for each in found]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%igniter cap", ["capabilities"]),
        ("%igniter c", ["capabilities", "cluster"]),
        ("%igniter live ", ["Price", "price"]),
        ("%igniter live price o", ["order_total="]),
        ("%igniter re", ["report"]),
        ("%igniter report pr", ["price"]),
        ("%igniter plan Price ", ["order_total=", "vat_rate="]),
        (
            "%igniter tour ",
            ["election", "figure-8", "lost-quorum", "partition", "replication"],
        ),
        ("%igniter tour lo", ["lost-quorum"]),
        ("%igniter tour election r", ["r"]),
        ("%igniter gr", ["graph"]),
        ("igniter gr", ["graph"]),
        ("x = 1\nkept = %igniter gr", ["graph"]),
        ("%igniter run ", ["Price", "price"]),
        ("%igniter run P", ["Price"]),
        ("%igniter update ", ["price"]),
        ("%igniter run Price ", ["order_total=", "vat_rate="]),
        ("%igniter update price o", ["order_total="]),
        ("%igniter run Price order_total=1.0 ", ["vat_rate="]),
        ("%igniter run Price order_total=ra", ["order_total=ranges", "order_total=rate"]),
        ("%igniter run Price order_total=$rat", ["order_total=$rate"]),
        ("%igniter policy ", ["allow", "clear", "deny", "show"]),
        ("%igniter policy deny net", ["network"]),
        ("%igniter policy deny network led", ["ledger"]),
        ("%igniter policy allow network ne", ["ne"]),
    ],
)
def test_what_may_follow(cell: str, expected: list[str], notebook: InteractiveShell) -> None:
    """Commands, names, inputs, variables and capability names are offered, and nothing else."""
    assert completed(notebook, cell) == expected


def test_every_command_may_follow(notebook: InteractiveShell) -> None:
    """Behind the magic's name all commands are offered."""
    assert completed(notebook, "%igniter ") == sorted(COMMANDS)


@pytest.mark.parametrize(
    "cell",
    [
        "%igniter zzz pri",
        "%igniter doctor pri",
        "%igniter run zzz pri",
        "%igniter graph Price pri",
        "%igniter graph Price=pri",
        "%igniter zzz Price a=pri",
        "%igniter run Price =pri",
        "%igniter policy clear pri",
    ],
)
def test_nothing_may_follow(cell: str, notebook: InteractiveShell) -> None:
    """Where nothing can follow, a line stays as it is instead of getting names of Python."""
    assert completed(notebook, cell) == [cell.rpartition(" ")[2]]


@pytest.mark.parametrize("cell", ["prin", "igniter = prin", "x = '%igniter ' + prin", "%prin"])
def test_other_lines_are_left_alone(cell: str, notebook: InteractiveShell) -> None:
    """A line that is not ours is completed as ever."""
    words = [each.rpartition(" ")[2] for each in completed(notebook, cell)]

    assert "print" in [each.lstrip("%") for each in words] or cell.startswith("%")
    assert "graph" not in words


def test_the_magic_itself_is_completed(notebook: InteractiveShell) -> None:
    """IPython completes the name of the magic."""
    assert completed(notebook, "%ignit") == ["%igniter"]
