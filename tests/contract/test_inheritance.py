"""Deriving contracts from contracts: what is kept, replaced and added up."""

from __future__ import annotations

import pickle

import pytest

import igniter_nb as ig


class Price(ig.Contract):
    """A price."""

    amount = ig.input(float)
    rate = ig.input(float, default=0.2)
    word = "price"

    @ig.compute
    def tax(amount, rate):
        return amount * rate

    @ig.output
    def total(amount, tax):
        return amount + tax

    ig.expose("tax")


class Discounted(Price):
    discount = ig.input(float, default=10.0)

    @ig.output
    def total(amount, tax, discount):
        return amount + tax - discount


class Renamed(Price):
    pass


class Outer:
    class Nested(Price):
        """A contract inside another class."""


def test_a_child_has_what_its_parent_declares():
    """Nodes, outputs, scopes and attributes of the parent are the child's as well."""
    assert Renamed(amount=100.0).result.to_dict() == Price(amount=100.0).result.to_dict()
    assert Renamed.compiled_graph.name == "Renamed"
    assert Renamed.compiled_graph.nodes == Price.compiled_graph.nodes
    assert Renamed.word == "price"
    assert Renamed.tax(10.0, 0.5) == 5.0


def test_a_child_replaces_by_name():
    """A node of the same name replaces the parent's, in the graph and on the class."""
    assert Discounted(amount=100.0).result.total == 110.0
    assert Discounted.total(100.0, 20.0, 5.0) == 115.0
    assert Price(amount=100.0).result.total == 120.0
    assert Price.total(100.0, 20.0) == 120.0


def test_a_childs_inputs_are_its_own():
    """A child can change what its parent takes, and the parent does not notice."""

    class Fixed(Price):
        amount = ig.const(50.0)
        rate = ig.input(int, default=1)

    assert Fixed().result.total == 100.0
    assert Fixed(rate=2).result.total == 150.0
    with pytest.raises(ig.InputError):
        Fixed(amount=1.0)
    assert Price(amount=10.0, rate=0.5).result.total == 15.0


def test_a_childs_mistake_is_the_childs():
    """A child is checked as a whole: replacing what others need is found, at the child."""
    with pytest.raises(ig.CompileError) as caught:

        class Broken(Price):
            tax = ig.compute(lambda nothing: 1)

    assert caught.value.context["graph"] == "Broken"
    (found,) = caught.value.problems
    assert found.node == "tax"
    assert found.place.startswith(__file__)


def test_a_graph_of_a_nested_class_travels_by_name():
    """A contract inside another class is found again by its qualified name."""
    data = pickle.dumps(Outer.Nested.compiled_graph)

    assert pickle.loads(data) is Outer.Nested.compiled_graph  # noqa: S301 -- our own bytes


def test_several_parents_add_up():
    """All parents' nodes are there; Python's order decides between equal names."""

    class Left(ig.Contract):
        a = ig.input(int)
        b = ig.output(lambda a: a + 1)

    class Right(ig.Contract):
        a = ig.input(int)
        b = ig.output(lambda a: a + 2)
        c = ig.output(lambda b: b * 10)

    class Both(Left, Right):
        d = ig.output(lambda c: c + 1)

    assert Both(a=0).result.to_dict() == {"b": 1, "c": 10, "d": 11}
    assert list(Both(a=0).result) == list(Both.compiled_graph.outputs)


def test_a_diamond_declares_once():
    """What a common grandparent declares is there once."""

    class Left(Price):
        left = ig.output(lambda total: total + 1)

    class Right(Price):
        right = ig.output(lambda total: total + 2)

    class Both(Left, Right):
        pass

    assert Both(amount=100.0).result.to_dict() == {
        "total": 120.0,
        "tax": 20.0,
        "left": 121.0,
        "right": 122.0,
    }


def test_ordinary_classes_mix_in():
    """A contract may derive from ordinary classes as well; their methods are at self."""

    class Rounding:
        digits = 1

        def rounded(self, value):
            return round(value, self.digits)

    class Rounded(Rounding, ig.Contract):
        a = ig.input(float)

        @ig.output
        def b(self, a):
            return self.rounded(a)

    assert Rounded(a=1.26).result.b == 1.3


def test_a_contract_without_nodes_is_abstract():
    """A class without declarations can be derived from, and cannot be made."""

    class Empty(ig.Contract):
        pass

    class Full(Empty):
        a = ig.input(int)
        shown = ig.output("a")

    assert Full(a=1).result.shown == 1
    for contract in (Empty, ig.Contract):
        with pytest.raises(ig.CompileError, match=r"declares nothing: add ig.input"):
            contract()


