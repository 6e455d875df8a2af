"""A cell that is run again, and the contracts that hold what it declared before."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest

import igniter_nb as ig
from igniter_nb.contract import outdated
from igniter_nb.notebook.page.render import render

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

PRICE = """\
import igniter_nb as ig

class Price(ig.Contract):
    amount = ig.input(float)
    total = ig.output(lambda amount: 2 * amount)
"""

ORDER = """\
class Order(ig.Contract):
    amount = ig.input(float)
    price = ig.compose(Price, inputs=["amount"])
    total = ig.output("price.total")
"""

OUTER = """\
class Outer(ig.Contract):
    amount = ig.input(float)
    order = ig.compose(Order, inputs=["amount"])
    total = ig.output("order.total")

class Dearer(Price):
    fee = ig.output(lambda amount: amount)
"""

DEARER = PRICE.replace("2 * amount", "3 * amount")

SAID = (
    "Order nests (node 'price') Price as it was before that was declared anew: run the cell of"
    " Order again"
)


@pytest.fixture
def cells(shell: InteractiveShell) -> InteractiveShell:
    """Return a shell in which all is declared."""
    for cell in (PRICE, ORDER, OUTER):
        shell.run_cell(cell).raise_error()
    return shell


def heard(shell: InteractiveShell, cell: str) -> list[str]:
    """Run a cell and return what it warns of."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        shell.run_cell(cell).raise_error()
    return [str(each.message) for each in found if each.category is ig.ContractWarning]


def test_a_parent_says_that_it_holds_the_old_one(cells: InteractiveShell) -> None:
    """The next instance of a contract that nests a redeclared one says so, once."""
    assert heard(cells, "Order(amount=1.0)") == []
    assert heard(cells, DEARER) == []

    assert heard(cells, "order = Order(amount=1.0)") == [SAID]
    assert heard(cells, "order = Order(amount=1.0)") == []
    assert cells.user_ns["order"].result.total == 2.0


def test_it_is_said_after_each_change(cells: InteractiveShell) -> None:
    """Whoever changes the nested contract again is told again; running the parent mends it."""
    heard(cells, DEARER)
    heard(cells, "Order(amount=1.0)")
    heard(cells, DEARER.replace("3 *", "4 *"))

    assert heard(cells, "Order(amount=1.0)") == [SAID]
    heard(cells, ORDER)
    assert heard(cells, "order = Order(amount=1.0)") == []
    assert cells.user_ns["order"].result.total == 4.0


def test_what_is_further_inside(cells: InteractiveShell) -> None:
    """A contract that nests one that nests the old one says it too, and so does a derived one."""
    heard(cells, DEARER)

    assert heard(cells, "Outer(amount=1.0)") == [SAID]
    said = SAID.replace("nests (node 'price')", "is derived from").replace("Order", "Dearer")
    assert heard(cells, "Dearer(amount=1.0)") == [said]


@pytest.mark.parametrize("name", ["Order", "order", "Outer"])
def test_the_picture_says_it(cells: InteractiveShell, name: str) -> None:
    """The picture of the parent, and of an instance from before, says it as long as it is so."""
    cells.run_cell("order = Order(amount=1.0)").raise_error()
    assert "Note:" not in render(cells.user_ns[name])["text/plain"]

    heard(cells, DEARER)
    shown = render(cells.user_ns[name])

    assert f"Note: {SAID}" in shown["text/plain"]
    assert "as it was before" in shown["text/html"]


@pytest.mark.parametrize("again", [PRICE, "\n\n" + PRICE])
def test_the_same_again_is_not_worth_a_word(cells: InteractiveShell, again: str) -> None:
    """A cell that is run again without a change leaves everything as it is."""
    heard(cells, again)

    assert heard(cells, "Order(amount=1.0); Dearer(amount=1.0)") == []
    assert outdated(cells.user_ns["Order"]) == []


def test_other_options_are_another_contract(cells: InteractiveShell) -> None:
    """A changed option is a change, since a policy may have been added."""
    heard(cells, PRICE.replace("(ig.Contract)", "(ig.Contract, runner='threads')"))

    assert heard(cells, "Order(amount=1.0)") == [SAID]


def test_a_name_that_is_derived_from_itself(cells: InteractiveShell) -> None:
    """A class derived from an older one of its own name is no holder of an old one."""
    heard(cells, "class Price(Price):\n    more = ig.output(lambda amount: amount)\n")

    assert heard(cells, "Price(amount=1.0)") == []


@pytest.mark.parametrize("instead", ["Price = 5", "del Price"])
def test_a_name_that_is_gone(cells: InteractiveShell, instead: str) -> None:
    """A name that means no contract any more replaces nothing."""
    heard(cells, instead)

    assert heard(cells, "Order(amount=1.0)") == []


def test_a_built_contract(cells: InteractiveShell) -> None:
    """The same holds for contracts that are built by calls."""
    built = "Price = ig.ContractBuilder('Price').input('amount', float).output('total', abs,"
    heard(cells, f"{built} depends_on='amount').build()")

    assert heard(cells, "Order(amount=1.0)") == [SAID]
