"""What is known of a callable without calling it."""

from __future__ import annotations

import functools
import math
import types

import pytest

import igniter_nb as ig
from igniter_nb.graph import Executor, describe
from tests.graph import annotated


def plain(a, b=2, *, c, d=4):
    """Add some.

    And more.
    """


def variadic(a, *rest, **named):
    """Take anything."""


def with_self(self, a):
    """Take the contract."""


async def awaited(a):
    """Wait."""


@functools.wraps(plain)
def wrapping(*args, **named):
    """Pass on."""
    return plain(*args, **named)


class Shop:
    """A shop."""

    def price(self, a):
        """Price one."""

    @classmethod
    def made(cls, a):
        pass

    @staticmethod
    def sold(a):
        pass

    async def later(self, a):
        pass


class Adder:
    def __init__(self, by=1):
        self.by = by

    def __call__(self, a) -> int:
        """Add to a."""
        return a + self.by


class AsyncAdder:
    async def __call__(self, a):
        return a


class Lookup(Executor):
    """Looks up."""

    def call(self, id):  # noqa: A002 -- the seed's name
        """Find one."""


class Static(Executor):
    @staticmethod
    def call(a):
        return a


class OfClass(Executor):
    @classmethod
    def call(cls, a):
        return a


class Later(Executor):
    async def call(self, a):
        """Wait for it."""


class Configured(Executor):
    def __init__(self, rate, *args, factor=1, **named):
        self.rate = rate

    def call(self, a):
        return a


class Loose(Executor):
    def __init__(self, *args, rate=1, **named):
        self.rate = rate

    def call(self, a):
        return a


class Idle(Executor):
    pass


@pytest.mark.parametrize(
    ("target", "positional", "optional", "keyword_only"),
    [
        (plain, ("a", "b"), {"b", "d"}, ("c", "d")),
        (wrapping, ("a", "b"), {"b", "d"}, ("c", "d")),
        (lambda a, b=1: a, ("a", "b"), {"b"}, ()),
        (lambda: 1, (), set(), ()),
        (awaited, ("a",), set(), ()),
        (Shop().price, ("a",), set(), ()),
        (Shop.made, ("a",), set(), ()),
        (Shop.sold, ("a",), set(), ()),
        (Adder(), ("a",), set(), ()),
        (Adder, ("by",), {"by"}, ()),
        (functools.partial(plain, 1), ("b",), {"b", "d"}, ("c", "d")),
        (functools.partial(plain, b=1), ("a",), {"d"}, ("c", "d")),
        (functools.partial(Shop().price), ("a",), set(), ()),
        (Lookup, ("id",), set(), ()),
        (Lookup(), ("id",), set(), ()),
        (Static, ("a",), set(), ()),
        (Static(), ("a",), set(), ()),
        (OfClass, ("a",), set(), ()),
        (Loose, ("a",), set(), ()),
        (Configured(1), ("a",), set(), ()),
        (len, ("obj",), set(), ()),
        (math.sqrt, ("x",), set(), ()),
    ],
)
def test_parameters_are_read_from_every_kind_of_callable(
    target, positional, optional, keyword_only
):
    """Functions, lambdas, methods, partials, objects, executors, builtins: parameters are read."""
    callee = describe(target)

    assert callee.target is target
    assert callee.positional == positional
    assert callee.optional == optional
    assert callee.keyword_only == keyword_only
    assert not callee.wants_self
    assert not callee.unreadable


def test_further_arguments_are_noticed():
    """A callable says whether it takes more arguments by position or by name."""
    assert describe(variadic).accepts_rest
    assert describe(variadic).accepts_any
    assert not describe(plain).accepts_rest
    assert not describe(plain).accepts_any


@pytest.mark.parametrize("target", [with_self, functools.partial(with_self), lambda self: self])
def test_a_first_parameter_self_is_the_contract(target):
    """A function whose first parameter is called self gets the contract instance there."""
    callee = describe(target)

    assert callee.wants_self
    assert "self" not in callee.positional


def test_self_with_defaults_behind_it():
    """The first parameter self does not shift the other parameters."""
    callee = describe(lambda self, a, b=1: a)

    assert (callee.positional, callee.optional) == (("a", "b"), {"b"})


