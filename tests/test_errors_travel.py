"""What is behind an error travels with it, wherever it can."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import pickle
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import igniter_nb as ig


class AsksError(Exception):
    """Cannot be unpickled: its class asks for more than it keeps."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


class HoldsError(Exception):
    """Cannot be pickled: it holds a lock."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.lock = threading.Lock()


class BecomesError(Exception):
    """Becomes something that is no error."""

    def __reduce__(self) -> Any:
        return (int, ())


class ExitsError(Exception):
    """Exits when it is written."""

    def __str__(self) -> str:
        raise SystemExit

    def __reduce__(self) -> Any:
        raise ValueError


def travelled(error: BaseException) -> Any:
    """Return an error as it comes out of a pickle."""
    return pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own bytes


def behind(outer: BaseException, inner: BaseException | None, *, cause: bool = True) -> Any:
    """Put an error behind another one."""
    if cause:
        outer.__cause__ = inner
    else:
        outer.__context__ = inner
    return outer


class Share(ig.Contract):
    people = ig.input(int)

    @ig.output
    def part(people):
        return 100 / people


def failing(people: int) -> float:
    """Run a contract, in whatever process."""
    result: float = Share(people=people).result.part
    return result


def test_the_cause_travels():
    """An error that comes from another process tells what caused it."""
    with pytest.raises(ig.ResolutionError) as caught:
        failing(0)

    back = travelled(caught.value)

    assert isinstance(back.__cause__, ZeroDivisionError)
    assert str(back.__cause__) == "division by zero"
    assert back.__suppress_context__
    assert str(back) == str(caught.value)


def test_the_cause_comes_from_a_process():
    """The same holds for a process of its own."""
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        error = pool.submit(failing, 0).exception()

    assert isinstance(error, ig.ResolutionError)
    assert "division by zero" in str(error)


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        (AsksError(1, 2), "tests.test_errors_travel.AsksError: 1 and 2"),
        (HoldsError("held"), "tests.test_errors_travel.HoldsError: held"),
        (BecomesError("odd"), "tests.test_errors_travel.BecomesError: odd"),
        (ExitsError(), "tests.test_errors_travel.ExitsError: <exception str() failed>"),
        (type("Local", (Exception,), {"__module__": "here"})("gone"), "here.Local: gone"),
    ],
)
@pytest.mark.parametrize("cause", [True, False])
def test_what_cannot_travel_is_told(inner, told, cause):
    """An error whose class or values stay behind arrives as one that tells what it was."""
    inner.__notes__ = ["look here"]

    back = travelled(behind(ig.ResolutionError("it broke"), inner, cause=cause))

    arrived = back.__cause__ if cause else back.__context__
    assert type(arrived) is Exception
    assert str(arrived) == told
    assert arrived.__notes__ == ["look here"]


def test_all_that_is_behind_travels():
    """Causes of causes, contexts, errors of ours among them and notes travel as well."""
    deepest = behind(KeyError("a"), OSError(2, "no file"), cause=False)
    inside = behind(ig.CapabilityViolationError("no", {"node": "x"}, ["network"]), deepest)
    error = behind(ig.GuardError("it broke", {"node": "y"}), inside)
    error.add_note("mine")
    inside.add_note("theirs")

    back = travelled(error)

    assert back.__notes__ == ["mine"]
    assert type(back.__cause__) is ig.CapabilityViolationError
    assert back.__cause__.capabilities == ("network",)
    assert back.__cause__.context == {"node": "x"}
    assert back.__cause__.__notes__ == ["theirs"]
    assert repr(back.__cause__.__cause__) == "KeyError('a')"
    assert back.__cause__.__cause__.__context__.errno == 2


def test_what_is_suppressed_stays_behind():
    """A context that a traceback would not show does not travel."""
    error = behind(ig.ResolutionError("it broke"), KeyError(), cause=False)
    error.__suppress_context__ = True

    assert travelled(error).__context__ is None


def test_errors_in_a_circle_travel():
    """Errors that name one another as their cause are told once each."""
    first, second = ig.ResolutionError("first"), ig.ResolutionError("second")
    behind(first, behind(second, first))

    back = travelled(first)

    assert str(back.__cause__) == "second"
    assert back.__cause__.__cause__ is None


@given(st.lists(st.tuples(st.sampled_from([ValueError, ig.GuardError]), st.text(), st.booleans())))
def test_whatever_is_behind_arrives_in_order(links):
    """What is behind an error arrives as it was, however long it is."""
    error: BaseException = ig.ResolutionError("outermost")
    outer = error
    for kind, text, cause in links:
        inner = kind(text)
        behind(outer, inner, cause=cause)
        outer = inner

    back = travelled(error)

    for kind, text, cause in links:
        back = back.__cause__ if cause else back.__context__
        assert (type(back), back.args) == (kind, (text,))
    assert back.__cause__ is back.__context__ is None
