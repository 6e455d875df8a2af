"""What each kind of node does when it runs."""

from __future__ import annotations

import dataclasses
import functools
import operator
import types
from typing import NamedTuple

import numpy as np
import pydantic
import pytest

import igniter_nb as ig
from igniter_nb.runtime.steps import make_step


def value_of(function, depends_on=None, **inputs):
    """Return the value of one compute node over some inputs."""
    builder = ig.ContractBuilder("One")
    for name in inputs:
        builder.input(name, object)
    builder.output("value", function, depends_on=depends_on)
    return builder.build()(**inputs).result.value


class Adder(ig.Executor):
    """Adds; counts its instances."""

    made = 0

    def __init__(self, more=0):
        type(self).made += 1
        self.more = more

    def call(self, a, b):
        return a + b + self.more


class Callable:
    def __call__(self, a):
        return a + 1

    def method(self, a):
        return a + 2

    @classmethod
    def of_class(cls, a):
        return cls.__name__, a

    @staticmethod
    def static(a):
        return a + 3


def test_every_kind_of_callable_does_its_work():
    """Functions, lambdas, partials, methods, callable objects, executors, builtins."""
    assert value_of(lambda a: a + 1, a=1) == 2
    assert value_of(functools.partial(operator.add, 5), depends_on=["a"], a=1) == 6
    assert value_of(Callable(), a=1) == 2
    assert value_of(Callable().method, a=1) == 3
    assert value_of(Callable.of_class, a=1) == ("Callable", 1)
    assert value_of(Callable.static, a=1) == 4
    assert value_of(Adder, a=1, b=2) == 3
    assert value_of(Adder(more=10), a=1, b=2) == 13
    assert value_of(abs, depends_on=["a"], a=-1) == 1
    assert value_of(str.upper, depends_on=["a"], a="x") == "X"


def test_an_executor_class_is_made_anew_for_every_call():
    """Executions share no executor; an instance that was given is used as it is."""
    Adder.made = 0
    value_of(Adder, a=1, b=1)
    value_of(Adder, a=1, b=1)
    assert Adder.made == 2

    value_of(Adder(), a=1, b=1)
    assert Adder.made == 3


def test_arguments_arrive_under_their_parameters():
    """By position, by name, keyword-only, ``*args``, ``**kwargs``, renamed: each gets its own."""
    assert value_of(lambda: 7) == 7
    assert value_of(lambda a, b, c: (a, b, c), c=3, b=2, a=1) == (1, 2, 3)
    assert value_of(lambda a, *, b: (a, b), a=1, b=2) == (1, 2)
    assert value_of(lambda x, y: (x, y), depends_on={"y": "a", "x": "b"}, a=1, b=2) == (2, 1)
    assert value_of(lambda *values: values, depends_on=["a", "b"], a=1, b=2) == (1, 2)
    assert value_of(lambda **named: named, depends_on=["a", "b"], a=1, b=2) == {"a": 1, "b": 2}
    assert value_of(lambda a, b=5: (a, b), depends_on=["a"], a=1) == (1, 5)
    assert value_of(lambda a, z=9, b=5: (a, z, b), depends_on=["a", "b"], a=1, b=2) == (1, 9, 2)


def test_a_method_gets_the_contract():
    """A function whose first parameter is ``self`` is given the instance."""

    class Own(ig.Contract):
        x = ig.input(int)

        def helper(self, value):
            return value * 100

        @ig.output
        def shown(self, x):
            return self.helper(x)

    own = Own(x=2)
    assert own.result.shown == 200
    assert own.execution.owner is own
    assert Own.configured(runner="threads")(x=3).result.shown == 300


def test_lookup_and_map_are_computed():
    """``lookup`` and ``map`` run as ``compute`` does."""

    class Kinds(ig.Contract):
        x = ig.input(int)
        found = ig.lookup({1: "one"}.get, depends_on=["x"])
        shouted = ig.map(str.upper, over="found")
        ig.expose("shouted")

    assert Kinds(x=1).result.shouted == "ONE"


