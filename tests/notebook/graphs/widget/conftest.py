"""Contract that a widget follows."""

from __future__ import annotations

import pytest

import igniter_nb as ig


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
