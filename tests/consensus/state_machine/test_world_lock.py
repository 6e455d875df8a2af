"""The lock of a loop's world, beside one that is let go and taken again each time."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.consensus.state_machine.world_lock import GivenUpError, WorldLock

if TYPE_CHECKING:
    from collections.abc import Iterator

STEPS = ("begin", "end", "hold", "leave", "give up", "disown")


class Dumb:
    """A plain lock: the loop lets go of it for code of others, and takes it again."""

    def __init__(self) -> None:
        self.is_over = self.runs = self.held = False

    def can(self, step: str) -> bool:
        """Say whether somebody can do a step now without waiting."""
        return {
            "begin": not (self.runs or self.is_over),
            "end": self.runs and not self.held,
            "hold": True,
            "leave": self.held,
            "give up": self.held,
            "disown": not (self.runs or self.is_over),
        }[step]

    def hold(self) -> bool:
        """Say whether the world can be had, and take it."""
        free = (self.runs or self.is_over) and not self.held
        self.held |= free
        return free


@given(st.lists(st.sampled_from(STEPS), max_size=40))
def test_who_has_the_world_is_as_with_a_plain_lock(steps: list[str]) -> None:
    """Whatever the order, a look succeeds where it would, and what was given up goes on no more."""
    lock, dumb = WorldLock(), Dumb()
    lock.own()
    for step in filter(dumb.can, steps):
        if step == "hold":
            assert lock.hold(0) is dumb.hold()
        elif step == "leave":
            lock.leave()
            dumb.held = False
        elif step == "give up":
            lock.given_up = True
        elif step == "begin":
            lock.begin("code")
            dumb.runs = True
            assert lock.said().startswith("code has been running for")
        elif step == "end":
            dumb.runs = False
            if lock.given_up:
                with pytest.raises(GivenUpError):
                    lock.end()
            else:
                lock.end()
            assert not lock.said()
        else:
            lock.disown()
            dumb.is_over = True


@pytest.fixture
def restless() -> Iterator[None]:
    """Let threads take turns as often as it goes."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless")
def test_nobody_sees_the_world_while_it_changes() -> None:
    """Of many threads at once each that looks sees it between two changes, and stands still."""
    lock, over = WorldLock(), threading.Event()
    world = [0, 0]
    wrong: list[tuple[int, ...]] = []
    seen: set[int] = set()

    def look() -> None:
        while not over.is_set():
            if lock.hold(0.01):
                first = tuple(world)
                sum(range(50))
                found = (*first, *world)
                lock.leave()
                seen.add(first[0])
                if len(set(found)) > 1:
                    wrong.append(found)

    def loop() -> None:
        lock.own()
        while len(seen) < 200:
            lock.begin(look)
            sum(range(20))
            lock.end()
            world[0] += 1
            sum(range(20))
            world[1] += 1
        lock.disown()
        over.set()

    threads = [threading.Thread(target=work) for work in (loop, look, look, look)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not wrong
    assert lock.hold(0)


def test_a_forked_child_has_it_for_itself() -> None:
    """Whoever had it in the parent has it no more, and code that comes back ends."""
    lock = WorldLock()
    lock.own()
    lock.begin(len)
    assert lock.hold(0)
    assert lock.runs == "the reducer 'len'"

    lock.forked()

    assert lock.seconds == 0.0
    assert lock.hold(0)
    lock.leave()
    with pytest.raises(GivenUpError):
        lock.end()
    lock.disown()
    assert lock.hold(0)