def test_a_guard_is_true_whatever_it_returned():
    """The value of a guard that holds is True, so it is equal the next time."""

    class Guarded(ig.Contract):
        rows = ig.input(object)

        @ig.guard(gates=["size"])
        def present(rows):
            return len(rows)

        @ig.output
        def size(rows):
            return len(rows)

    guarded = Guarded(rows=[1])
    assert guarded.resolve("present") is True
    with pytest.raises(ig.GuardError, match=r"guard 'present' does not hold \(got rows=\[\]\)"):
        guarded.update_inputs(rows=[]).resolve_all()


def test_a_guard_of_nothing_says_so():
    """A guard without dependencies has a false value to show, no names."""

    class Never(ig.Contract):
        @ig.guard(gates="all", message="closed")
        def open_now():
            return False

        @ig.output
        def shown():
            return 1

    with pytest.raises(ig.GuardError, match=r"closed \(got a false value\)"):
        _ = Never().result.shown


def test_a_run_never_reaches_an_input():
    """An input's step exists to say which invariant broke."""

    class Plain(ig.Contract):
        x = ig.input(int)

        @ig.output
        def shown(x):
            return x

    plain = Plain(x=1)
    step = make_step(Plain.compiled_graph, plain.compiled_graph.index["x"])

    with pytest.raises(AssertionError, match=r"reached the input 'x' of Plain#"):
        step(plain.execution.values, plain.execution)


# --- project ----------------------------------------------------------------------------------


class Named(NamedTuple):
    a: int


@dataclasses.dataclass
class Record:
    a: int

    @property
    def computed(self):
        return self.a

    def method(self):
        return self.a


class Addressed(NamedTuple):
    address: int
    name: int


class Model(pydantic.BaseModel):
    a: int


class Slotted:
    __slots__ = ("a", "empty")

    def __init__(self):
        self.a = 1


class OneSlot(Slotted):
    __slots__ = "b"  # noqa: PLC0205 -- what is tested

    def __init__(self):
        super().__init__()
        self.b = 2


class Plain:
    def __init__(self):
        self.a = 1
        self._hidden = 2


def projected(value, **how):
    """Return the part of a value that a projection takes."""
    builder = ig.ContractBuilder("Part").input("value", object)
    builder.project("taken", "value", **how).output("taken")
    return builder.build()(value=value).result.taken


@pytest.mark.parametrize(
    "value",
    [{"a": 1}, Named(1), Record(1), Model(a=1), Slotted(), OneSlot(), Plain()],
    ids=lambda value: type(value).__name__,
)
def test_a_field_or_item_is_taken_by_its_name(value):
    """Mappings give items; records, models, slots and plain objects give what they store."""
    assert projected(value, key="a") == 1


def test_a_path_goes_through_mappings_and_sequences():
    """Each step of a path is a key or an index."""
    assert projected({"rows": [{"a": 1}, {"a": 2}]}, path=["rows", 1, "a"]) == 2
    assert projected({0: "zero"}, path=[0]) == "zero"
    assert projected(np.array([5, 6]), path=[1]) == 6
    assert projected((1, 2), path=[-1]) == 2
    assert projected(OneSlot(), key="b") == 2


class Odd(dict):
    """A mapping that refuses keys."""

    def get(self, key, default=None):
        raise TypeError


MISSING = [
    ({"a": 1}, ["b"]),
    ({"a": 1}, ["a", "b"]),
    ([1], [5]),
    ([1], ["a"]),
    ("text", [0]),
    (b"bytes", [0]),
    (7, [0]),
    (Record(1), ["computed"]),
    (Record(1), ["method"]),
    (Slotted(), ["empty"]),
    (Plain(), ["_hidden"]),
    (Named(1), ["count"]),
    (Odd(), ["a"]),
]


@pytest.mark.parametrize(("value", "path"), MISSING, ids=lambda value: type(value).__name__)
def test_what_is_not_stored_is_no_part(value, path):
    """Methods, properties, private names and letters of a text are no parts; nothing is called."""
    assert projected(value, path=path, default="none") == "none"
    with pytest.raises(ig.ResolutionError, match=r"there is no part") as caught:
        projected(value, path=path)
    whole = isinstance(value.get("a") if path == ["a", "b"] else value, (str, bytes, int))
    assert ("cannot be taken apart" in str(caught.value)) == whole
    assert ("give ig.project" in str(caught.value)) == (not whole)


