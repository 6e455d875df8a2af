"""Declarations that cannot mean what was written: told where they stand, never ignored."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

import pytest

import igniter_nb as ig
from igniter_nb.contract import ContractMeta
from igniter_nb.contract.contract import OURS
from tests.contract.declared import found

if TYPE_CHECKING:
    from collections.abc import Callable


# --- nodes are no values --------------------------------------------------------------------------


HELD: list[Callable[[Any], Any]] = [
    lambda node: node,
    lambda node: [1, node],
    lambda node: (node,),
    lambda node: {node},
    lambda node: frozenset({node}),
    lambda node: {"key": [{"deep": node}]},
    lambda node: {node: 1},
]

PLACES: list[tuple[str, Callable[[Any], Any]]] = [
    ("ig.const", ig.const),
    ("default=", lambda value: ig.input(default=value)),
    ("ig.input", ig.input),
    ("default=", lambda value: ig.project("x", key="a", default=value)),
    ("key=", lambda value: ig.project("x", key=value)),
    ("path=", lambda value: ig.project("x", path=value)),
    ("equals=", lambda value: ig.guard("x", equals=value)),
    ("one_of=", lambda value: ig.guard("x", one_of=value)),
    ("between=", lambda value: ig.guard("x", between=value)),
    ("matches=", lambda value: ig.guard("x", matches=value)),
    ("message=", lambda value: ig.guard("x", equals=1, message=value)),
    ("ig.compute", ig.compute),
    ("ig.compose", ig.compose),
    ("doc=", lambda value: ig.compute(len, depends_on="x", doc=value)),
]


@pytest.mark.parametrize("hold", HELD)
@pytest.mark.parametrize(("where", "use"), PLACES)
def test_a_node_is_no_value(where, use, hold):
    """A node where a value is expected is refused: its name is not its value."""

    def declare():
        class Wrong(ig.Contract):
            x = ig.input(int)
            z = ig.input(int)
            wrong = use(hold(z))
            shown = ig.output("x")

    (problem,) = found(declare)

    assert problem.path == "wrong"
    assert problem.message.startswith(f"{where} expects what is known beforehand, got the node 'z'")
    assert "a function with them as parameters" in problem.message


def test_a_guard_that_compares_two_nodes_is_shown():
    """Who compares two nodes is told how: by a function of both."""

    def declare():
        class Wrong(ig.Contract):
            x = ig.input(int)
            z = ig.input(int)
            same = ig.guard(x, equals=z)
            shown = ig.output("x")

    (problem,) = found(declare)

    assert problem.message.endswith("@ig.guard def same(x, z): return x == z")


def test_a_node_without_a_name_is_no_value_either():
    """The same holds for a declaration that is made on the spot."""

    def declare():
        class Wrong(ig.Contract):
            x = ig.input(int)
            ok = ig.guard("x", equals=ig.input(int))
            shown = ig.output("x")

    assert "got a node without a name" in found(declare)[0].message


def test_values_that_hold_themselves_are_values():
    """A value is looked through no further than it takes, even if it holds itself."""
    loop: list[Any] = []
    loop.append(loop)

    class Fine(ig.Contract):
        held = ig.const(loop)
        many = ig.const([*range(100_000)])
        shown = ig.output("held")
        all_of_them = ig.output("many")

    shown = Fine().result.shown
    assert shown[0] is shown is not loop


def test_names_may_be_nodes():
    """Where the name of a node is expected the node itself does."""

    class Fine(ig.Contract):
        x = ig.input(dict)
        part = ig.project(x, key="a", default=3)
        small = ig.guard(part, between=(0, 9))
        twice = ig.compute(lambda value: 2 * value, depends_on=[part, small])
        thrice = ig.map(lambda value: 3 * value, over=twice)
        held = ig.guard(part, equals=3, gates=[thrice])
        shown = ig.output(thrice)

    assert Fine(x={}).result.shown == 18


@pytest.mark.parametrize("name", [3, None, ig.input(int)])
def test_a_scope_has_a_name(name):
    """What is no text is no name of a scope."""
    with pytest.raises(TypeError, match=r"ig\.scope expects a name"):

        class Wrong(ig.Contract):
            with ig.scope(name):
                x = ig.input(int)


def test_names_of_nested_outputs_are_text():
    """What is no text is no name of a nested output."""
    with pytest.raises(TypeError, match=r"ig\.export expects names of nested outputs"):

        class Wrong(ig.Contract):
            x = ig.input(int)
            ig.export(x, source="child")


# --- nobody hears them ----------------------------------------------------------------------------


class Plain:
    """Declares, but is no contract."""

    rate = ig.input(float)
    words = ("not", "a", "node")

    @ig.output
    def doubled(rate):
        return 2 * rate


class Deeper(Plain):
    """Inherits from what is no contract."""


@pytest.mark.parametrize(
    "parents", [(Plain, ig.Contract), (Deeper, ig.Contract), (ig.Contract, Plain)]
)
def test_declarations_of_a_plain_parent_are_not_ignored(parents):
    """Declarations in a parent that is no contract are told, each at its place."""

    def declare():
        class Wrong(*parents):
            x = ig.input(int)
            shown = ig.output("x")

    lost = found(declare)

    assert [each.rule for each in lost] == ["lost-declaration"] * 2
    assert [each.path for each in lost] == ["rate", "doubled"]
    assert all("declared in Plain, which is no contract" in each.message for each in lost)
    assert all("test_declarations" in each.place for each in lost)
    assert lost[0].hint == "write class Plain(ig.Contract)"


def test_a_contract_of_nothing_but_a_plain_parent():
    """The same holds where the body declares nothing of its own."""

    def declare():
        class Wrong(Plain, ig.Contract):
            pass

    assert [each.path for each in found(declare)] == ["rate", "doubled"]


def test_a_plain_parent_whose_declarations_are_replaced():
    """What the class declares itself is not lost, and neither is what it takes by name."""

    class Fine(Plain, ig.Contract):
        rate = Plain.rate

        @ig.output
        def doubled(rate):
            return rate + rate

    assert Fine(rate=1.5).result.doubled == 3.0


def test_a_declaration_comes_too_late():
    """What is assigned to a finished class would declare nothing, and is refused."""

    class Done(ig.Contract):
        x = ig.input(int)
        shown = ig.output("x")

    with pytest.raises(TypeError, match=r"Done is compiled: <ig\.input .*> would declare nothing"):
        Done.late = ig.input(int)
    Done.note = "any other attribute"
    assert Done.note == "any other attribute"


def test_a_class_made_by_a_call():
    """A contract made by a call of its metaclass declares what its namespace holds."""
    namespace = {"x": ig.input(int), "shown": ig.output("x"), "note": 1}

    made: Any = ContractMeta("Made", (ig.Contract,), namespace)
    same: Any = ContractMeta("Same", (made,), {"note": 2})

    assert made(x=3).result.shown == 3
    assert (made.note, same.note) == (1, 2)


def wrapped(function: Any) -> Callable[..., Any]:
    """Do as decorators do."""

    @functools.wraps(function)
    def call(*args: Any) -> Any:
        return function(*args)

    return call


@pytest.mark.parametrize("decorate", [wrapped, functools.lru_cache, functools.cache])
def test_a_decorator_above_a_word(decorate):
    """A decorator above a word takes the node away: the problem says so, at the node."""

    def declare():
        class Wrong(ig.Contract):
            x = ig.input(int)

            @decorate
            @ig.output
            def hidden(x):
                return x

            @ig.output
            def reads(hidden):
                return hidden

    (problem,) = found(declare)

    assert problem.path == "hidden"
    assert "test_declarations" in problem.place
    assert problem.message == (
        "the decorator above @ig.output made something else of the node 'hidden': put @ig.output"
        " above all other decorators"
    )


def helper(x):
    """Stand outside."""
    return x


def test_a_function_from_elsewhere_without_a_name():
    """A word with a function that is assigned to nothing is told as that."""

    def declare():
        class Wrong(ig.Contract):
            x = ig.input(int)
            shown = ig.output("x")
            helper = helper
            ig.compute(helper)

    (problem,) = found(declare)

    assert problem.message == "ig.compute(…) declares nothing: assign it to a name"


def test_a_node_is_not_called():
    """A body that calls a node is told that nodes read one another through parameters."""
    with pytest.raises(TypeError, match=r"<ig\.compute twice> is a node, not a function"):

        class Wrong(ig.Contract):
            @ig.compute
            def twice(x):
                return 2 * x

            four = twice(2)


# --- names that are ours --------------------------------------------------------------------------


PUBLIC = sorted(name for name in OURS if not name.startswith("_"))


def method(self):
    """Do something else."""


@pytest.mark.parametrize("name", sorted(OURS))
@pytest.mark.parametrize(
    "value", [5, method, property(method), staticmethod(method), classmethod(method), len]
)
def test_an_attribute_does_not_replace_ours(name, value):
    """A plain attribute or method that would replace how contracts work is refused."""
    body = {"x": ig.input(int), "shown": ig.output("x"), name: value}

    (problem,) = found(lambda: ContractMeta("Wrong", (ig.Contract,), body))

    assert problem.rule == "replaces-ours"
    assert problem.path == name
    assert "is how contracts work" in problem.message
    assert "test_declarations" in problem.place


def test_the_place_is_that_of_the_method():
    """A method that would replace ours is told at its own line."""

    def declare():
        class Wrong(ig.Contract):
            x = ig.input(int)
            shown = ig.output("x")

            def resolve_all(self):
                return self

    line = inspect.getsourcelines(test_the_place_is_that_of_the_method)[1] + 8

    assert found(declare)[0].place.endswith(f":{line}")


@pytest.mark.parametrize("declares", [True, False])
def test_a_plain_parent_does_not_replace_ours(declares):
    """The same holds for a parent that is no contract and comes first."""

    class Logged:
        def resolve_all(self):
            return self

    def declare():
        body = {"x": ig.input(int), "shown": ig.output("x")} if declares else {}
        ContractMeta("Wrong", (Logged, ig.Contract), body)

    if declares:
        (problem,) = found(declare)
        assert problem.came == "an attribute of Logged"
        assert "test_declarations" in problem.place


def test_a_plain_parent_behind_replaces_nothing():
    """What comes behind the contract in the order of parents replaces nothing."""

    class Logged:
        def resolve_all(self):
            raise AssertionError

    class Fine(ig.Contract, Logged):
        x = ig.input(int)
        shown = ig.output("x")

    assert Fine(x=1).resolve_all().result.shown == 1


@pytest.mark.parametrize("name", [*PUBLIC, "finish", "adopt", "prepared", "given", "options"])
def test_nodes_keep_every_name(name):
    """A node may be called as anything of ours: it is read from the result and by resolve."""
    made: Any = ContractMeta(
        "Named", (ig.Contract,), {name: ig.input(int), "shown": ig.output(name)}
    )

    execution = made(**{name: 1})

    assert execution.update_inputs(**{name: 2}).result.shown == 2
    assert execution.resolve_all().succeeded
    setattr(execution, name, 3)
    assert execution.result.shown == 3


@pytest.mark.parametrize(
    "name", ["finish", "adopt", "prepared", "built", "given", "own_statements"]
)
def test_a_method_may_be_called_as_what_only_the_compiler_uses(name):
    """Names that belong to the making of classes are free for methods."""
    body = {"x": ig.input(int), "shown": ig.output("x"), name: lambda self: self.result.shown}

    made: Any = ContractMeta("Named", (ig.Contract,), body)
    child: Any = ContractMeta("Child", (made,), {})

    assert child(x=2).result.shown == 2


def test_a_node_that_is_overwritten_below():
    """A plain attribute below a node of its name is told."""

    def declare():
        class Wrong(ig.Contract):
            x = ig.input(int)
            total = ig.output("x")
            locals()["total"] = 5

    assert found(declare)[0].message.startswith("'total' is a node, and here it is 5")
