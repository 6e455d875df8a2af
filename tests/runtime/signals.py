"""Timer signals into many small runs, and what has to hold after each of them."""

from __future__ import annotations

import dis
import gc
import os
import random
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import igniter_nb as ig

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


class Struck(BaseException):
    """What the handler raises, wherever the signal strikes."""


class Inner(ig.Contract, policy=ig.Policy(denied=["cache"])):
    x = ig.input(int)

    @ig.compute
    def doubled(x):
        return x * 2

    @ig.output
    def more(doubled):
        return doubled + 1


class Small(ig.Contract, policy=ig.Policy(denied=["network"])):
    """Everything that is entered and left: a nested contract, one that a step reads, policies."""

    x = ig.input(int)
    kept = ig.input(object)
    inner = ig.compose(Inner, inputs=["x"])

    @ig.compute
    def read(x, kept):
        with ig.policy(denied=["queue"]):
            return kept.update_inputs(x=x).result.more

    @ig.output
    def y(x, read):
        return read - x

    total = ig.output("inner.more")


class Later(Small):
    """The same with coroutines."""

    @ig.compute
    async def read(x, kept):
        return x * 2 + 1


def small(**options: Any) -> tuple[ig.Contract, Callable[[int], None]]:
    """Make a contract and a function that runs it and checks what comes out."""
    kept = Inner(x=0)
    made = options.pop("contract", Small).configured(**options)(x=0, kept=kept)

    def work(number: int) -> None:
        with ig.policy(denied=["database"]):
            made.update_inputs(x=number)
            assert made.result.y == number + 1
            assert made.result.total == 2 * number + 1

    return made, work


class Strikes:
    """A timer whose signals raise :class:`Struck`, one or two of them, wherever they strike.

    Args:
        reach: seconds within which the first one strikes.
        seed: of the moments, as far as a timer keeps them.
    """

    def __init__(self, reach: float, seed: int = 0) -> None:
        self.reach = reach
        self.chance = random.Random(seed)  # noqa: S311 -- the same moments every time
        self.left = 0

    def handle(self, *_: object) -> None:
        """Raise while strikes are left."""
        self.left -= 1
        if self.left:
            signal.setitimer(signal.ITIMER_REAL, self.chance.uniform(1e-6, self.reach / 10))
        raise Struck

    def into(self, work: Callable[[int], None], *, twice: bool) -> None:
        """Do work again and again until all signals have struck."""
        self.left = 1 + twice
        number = 0
        try:
            try:
                signal.setitimer(signal.ITIMER_REAL, self.chance.uniform(1e-6, self.reach))
                while self.left > 0:  # one may be lost where Python lets nothing be raised
                    number += 1
                    work(number)
            except Struck:
                while self.left > 0:
                    pass
        except Struck:
            pass


def strike(
    work: Callable[[int], None], check: Callable[[], None], *, count: int, reach: float
) -> None:
    """Have signals strike into work, every other time two of them; check after each time."""
    strikes = Strikes(reach, count)
    before = signal.signal(signal.SIGALRM, strikes.handle)
    try:
        while count > 0:
            twice = count % 2 == 0
            strikes.into(work, twice=twice)
            check()
            count -= 1 + twice
    finally:
        signal.signal(signal.SIGALRM, before)


def checks(made: ig.Contract, work: Callable[[int], None]) -> Callable[[], None]:
    """Return what is checked after a strike: nothing is left of the run, and another one goes."""

    def check() -> None:
        assert ig.get_policy() is None
        assert not made.execution.busy
        work(-1)
        made.execution.check_invariants()
        assert ig.get_policy() is None
        assert not made.execution.running

    return check


HANDLING = {"CALL", "CALL_KW", "CALL_FUNCTION_EX", "JUMP_BACKWARD"}
"""Instructions behind which the interpreter handles signals, as it does where a function begins."""


class Strike:
    """A trace function that raises :class:`Struck` at one of the places where a signal may strike.

    Args:
        place: which one, 0 is the first.
    """

    def __init__(self, place: int) -> None:
        self.left = place
        self.handles: dict[FrameType, bool] = {}

    def __call__(self, frame: FrameType, event: str, _: object) -> Strike:
        """Follow a frame from instruction to instruction."""
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        if event == "call" or (event == "opcode" and self.handles.get(frame)):
            self.left -= 1
            if self.left < 0:
                raise Struck
        if event == "opcode":
            name = dis.opname[frame.f_code.co_code[frame.f_lasti]]
            self.handles[frame] = name in HANDLING
        return self


def everywhere(work: Callable[[int], None], check: Callable[[], None]) -> int:
    """Strike once at each place where a signal may strike; return how many there are.

    The collector is off meanwhile: when it runs depends on what else the process has done, and the
    finalizers of others, which would run in the middle, are no places of the work.
    """
    place, strike, before, collects = 0, Strike(0), sys.gettrace(), gc.isenabled()
    gc.disable()
    try:
        while strike.left < 0 or not place:
            strike = Strike(place)
            sys.settrace(strike)
            try:
                work(place)
            except Struck:
                pass
            finally:
                sys.settrace(before)
            check()
            place += 1
    finally:
        if collects:
            gc.enable()
    return place


KINDS: dict[str, dict[str, Any]] = {
    "inline": {},
    "coroutines": {"contract": Later},
    "threads": {"runner": "threads"},
}


def struck(kind: str, how: str, count: int = 0) -> int:
    """Have a process struck by signals; see that all holds and that it ends. Give how often."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, kind, how, str(count)],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    number, word = done.stdout.split()
    assert word == "strikes"
    return int(number)


def main(kind: str, how: str, count: int) -> None:
    """Strike everywhere, or many times by a timer, under one runner; tell how often."""
    made, work = small(**KINDS[kind])
    if how == "watched":
        _ = made.events
    work(0)
    check = checks(made, work)
    if how == "timer":
        strike(work, check, count=count, reach=2e-3 if kind == "threads" else 2e-4)
    else:
        count = everywhere(work, check)
    gc.collect()
    assert threading.active_count() < 100, "threads are left"
    sys.stdout.write(f"{count} strikes\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
