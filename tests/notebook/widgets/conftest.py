"""A contract to follow, and timers that ring when a test says so."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

import igniter_nb as ig

if TYPE_CHECKING:
    from collections.abc import Callable


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
    """Timers that do not run: a test rings them."""

    def __init__(self) -> None:
        self.waiting: list[Timer] = []
        self.can_start = True

    def ring(self) -> int:
        """Let every waiting timer ring once; returns how many did."""
        rung, self.waiting = self.waiting, []
        for timer in rung:
            timer.function()
        return len(rung)


class Timer:
    def __init__(self, clock: Clock, seconds: float, function: Callable[[], Any]) -> None:
        self.clock, self.seconds, self.function = clock, seconds, function
        self.daemon = False

    def start(self) -> None:
        if not self.clock.can_start:
            msg = "can't start new thread"
            raise RuntimeError(msg)
        assert self.daemon, "a timer must not keep the interpreter from ending"
        self.clock.waiting.append(self)

    def cancel(self) -> None:
        self.clock.waiting.remove(self)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Put our timers in the place of the real ones."""
    clock = Clock()
    monkeypatch.setattr(threading, "Timer", lambda *given: Timer(clock, *given))
    return clock
