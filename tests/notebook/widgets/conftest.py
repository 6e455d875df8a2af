"""A contract to follow, throttles that deliver when a test says so, and a tour on a page."""

from __future__ import annotations

import pytest

import igniter_nb as ig
from igniter_nb.consensus import tour
from igniter_nb.notebook.clusters.widget.widget import ClusterView
from igniter_nb.notebook.kernel.throttle import Throttle
from tests.notebook.widgets.cluster_page import Page


class Delivery(ig.Contract):
    weight = ig.input(float)
    country = ig.input(str)

    @ig.compute
    def zone(country):
        return "home" if country == "UA" else "abroad"

    @ig.output
    def cost(weight, zone):
        return weight * (2.0 if zone == "home" else 5.0)


class Price(ig.Contract):
    """What an order costs."""

    order_total = ig.input(float, doc="Sum of the items.")
    country = ig.input(str)
    weight = ig.input(float, default=1.0)

    @ig.guard(message="we do not ship there")
    def known_country(country):
        return country in {"UA", "PL"}

    delivery = ig.compose(Delivery, inputs={"weight": "weight", "country": "country"})

    @ig.compute
    def vat_rate(country, known_country):
        return {"UA": 0.2, "PL": 0.25}[country]

    @ig.output
    def gross_total(order_total, vat_rate, delivery):
        return order_total * (1 + vat_rate) + delivery.cost


@pytest.fixture
def price() -> Price:
    """Make an order that has not run."""
    return Price(order_total=100.0, country="UA")


class Clock:
    """Stands in for the threads of throttles: they deliver when a test says so."""

    def __init__(self) -> None:
        self.throttles: list[Throttle] = []
        self.can_start = True

    def ring(self) -> int:
        """Let every throttle that was asked have its turn; returns how many were."""
        asked = [throttle for throttle in self.throttles if throttle._wake.is_set()]
        for throttle in asked:
            throttle._ring()
        return len(asked)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Put a clock in the place of the threads."""
    clock = Clock()

    def start(throttle: Throttle) -> bool:
        clock.throttles.append(throttle)
        return clock.can_start

    monkeypatch.setattr(Throttle, "_start", start)
    return clock


@pytest.fixture
def guided():
    """Show a tour to a page."""
    page = Page(ClusterView(tour("election")))
    page.next()
    yield page
    page.view.close()