def test_the_error_names_the_missing_step_and_what_there_was():
    """A long path says how far it went and which keys were there."""
    with pytest.raises(
        ig.ResolutionError, match=r"no part 'c' \(path a / c\) in dict with \['b'\]"
    ):
        projected({"a": {"b": 1}}, path=["a", "c"])


@pytest.mark.parametrize(
    "value",
    [
        {"address": 1, "name": 2},
        Addressed(1, 2),
        dataclasses.make_dataclass("Record", ["address", "name"])(1, 2),
        pydantic.create_model("Model", address=(int, 1), name=(int, 2))(),
        types.SimpleNamespace(address=1, name=2, _adres=3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_part_that_looks_like_another_is_told(value):
    """A name that is no part has the one that is most like it, in mappings and in records."""
    with pytest.raises(ig.ResolutionError, match="did you mean 'address'") as caught:
        projected(value, key="adress")

    assert "with ['address', 'name']" in str(caught.value)
    with pytest.raises(ig.ResolutionError) as other:
        projected(value, key="zzz")
    assert "did you mean" not in str(other.value)


def test_an_index_that_is_too_large_is_told_with_the_length():
    """For a sequence the error says how long it is."""
    with pytest.raises(ig.ResolutionError, match=r"no part 5 \(path 5\) in list of length 2"):
        projected([1, 2], key=5)


def test_a_default_may_be_none():
    """None as a default is a default."""
    assert projected({}, key="a", default=None) is None


def test_a_default_stands_for_a_missing_part_alone():
    """A part that is there is taken as it is, also where it is None, false or empty."""
    for part in (None, False, 0, "", []):
        assert projected({"a": {"b": part}}, path=["a", "b"], default="none") == part
    assert projected({"a": {}}, path=["a", "b"], default="none") == "none"


# --- values that do not last ------------------------------------------------------------------


class Deferred(ig.Executor):
    def call(self, a):
        return map(str, a)


class Holder:
    def __init__(self, rows):
        self.rows = rows


FLEETING = [
    lambda a: (x for x in a),
    lambda a: {"rows": map(str, a)},
    lambda a: dict.fromkeys(a).items(),
    lambda *, a: iter(a),
    lambda a, b=(): zip(a, b, strict=False),
    Deferred,
    functools.partial(map, str),
]


@pytest.mark.parametrize("runner", ["inline", "threads"])
@pytest.mark.parametrize("function", FLEETING, ids=lambda function: type(function).__name__)
def test_a_value_that_can_be_read_only_once_fails_its_node(function, runner):
    """Whoever returns a generator, an iterator or a view is told to return a list instead."""
    builder = ig.ContractBuilder("Once", runner=runner).input("a", object)
    builder.compute("rows", function, depends_on=["a"]).output("first", list, depends_on=["rows"])
    once = builder.output("second", list, depends_on=["rows"]).build()(a=[1, 2])

    for name in ("first", "second"):
        with pytest.raises(ig.ResolutionError, match=r"node 'rows' failed: .* list\(…\) of it"):
            once.resolve(name)


def test_no_step_hands_on_what_does_not_last():
    """Functions of any number of parameters, constants and projections are asked."""

    class Once(ig.Contract):
        a = ig.input(object)
        b = ig.input(object)
        holder = ig.input(object)
        none = ig.const(lambda: iter([1]))
        two = ig.output(lambda a, b: iter([a, b]))
        three = ig.output(lambda a, b, holder: iter([a, b, holder]))
        part = ig.project("holder", key="rows")
        ig.expose("none", "part")

    once = Once(a=1, b=2, holder=Holder(iter([1])))
    once.resolve_incrementally()

    assert set(once.result.errors) == {"none", "two", "three", "part"}
    assert all("can be read only once" in str(found) for found in once.result.errors.values())
