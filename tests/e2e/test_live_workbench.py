"""The workbench on a contract in a real JupyterLab: inputs, inspector, scenarios."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.axe import violations
from tests.e2e.live_page import LIVE, wait_for_run

pytestmark = pytest.mark.browser

ORDER = """
import dataclasses, datetime as dt, enum
from decimal import Decimal
from typing import Annotated, Literal
import pandas as pd
from pydantic import Field
import igniter_nb as ig

class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"

@dataclasses.dataclass
class Address:
    street: str
    zip_code: int = 7

class Order(ig.Contract):
    amount = ig.input(float, doc="What it costs.")
    rate = ig.input(Annotated[float, Field(ge=0, le=1)], default=0.2)
    fee = ig.input(Decimal, default=Decimal("0.10"))
    color = ig.input(Color, default=Color.RED)
    speed = ig.input(Literal["slow", "fast"], default="slow")
    gift = ig.input(bool, default=False)
    day = ig.input(dt.date, default=dt.date(2026, 11, 30))
    note = ig.input(str, required=False)
    items = ig.input(list[int], default=lambda: [1, 2])
    to = ig.input(Address, default=lambda: Address("Main"))

    @ig.compute
    def rows(items, amount):
        "A row for each item."
        return pd.DataFrame({"item": items, "cost": [amount] * len(items)})

    @ig.output
    def total(amount, rate, fee, rows, color, speed, gift, day, note, to):
        return amount * (1 + rate) / to.zip_code * len(rows)

order = Order(amount=70.0)
order.live()
"""


def test_a_person_works_on_a_contract(notebooks: Any) -> None:
    """Inputs of every type, two scenarios, the inspector and the code, also dark and narrow."""
    notebook = notebooks.open("workbench", [ORDER])
    page = notebook.page
    notebook.run_all()
    page.wait_for_selector(LIVE)

    page.click(".ig-pin")
    wait_for_run(page, 1)
    change_every_input(page)
    wait_for_run(page, 2)

    given = "[order.rate, str(order.fee), order.color.name, order.speed, order.gift,"
    given += " str(order.day), order.note, order.items, order.to.zip_code]"
    assert notebook.ask(given) == [
        *(0.21, "0.30", "BLUE", "fast", True, "2026-12-24", "hello", [1, 2, 3], 14)
    ]
    assert "pinned: 0.2" in page.locator("[data-input=rate]").inner_text()
    assert "differ from the pinned scenario" in page.locator(".ig-differ").inner_text()
    assert page.locator(".ig-canvas [data-node=total][data-differs]").count() == 1

    give_a_wrong_one(page)
    look_around(page)
    assert violations(page, ".ig-live") == []

    page.fill("[name='to.zip_code']", "14")
    page.click(".ig-copy")
    page.wait_for_selector(".ig-code:not([hidden])")
    assert "color=Color.BLUE" in page.input_value(".ig-code")

    notebook.dark()
    assert violations(page, ".ig-live") == []
    page.emulate_media(forced_colors="active")
    assert violations(page, ".ig-live") == []
    page.evaluate("() => { document.querySelector('.ig-live').style.width = '360px'; }")
    assert page.evaluate(OUTSIDE) == 0


OUTSIDE = """() => {
  const edge = document.querySelector('.ig-live').getBoundingClientRect().right + 1;
  const parts = document.querySelectorAll('.ig-live > *, .ig-fields > *, .ig-acts > *');
  return [...parts].filter(part => part.getBoundingClientRect().right > edge).length;
}"""


def change_every_input(page: Any) -> None:
    """Use the control that each type has, and run all of them at once."""
    page.locator(".ig-live [type=range]").focus()
    page.keyboard.press("ArrowRight")
    page.fill("[name=fee]", "0.30")
    page.select_option("[name=color]", label="BLUE")
    page.select_option("[name=speed]", label="fast")
    page.select_option("[name=gift]", label="True")
    page.fill("[name=day]", "2026-12-24")
    page.uncheck("[name='note?']")
    page.fill("[name=note]", "hello")
    page.fill("[name=items]", "[1, 2, 3]")
    page.fill("[name='to.zip_code']", "14")
    page.keyboard.press("Enter")


def give_a_wrong_one(page: Any) -> None:
    """See that what is wrong is told at its field, and that the others stay."""
    page.fill("[name='to.zip_code']", "x")
    page.fill("[name=amount]", "80")
    page.keyboard.press("Enter")
    page.wait_for_selector("[name='to.zip_code'][aria-invalid=true]")
    assert "valid integer" in page.locator("[data-input='to.zip_code']").inner_text()
    assert page.input_value("[name=amount]") == "80"


def look_around(page: Any) -> None:
    """See a frame as a table in a frame of its own, follow what it reads by keyboard, come back."""
    table = page.frame_locator(".ig-details iframe").locator("table")
    page.locator(".ig-canvas [data-node=rows]").click()
    table.wait_for()
    assert "cost" in table.inner_text()
    page.locator("[data-fact=reads] button", has_text="items").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.matches('.ig-brief')")
    assert "items" in page.locator(".ig-brief").inner_text()
    page.locator(".ig-canvas [data-node=rows]").click()
    table.wait_for()


def test_running_on_change(notebooks: Any) -> None:
    """What is typed runs after a pause, and the text that is typed stays as it is."""
    notebook = notebooks.open("on_change", [ORDER])
    page = notebook.page
    notebook.run_all()
    page.wait_for_selector(LIVE)
    page.check("[name='run on change?']")

    page.locator("[name=amount]").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("1")
    wait_for_run(page, 1)
    page.keyboard.type("50")
    wait_for_run(page, 2)

    assert page.input_value("[name=amount]") == "150"
    assert notebook.ask("order.amount") == 150.0
