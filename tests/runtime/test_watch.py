"""Watches: told of runs, never of nodes, and so no burden to a run."""

from __future__ import annotations

import asyncio

import pytest

import igniter_nb as ig


class Watch:
    """Writes down what it is told."""

    def __init__(self, contract):
        self.execution = contract.execution
        self.told = []
        self.execution.hear().watch(self)

    def queued(self):
        """Hear of new values."""
        self.told.append("queued")

    def began(self, demand):
        """Hear that a run began."""
        self.told.append(("began", demand.targets, self.execution.busy))

    def over(self):
        """Hear that no run goes on."""
        self.told.append(("over", self.execution.busy))


class Chain(ig.Contract):
    x = ig.input(int)

    @ig.compute
    def half(x):
        return x / 2

    @ig.output
    def shown(half):
        return 1 / half


def test_a_run_is_told_when_it_begins_and_when_it_may_be_read():
    """One beginning and one end for each run, whatever it runs; and what is given in between."""
    chain = Chain(x=2)
    watch = Watch(chain)

    chain.resolve_all()
    chain.update_inputs(x=4)
    chain.resolve("half")

    assert watch.told == [
        ("began", (2,), True),
        ("over", False),
        "queued",
        ("began", (1,), True),
        ("over", False),
    ]


def test_a_watched_run_makes_no_events():
    """Who watches does not listen: nothing is written down about nodes."""
    chain = Chain(x=2)
    Watch(chain)

    chain.resolve_all()

    assert not chain.execution.hear().heard


def test_a_run_with_nothing_to_do_has_no_beginning():
    """Reading what is fresh is told as an end at most."""
    chain = Chain(x=2).resolve_all()
    watch = Watch(chain)

    chain.resolve_all()

    assert watch.told == [("over", False)]


def test_a_failed_and_an_interrupted_run_end_too():
    """Whatever stops a run, its end is told."""

    class Stopped(ig.Contract):
        x = ig.input(int)

        @ig.output
        def shown(x):
            raise KeyboardInterrupt if x else ValueError

    stopped = Stopped(x=0)
    watch = Watch(stopped)
    with pytest.raises(ig.IgniterError):
        stopped.resolve_all()
    with pytest.raises(KeyboardInterrupt):
        stopped.resolve_incrementally(x=1)

    assert [told for told in watch.told if told[0] == "over"] == [("over", False)] * 2


def test_a_run_on_a_loop_ends_when_it_is_over():
    """A run that waits for a coroutine is over when that is done, not when it waits."""

    class Waits(ig.Contract):
        x = ig.input(int)

        @ig.output
        async def shown(x):
            await asyncio.sleep(0)
            return x

    waits = Waits(x=1)
    watch = Watch(waits)

    asyncio.run(waits.aresolve_all())

    assert watch.told[0] == ("began", (1,), True)
    assert watch.told[-1] == ("over", False)


def test_who_does_not_watch_any_more_is_told_nothing():
    """A watch can be ended, and the others go on."""
    chain = Chain(x=2)
    one, two = Watch(chain), Watch(chain)
    chain.execution.hear().unwatch(one)

    chain.resolve_all()

    assert one.told == []
    assert len(two.told) == 2
