"""What users say about equality: of a class, of a node, and when they are not asked."""

from __future__ import annotations

import dataclasses
import enum
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from igniter_nb.incremental import equal, same, same_by
from igniter_nb.incremental.equality import asking


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget after each test what it said about classes."""
    monkeypatch.setattr(asking, "BY_CLASS", asking.BY_CLASS)
    before = dict(asking.BY_CLASS)
    yield
    asking.BY_CLASS.clear()
    asking.BY_CLASS.update(before)


class Order:
    """Compared by its number, where a test says so."""

    def __init__(self, number: int, lines: Any = None) -> None:
        self.number = number
        self.lines = lines


class Rush(Order):
    """Derived, so nothing is said about it."""


def by_number(old: Order, new: Order) -> bool:
    """Compare orders by their numbers."""
    return old.number == new.number


def never(old: Any, new: Any) -> bool:
    """Fail when asked."""
    raise AssertionError((old, new))


def test_what_is_said_about_a_class_holds_wherever_its_values_stand():
    """A function for a class decides on its own and inside lists, mappings and tuples."""
    assert equal(by_number)(Order) is Order

    assert same(Order(1, "a"), Order(1, "b"))
    assert not same(Order(1), Order(2))
    assert same([{"a": (Order(1, "a"),)}], [{"a": (Order(1, "b"),)}])
    assert not same([Order(1)] * 9, [Order(2)] * 9)


def test_nothing_is_said_about_derived_classes():
    """A derived class may hold more than the function knows of."""
    equal(by_number)(Order)

    assert not same(Rush(1), Rush(1))


def test_the_latest_word_about_a_class_counts():
    """What is said again replaces what was said before."""
    equal(lambda old, new: False)(Order)
    equal(by_number)(Order)

    assert same(Order(1), Order(1))


@pytest.mark.parametrize("answer", [None, 1, "yes", pd.NA, np.array([True, True])])
def test_an_answer_that_is_none_is_never_the_same(answer):
    """For a class it means changed; who asks for a node gets an error that says what came."""
    equal(lambda old, new: answer)(Order)

    assert not same(Order(1), Order(1))
    with pytest.raises(TypeError, match=rf"True or False, .*lambda.* {type(answer).__name__}"):
        same_by(lambda old, new: answer, 1, 2)


def test_a_function_that_raises_is_never_the_same():
    """For a class it means changed; who asks for a node gets what it raised."""
    equal(never)(Order)

    assert not same(Order(1), Order(2))
    with pytest.raises(AssertionError):
        same_by(never, 1, 2)


def test_truth_values_of_numpy_are_answers():
    """What numpy compares is answered by its own kind of truth."""
    assert same_by(lambda old, new: np.bool_(True), 1, 2)
    assert not same_by(lambda old, new: np.bool_(False), 1, 1)


def test_nothing_is_imported_to_ask(monkeypatch):
    """Where numpy is not loaded, True and False are the answers."""
    monkeypatch.delitem(sys.modules, "numpy")
    monkeypatch.delitem(sys.modules, "pandas")

    assert same_by(lambda old, new: True, [1], [2])


class Level(enum.Enum):
    LOW = 1


@dataclasses.dataclass(frozen=True)
class Point:
    x: Any


def half(array: Any) -> Any:
    """Return a view of an array."""
    return array[:1]


LINES = [1]
NUMBERS = np.zeros(2)
OBJECTS = np.array([LINES, None], dtype=object)
ROWS = np.zeros(2, [("a", "f8")])
FRAME = pd.DataFrame({"a": [1, 2]})

SHARED = {
    "one list": (LINES, LINES),
    "one object": (one := Order(1), one),
    "a list in both": (Order(1, LINES), Order(1, LINES)),
    "a list in frozen ones": (Point((LINES,)), Point((LINES,))),
    "a method of one list": (LINES.append, LINES.append),
    "views of one array": (half(NUMBERS), NUMBERS[1:]),
    "an array and its view": ({"a": NUMBERS}, {"a": half(NUMBERS)}),
    "rows of one array": (ROWS[0], ROWS[0]),
    "a list in arrays": (OBJECTS, OBJECTS.copy()),
    "a frame": (FRAME, FRAME.copy(deep=False)),
    "views of memory": (memoryview(held := bytearray(2)), memoryview(held)),
}


@pytest.mark.parametrize(("old", "new"), SHARED.values(), ids=SHARED)
def test_nobody_is_asked_about_what_may_have_been_changed_in_place(old, new):
    """Where a part of both can be changed, the old value may be the new one by now."""
    assert same_by(never, old, new) is False


def test_nobody_is_asked_about_what_is_too_large_to_look_through(monkeypatch):
    """Where parts are too many to look at, some may be shared."""
    monkeypatch.setattr(asking, "_PARTS_MAX", 10)

    assert not same_by(never, [[] for _ in range(20)], [[] for _ in range(20)])


APART = {
    "numbers": (1, 2),
    "one number": (1, 1),
    "one text in both": (["a"], ["a"]),
    "one frozen object": (Point(1), Point(1)),
    "one tuple in both": ([shared := (1, 2)], [shared]),
    "one class, function and module": ([Order, never, sys, len], [Order, never, sys, len]),
    "one member": ([Level.LOW], [Level.LOW]),
    "one dtype": (np.zeros(2, NUMBERS.dtype), np.ones(2, NUMBERS.dtype)),
    "one number of numpy": ([number := np.float64(1)], [number]),
    "one missing value": ([pd.NA, pd.NaT], [pd.NA, pd.NaT]),
    "frames": (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [2]})),
}


@pytest.mark.parametrize(("old", "new"), APART.values(), ids=APART)
def test_what_never_changes_may_be_shared(old, new):
    """Constants, code and kinds of items are shared by many values, and the user is asked."""
    assert same_by(lambda before, after: True, old, new)
    assert not same_by(lambda before, after: False, old, new)


async def later(old, new):
    """Answer later."""


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (3, "got int 3"),
        (lambda one: True, "too many positional"),
        (later, "later is a coroutine function"),
        (Order, "got the class Order: write @equal"),
    ],
)
def test_a_function_must_take_two_values(function, text):
    """What cannot be asked is refused at once, with what was expected."""
    with pytest.raises(TypeError, match=text):
        equal(function)


def test_only_classes_have_an_equality():
    """What is decorated is a class, and none whose values are always compared by what they hold."""
    with pytest.raises(TypeError, match="expects a class under it, got 3"):
        equal(by_number)(3)
    with pytest.raises(TypeError, match="values of int are always compared"):
        equal(by_number)(int)
    with pytest.raises(TypeError, match="give equal= to the node"):
        equal(by_number)(list)


def test_a_built_in_function_may_be_asked():
    """Some built-ins do not say what they take; they are taken at their word."""
    equal(max)(Order)

    assert not same(Order(1), Order(1))
