"""The lock of a loop's world, beside one that is let go and taken again each time."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.consensus.state_machine.aside import Aside, GivenUpError

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
    aside, dumb = Aside(), Dumb()
    aside.own()
    for step in filter(dumb.can, steps):
        if step == "hold":
            assert aside.hold(0) is dumb.hold()
        elif step == "leave":
            aside.leave()
            dumb.held = False
        elif step == "give up":
            aside.given_up = True
        elif step == "begin":
            aside.begin("code")
            dumb.runs = True
            assert aside.said().startswith("code has been running for")
        elif step == "end":
            dumb.runs = False
            if aside.given_up:
                with pytest.raises(GivenUpError):
                    aside.end()
            else:
                aside.end()
            assert not aside.said()
        else:
            aside.disown()
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
    aside, over = Aside(), threading.Event()
    world = [0, 0]
    wrong: list[tuple[int, ...]] = []
    seen: set[int] = set()

    def look() -> None:
        while not over.is_set():
            if aside.hold(0.01):
                first = tuple(world)
                sum(range(50))
                found = (*first, *world)
                aside.leave()
                seen.add(first[0])
                if len(set(found)) > 1:
                    wrong.append(found)

    def loop() -> None:
        aside.own()
        while len(seen) < 200:
            aside.begin(look)
            sum(range(20))
            aside.end()
            world[0] += 1
            sum(range(20))
            world[1] += 1
        aside.disown()
        over.set()

    threads = [threading.Thread(target=work) for work in (loop, look, look, look)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not wrong
    assert aside.hold(0)


def test_a_forked_child_has_it_for_itself() -> None:
    """Whoever had it in the parent has it no more, and code that comes back ends."""
    aside = Aside()
    aside.own()
    aside.begin(len)
    assert aside.hold(0)
    assert aside.runs == "the reducer 'len'"

    aside.forked()

    assert aside.seconds == 0.0
    assert aside.hold(0)
    aside.leave()
    with pytest.raises(GivenUpError):
        aside.end()
    aside.disown()
    assert aside.hold(0)