def test_a_builtin_without_signature_is_unreadable():
    """Where a builtin does not tell its parameters, that is noted instead of guessed."""
    callee = describe(max)

    assert callee.unreadable
    assert callee.accepts_rest
    assert callee.positional == ()


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (3, "something that can be called .*, got int 3"),
        (Idle, "executor Idle has no method call"),
        (Idle(), "executor Idle has no method call"),
        (
            Configured,
            r"executor Configured is made anew .* cannot be given rate: .*Configured\(…\)",
        ),
    ],
)
def test_what_cannot_be_called_is_refused_where_it_stands(target, message):
    """What cannot do a node's work is a TypeError at once, which says what to do."""
    with pytest.raises(TypeError, match=message):
        describe(target)


@pytest.mark.parametrize(
    ("target", "label"),
    [
        (plain, "plain"),
        (lambda: 1, "<lambda>"),
        (Shop().price, "Shop.price"),
        (Adder(), "Adder"),
        (Lookup, "Lookup"),
        (Lookup(), "Lookup"),
        (functools.partial(functools.partial(plain, 1), 2), "plain"),
        (len, "len"),
    ],
)
def test_a_label_is_what_a_person_calls_it(target, label):
    """Texts and pictures call a callable by its qualified name, not by the place it is local to."""
    assert describe(target).label == label


@pytest.mark.parametrize(
    ("target", "doc"),
    [
        (plain, "Add some."),
        (Shop().price, "Price one."),
        (Adder(), "Add to a."),
        (Lookup, "Looks up."),
        (Lookup(), "Looks up."),
        (Static(), ""),
        (Later(), "Wait for it."),
        (functools.partial(plain, 1), "Add some."),
        (lambda: 1, ""),
    ],
)
def test_documentation_is_its_first_paragraph(target, doc):
    """Of a callable's documentation the first paragraph is kept."""
    assert describe(target).doc == doc


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (annotated.written, {"a": int, "return": float}),
        (annotated.deferred, {"a": int, "return": type(None)}),
        (annotated.half_known, {"a": int}),
        (annotated.wrapping, {"a": int, "return": type(None)}),
        (annotated.Method().price, {"a": int}),
        (annotated.Method.made, {"a": int}),
        (annotated.Called(), {"a": int}),
        (annotated.Fields, {"x": str, "return": annotated.Fields}),
        (annotated.local(), {"a": annotated.Method, "return": int}),
        (int, {"return": int}),
        (len, {}),
        (plain, {}),
        (functools.partial(annotated.written, 1), {"a": int, "return": float}),
    ],
)
def test_annotations_are_resolved_where_they_can_be(target, expected):
    """Annotations, written as types or as text, are resolved; unknown names are left out."""
    found = describe(target).annotations()

    assert {name: type(None) if kind is None else kind for name, kind in found.items()} == expected


def test_annotations_that_hold_no_types_break_nothing():
    """Annotations are read from whatever carries them; what cannot be resolved says nothing."""

    class Init:
        __annotations__ = {"a": "int", "b": "Unknown"}

        def __call__(self, *args):
            pass

    class Foreign:
        __init__ = Init()

    assert describe(Foreign).annotations() == {"a": int, "return": Foreign}


def test_an_empty_closure_cell_is_skipped():
    """A closure that is not filled yet neither breaks annotations nor equality."""

    def make():
        def early(a: int):
            return late(a)

        found = describe(early)
        texts = found.annotations(), found == describe(early)

        def late(a):
            return a

        return texts

    assert make() == ({"a": int}, True)


def doubled(factor, extra=None):
    """Make a function with a closure."""

    def double(a, *, by=factor):
        return a * factor * by

    return double


def recursive():
    """Make a function that holds itself."""

    def down(a):
        return down(a - 1) if a else 0

    return down


def around(inner):
    """Make a function that holds another."""

    def call(a):
        return inner(a)

    return call


def test_the_same_code_is_equal():
    """Two functions of the same code, defaults and closure are equal, and hash alike."""
    assert describe(doubled(2)) == describe(doubled(2))
    assert hash(describe(doubled(2))) == hash(describe(doubled(2)))
    assert describe(functools.partial(plain, 1, c=2)) == describe(functools.partial(plain, 1, c=2))
    assert describe(recursive()) == describe(recursive())
    assert describe(around(doubled(2))) == describe(around(doubled(2)))
    assert describe(Shop.made) == describe(Shop.made)


