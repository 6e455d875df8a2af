"""Stills: what a page keeps of what a widget shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from igniter_nb.notebook.kernel import stills
from igniter_nb.notebook.kernel.stills import VIEW, Still

if TYPE_CHECKING:
    from collections.abc import Iterator


class Told(list[dict[str, Any]]):
    """Takes the place of a page: keeps what is published."""

    def publish(self, **what: Any) -> None:
        self.append(what)


class View:
    """Takes the place of a widget."""

    @staticmethod
    def view_mimebundle() -> Any:
        return {VIEW: {"model_id": "m"}, "text/plain": "a widget"}, {}


class Timers(list[Any]):
    """Stands in for the threads of timers: they end when a test says so."""

    can_start = True

    def __call__(self, seconds: float, call: Any) -> Timers.Timer:
        return self.Timer(self, call)

    class Timer:
        """One that runs until it is rung."""

        def __init__(self, of: Timers, call: Any) -> None:
            self.of, self.call, self.daemon = of, call, False

        def start(self) -> None:
            if not self.of.can_start:
                raise RuntimeError("can't start new thread")
            self.of.append(self)

    def ring(self) -> None:
        """Let the one that runs end."""
        self.pop().call()


@pytest.fixture
def shell() -> Iterator[Any]:
    """Let this process pass for a notebook's kernel, with a page that keeps what it is told."""
    made: Any = InteractiveShell.instance()
    made.kernel = object()
    made.display_pub = Told()
    stills._STILLS._all.clear()
    yield made
    InteractiveShell.clear_instance()


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> Timers:
    """Put timers in place that a test rings."""
    made = Timers()
    monkeypatch.setattr(stills.threading, "Timer", made)
    return made


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Put a clock in place that a test sets, in nanoseconds."""
    moment = [1_000_000_000_000]
    monkeypatch.setattr(stills, "now", lambda: moment[0])
    return moment


class Shown:
    """Something that changes."""

    def __init__(self) -> None:
        self.number: int | None = 1
        self.drawn = 0
        self.still = Still(self.draw, lambda: self.number)

    def draw(self) -> dict[str, str] | None:
        self.drawn += 1
        return {"text/html": str(self.number), "text/plain": ""}


def end_cell(shell: Any) -> None:
    """Say that a cell has ended."""
    shell.events.trigger("post_run_cell", None)


def test_a_still_and_its_widget_are_two_outputs(shell: Any) -> None:
    """The still comes first and can be told anew; the widget's output holds the widget alone."""
    shown = Shown()

    shown.still.show(View())

    still, widget = shell.display_pub
    assert still["data"] == {"text/html": "1", "text/plain": ""}
    assert still["transient"]["display_id"]
    assert not still["update"]
    assert widget["data"] == {VIEW: {"model_id": "m"}}


def test_the_end_of_a_cell_tells_what_has_changed(shell: Any) -> None:
    """After a cell the still is what is shown now, in the same output; without a change nothing."""
    shown = Shown()
    shown.still.show(View())

    end_cell(shell)
    end_cell(shell)
    assert len(shell.display_pub) == 2

    shown.number = 2
    end_cell(shell)
    end_cell(shell)
    told = shell.display_pub[2:]
    assert [each["data"]["text/html"] for each in told] == ["2"]
    assert told[0]["update"]
    assert told[0]["transient"] == shell.display_pub[0]["transient"]
    assert shown.drawn == 2


def test_what_is_shown_again_is_told_anew_where_it_is_shown_last(shell: Any) -> None:
    """Three cells that show the same are one message after a change, not three."""
    shown = Shown()
    for _ in range(3):
        shown.still.show(View())
    last = shell.display_pub[4]["transient"]

    shown.number = 2
    end_cell(shell)

    assert [each["transient"] for each in shell.display_pub[6:]] == [last]


def test_what_takes_long_to_draw_is_told_less_often(
    shell: Any, timers: Timers, clock: list[int]
) -> None:
    """A state of a million keys is not written out after each of a hundred quick cells."""
    shown = Shown()
    draw = shown.still._draw

    def slowly() -> Any:
        clock[0] += 500_000_000
        return draw()

    shown.still._draw = slowly
    shown.still.show(View())
    for number in range(2, 102):
        shown.number = number
        end_cell(shell)
    assert len(shell.display_pub) == 2

    clock[0] += 20 * 500_000_000
    while timers:
        timers.ring()

    assert [each["data"]["text/html"] for each in shell.display_pub[2:]] == ["101"]


def test_an_act_is_told_when_it_has_settled(shell: Any, timers: Timers, clock: list[int]) -> None:
    """What comes from no cell is told once, a second after nothing more has changed."""
    shown = Shown()
    shown.still.show(View())
    clock[0] += stills.APART_NS

    for number in range(2, 50):
        shown.number = number
        shown.still.ask()
    assert len(timers) == 1
    timers.ring()
    assert len(shell.display_pub) == 2  # it has changed since it was asked
    timers.ring()

    assert [each["data"]["text/html"] for each in shell.display_pub[2:]] == ["49"]
    assert not timers


def test_what_never_settles_is_told_seldom(shell: Any, timers: Timers, clock: list[int]) -> None:
    """A cluster that is written to without a pause is told every ten seconds: a minute is six."""
    shown = Shown()
    shown.still.show(View())

    for number in range(2, 62):
        shown.number = number
        shown.still.ask()
        clock[0] += 1_000_000_000
        timers.ring()

    assert 5 <= len(shell.display_pub) - 2 <= 6


def test_without_a_change_no_timer_runs(shell: Any, timers: Timers) -> None:
    """While things are as they were told, asking costs a comparison."""
    shown = Shown()
    shown.still.ask()
    shown.still.show(View())

    for _ in range(1_000):
        shown.still.ask()

    assert not timers
    assert shown.drawn == 1


def test_where_no_thread_can_be_started_the_end_of_a_cell_tells_it(
    shell: Any, timers: Timers
) -> None:
    """In a browser's Python an act is told with the next cell."""
    timers.can_start = False
    shown = Shown()
    shown.still.show(View())

    shown.number = 2
    shown.still.ask()
    shown.still.ask()
    end_cell(shell)

    assert len(shell.display_pub) == 3


def test_nothing_is_told_once_the_process_ends(
    shell: Any, timers: Timers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page is not told that everything has ended only because its kernel ends."""
    shown = Shown()
    shown.still.show(View())
    monkeypatch.setattr(stills._STILLS, "are_over", True)

    shown.number = 2
    end_cell(shell)

    assert len(shell.display_pub) == 2


def test_what_shows_nothing_any_more_is_told_no_more(shell: Any, timers: Timers) -> None:
    """The last picture of something that is gone stays."""
    shown = Shown()
    shown.still.show(View())
    shown.number = 2
    shown.still.ask()

    shown.number = None
    timers.ring()
    end_cell(shell)

    assert len(shell.display_pub) == 2
    assert not timers


def test_a_picture_that_cannot_be_drawn_spoils_no_cell(shell: Any, timers: Timers) -> None:
    """An error while drawing is nobody's: the cell ends as it did, and the still stays."""
    shown = Shown()
    shown.still.show(View())

    def fail() -> Any:
        raise RuntimeError("no")

    shown.still._draw = fail
    shown.number = 2
    end_cell(shell)

    assert len(shell.display_pub) == 2


def test_in_a_terminal_there_is_no_page() -> None:
    """A script has no shell, a terminal's shell has no kernel."""
    assert stills.shell_of_page() is None

    InteractiveShell.instance()
    try:
        assert stills.shell_of_page() is None
    finally:
        InteractiveShell.clear_instance()