def double(a):
    """Double it."""
    return 2 * a


def built(name: str = "Built", **options: object) -> type[ig.Contract]:
    """Build a contract by calls."""
    builder = ig.ContractBuilder(name, **options).input("a", int)
    with builder.scope("deep"):
        builder.compute("b", double)
    return builder.output("c", lambda b: b + 1).output("d", source="b").expose("b").build()


def test_a_built_contract_can_be_derived_from():
    """A class derives from a built contract as from any other, keeping and replacing nodes."""

    class Child(built()):
        b = ig.compute(lambda a: 3 * a)
        e = ig.output(lambda c: -c)

    assert Child(a=1).result.to_dict() == {"b": 3, "c": 4, "d": 3, "e": -4}
    assert Child.compiled_graph.node("c").location.file == __file__
    assert built().compiled_graph.node("b").path == "deep.b"


def test_a_built_contract_with_nested_outputs_can_be_derived_from():
    """What stands in a graph only for a dotted name is declared again by whoever reads it."""
    builder = ig.ContractBuilder("Outer").input("amount", float)
    builder.compose("price", Price, inputs=["amount"])
    parent = builder.output("x", lambda t: t + 1, depends_on={"t": "price.total"}).build()

    class Child(parent):
        y = ig.output(lambda x: x + 1)

    assert Child(amount=100.0).result.to_dict() == {"x": 121.0, "y": 122.0}


def test_an_empty_child_of_a_built_contract():
    """A child that adds nothing is its parent under another name."""

    class Child(built()):
        pass

    assert Child(a=1).result.c == 3
    assert Child.compiled_graph.name == "Child"


def test_options_are_inherited():
    """Options of a parent hold for the child, unless the child says otherwise."""

    class Threaded(Price, runner="threads", pool_size=3):
        pass

    class Child(Threaded):
        pass

    class Other(Threaded, pool_size=2):
        pass

    assert (Child.options.runner, Child.options.pool_size) == ("threads", 3)
    assert (Other.options.runner, Other.options.pool_size) == ("threads", 2)
    assert Price.options.runner == "inline"


def test_options_of_all_parents_count():
    """With several parents each option comes from the nearest one that gives it."""

    class Threaded(Price, runner="threads"):
        pass

    class Wide(Price, pool_size=7):
        pass

    class Both(Wide, Threaded):
        pass

    assert (Both.options.runner, Both.options.pool_size) == ("threads", 7)


def test_deriving_lifts_no_ban():
    """The policies of a contract and of all its parents add up."""

    class Offline(Price, policy=ig.Policy(denied=["network"])):
        pass

    class Stateless(Price, policy=ig.Policy(denied=["database"])):
        pass

    class Child(Offline, policy=ig.Policy(allowed=["network", "cache"])):
        pass

    class Both(Stateless, Offline):
        pass

    class Built(built(policy=ig.Policy(denied=["queue"])), policy=None):
        pass

    assert Child.options.policy.denies(["network", "cache", "queue"]) == ("network", "queue")
    assert Both.options.policy.denies(["network", "database"]) == ("network", "database")
    assert Built.options.policy.denies(["queue"]) == ("queue",)


def test_wrong_options_are_refused():
    """An unknown option of a class is told with the known ones, and inputs are no options."""
    with pytest.raises(TypeError, match=r"unknown option 'runer'.*did you mean 'runner'"):

        class Wrong(Price, runer="threads"):
            pass

    with pytest.raises(TypeError, match=r"unknown option 'amount'.*Inputs are given to the"):
        Price.configured(amount=1.0)


def test_classes_are_pickled_by_name_or_content():
    """A contract class is pickled by name; a built one that has none by what it holds."""
    assert pickle.loads(pickle.dumps(Price)) is Price  # noqa: S301 -- our own bytes
    assert pickle.loads(pickle.dumps(Outer.Nested)) is Outer.Nested  # noqa: S301 -- the same

    nameless = (
        ig.ContractBuilder("Nowhere", pool_size=7).input("a", int).output("b", double).build()
    )
    back = pickle.loads(pickle.dumps(nameless))  # noqa: S301 -- the same

    assert back is not nameless
    assert back.compiled_graph == nameless.compiled_graph
    assert back.options.pool_size == 7
    assert back(a=2).result.b == 4


def test_a_class_without_an_importable_name_is_refused_by_pickle():
    """A class written in a function cannot be pickled, as Python's classes cannot."""

    class Local(Price):
        pass

    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(Local)