def test_other_code_is_not_equal():
    """Another closure, default, argument, capability or object is another callable."""
    assert describe(doubled(2)) != describe(doubled(3))
    assert describe(functools.partial(plain, 1)) != describe(functools.partial(plain, 2))
    assert describe(around(doubled(2))) != describe(around(doubled(3)))
    assert describe(doubled(2)) != describe(ig.requires("network")(doubled(2)))
    assert describe(Adder(1)) != describe(Adder(1))
    assert describe(plain) != "plain"


def test_where_code_stands_is_no_content():
    """The same function on another line, or in another file, is equal."""
    spaces: list[dict[str, object]] = [{"__name__": "shop"}, {"__name__": "shop"}]
    source = "def f(a):\n    return [x + 1 for x in a]\n"

    exec(compile(source, "one.py", "exec"), spaces[0])  # noqa: S102 -- the same source twice
    exec(compile("\n\n" + source, "two.py", "exec"), spaces[1])  # noqa: S102 -- the same source twice

    assert describe(spaces[0]["f"]) == describe(spaces[1]["f"])


def test_values_that_refuse_comparison_are_not_equal():
    """A closure whose value raises when it is compared makes callables unequal, not an error."""

    class Prickly:
        __hash__ = None

        def __eq__(self, other):
            raise RuntimeError

    assert describe(doubled(Prickly())) != describe(doubled(Prickly()))
    one = doubled(Prickly())
    assert describe(one) == describe(one)


@ig.requires("network")
def fetch(a):
    """Fetch."""
    return a


@ig.requires("database")
class Stored(Executor):
    @ig.requires("cache")
    def call(self, a):
        return a


class Caller:
    @ig.requires("network")
    def __call__(self, a):
        return a

    @ig.requires("queue")
    def method(self, a):
        return a


@pytest.mark.parametrize(
    ("target", "capabilities"),
    [
        (fetch, ("network",)),
        (functools.partial(fetch, 1), ("network",)),
        (functools.lru_cache(fetch), ("network",)),
        (Stored, ("database", "cache")),
        (Stored(), ("database", "cache")),
        (Caller(), ("network",)),
        (Caller().method, ("queue",)),
        (len, ()),
        (plain, ()),
    ],
)
def test_every_kind_of_callable_declares(target, capabilities):
    """Capabilities count wherever they are written, not on executor classes alone."""
    assert describe(target).capabilities == capabilities


@ig.requires("audit")
class Audited(Stored):
    """The work of its parent, under one more name."""


def test_an_executor_inherits_what_its_parent_takes_and_declares():
    """Parameters and capabilities of the parent are the child's, which may add to them."""
    assert describe(Audited).positional == describe(Stored).positional == ("a",)
    assert {*describe(Audited).capabilities} == {"audit", "database", "cache"}
    assert describe(Stored).capabilities == ("database", "cache")


def test_an_executor_can_be_called_without_a_contract():
    """Its method is a plain method, whatever it declares: a test of one's own can call it."""
    assert Stored().call(3) == Audited().call(a=3) == 3


class Unnamed:
    def __init__(self, name: object) -> None:
        self.name = name

    def __getattr__(self, asked: str) -> object:
        if asked != "__qualname__" or isinstance(self.name, Exception):
            raise AttributeError(asked)
        return self.name

    def __call__(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize(
    ("name", "label"), [("mine", "mine"), (5, "Unnamed"), (ValueError(), "Unnamed")]
)
def test_an_object_that_does_not_tell_its_name(name, label):
    """A callable object is called by its own name, or by its class where it has none to tell."""
    assert describe(Unnamed(name)).label == label


class Waits:
    """An object whose call is a coroutine of the older kind, written as a generator."""

    @types.coroutine
    def __call__(self, x):
        yield
        return x


class Gives:
    """An object whose call is a generator."""

    def __call__(self, x):
        yield x


def test_a_coroutine_written_as_a_generator_is_none():
    """What is awaited is no generator, of an object neither."""
    assert not describe(Waits()).is_generator
    assert describe(Gives()).is_generator
