"""What a callable's signature cannot be fed with is seen when the contract is compiled."""

from __future__ import annotations

import functools
import inspect
from collections import deque
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

import igniter_nb as ig
from igniter_nb.compiler.rules.spelling import meant
from tests.compiler.refusals import compiled, problem, problems

if TYPE_CHECKING:
    from collections.abc import Callable


def everything(*more, **named):
    """Take whatever comes."""
    return more, named


def logged(function):
    """Wrap a function and forget its parameters."""

    def call(*args, **named):
        return function(*args, **named)

    return call


class Anything(ig.Executor):
    def call(self, *values):
        return values


TAKES_ALL = [
    everything,
    lambda *values: values,
    lambda **values: values,
    lambda self, *values: values,
    lambda unknown=1, *values: (unknown, values),
    logged(lambda a: a),
    functools.partial(everything),
    Anything,
    Anything(),
    print,
    Mock(),
]


@pytest.mark.parametrize("function", TAKES_ALL)
@pytest.mark.parametrize("word", ["compute", "lookup", "guard", "output"])
def test_whatever_comes_is_nothing(function, word):
    """A callable that takes whatever it is given is refused where nothing says what that is."""
    found = problems(lambda b: getattr(b.input("a", int), word)("x", function).expose("a"))

    assert [each.rule for each in found] == ["nothing-for-rest"]
    assert found[0].path == "x"
    assert "test_wiring" in found[0].place
    assert "depends_on=[…]" in found[0].hint
    assert "functools.wraps" in found[0].hint


@pytest.mark.parametrize("function", TAKES_ALL)
def test_nothing_may_be_said(function):
    """An empty ``depends_on`` says that nothing is meant."""
    assert compiled(lambda b: b.output("x", function, depends_on=[])).deps == ((),)


@pytest.mark.parametrize(
    "function", [functools.partial(everything, 1), functools.partial(everything, a=1)]
)
def test_a_partial_brings_its_own(function):
    """A partial that holds arguments of its own needs no others."""
    assert compiled(lambda b: b.output("x", function)).deps == ((),)


@pytest.mark.parametrize("function", [lambda a, *more: (a, more), lambda a, **named: (a, named)])
def test_what_gets_nothing_besides_is_doubted(function):
    """Where parameters name nodes, further arguments that get nothing are a warning."""
    with pytest.warns(ig.ContractWarning, match="gets nothing without depends_on"):
        graph = compiled(lambda b: b.input("a", int).output("x", function))

    assert [each.rule for each in graph.warnings] == ["nothing-for-rest"]


def test_a_missing_parameter_is_enough():
    """A parameter without a source is told once, whatever else the callable takes."""
    assert problem(lambda b: b.output("x", lambda a, *more: (a, more))).rule == (
        "parameter-without-source"
    )


# --- by position ----------------------------------------------------------------------------------


class Gap(ig.Executor):
    def call(self, a, gap=0, b=0, /):
        return a, gap, b


@pytest.mark.parametrize(
    "function",
    [
        lambda a, gap=0, b=0, /: (a, gap, b),
        lambda a, gap=0, b=0, /, c=0: (a, gap, b, c),
        lambda self, a, gap=0, b=0, /: (self, a, gap, b),
        lambda a, gap=0, b=0, /, **named: (a, gap, b, named),
        Gap,
        Gap(),
    ],
)
@pytest.mark.parametrize("depends_on", [{"a": "a", "b": "b"}, ["a", "b"]])
def test_a_gap_among_what_goes_by_position(function, depends_on):
    """What can only be passed by position is refused behind a parameter without a source."""
    found = problem(
        lambda b: (
            b.input("a", int)
            .input("b", int)
            .expose("a", "b")
            .output("x", function, depends_on=depends_on)
        )
    )

    assert found.rule == "positional-gap"
    assert "takes 'b' by position alone, and 'gap' before it has no source" in found.message
    assert found.expected == "a node for 'gap' as well"


def test_a_gap_by_names():
    """The same holds where parameters name their nodes."""
    found = problem(
        lambda b: (
            b.input("a", int).input("b", int).output("x", lambda a, gap=0, b=0, /: (a, gap, b))
        )
    )

    assert found.rule == "positional-gap"


@pytest.mark.parametrize("function", [lambda a: a, everything, lambda a, *more: (a, more)])
def test_stars_are_not_written_by_hand(function):
    """Where further arguments go is not a name that a mapping may use."""
    found = problem(
        lambda b: (
            b.input("a", int)
            .input("b", int)
            .expose("a", "b")
            .output("x", function, depends_on={"a": "a", "*0": "b"})
        )
    )

    assert found.rule == "unaccepted-dependency"
    assert found.came == "depends_on names '*0'"


KINDS = [
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.KEYWORD_ONLY,
]


@st.composite
def signatures(draw: st.DrawFn) -> tuple[Callable[..., Any], list[str]]:
    """Draw a function that returns its arguments, and which of its parameters are fed."""
    kinds = sorted(draw(st.lists(st.sampled_from(KINDS), max_size=5)))
    names = [f"p{spot}" for spot in range(len(kinds))]
    written, optional = [], False
    for name, kind in zip(names, kinds, strict=True):
        free = kind is inspect.Parameter.KEYWORD_ONLY
        optional = draw(st.booleans()) if free else optional or draw(st.booleans())
        written.append(f"{name}='unset'" if optional else name)
    fixed, loose = kinds.count(KINDS[0]), kinds.count(KINDS[2])
    parts = written[:fixed] + (["/"] if fixed else []) + written[fixed : len(written) - loose]
    parts += (["*", *written[len(written) - loose :]]) if loose else []
    scope: dict[str, Any] = {}
    exec(f"def made({', '.join(parts)}): return dict(locals())", scope)  # noqa: S102 -- drawn above
    return scope["made"], draw(st.lists(st.sampled_from(names), unique=True)) if names else []


def callable_with(function: Callable[..., Any], fed: list[str]) -> bool:
    """Tell by Python's own binding whether a function can be called with just these parameters."""
    args, named = [], {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in fed and parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            args.append(parameter.name)
        elif parameter.name in fed:
            named[parameter.name] = parameter.name
    try:
        bound = inspect.signature(function).bind(*args, **named)
    except TypeError:
        return False
    return all(bound.arguments[name] == name for name in bound.arguments)


@pytest.mark.filterwarnings("ignore::igniter_nb.ContractWarning")
@given(signatures(), st.booleans())
def test_what_compiles_can_be_called(made, by_names):
    """A contract compiles exactly if Python could pass those values to those parameters."""
    function, fed = made
    builder = ig.ContractBuilder("Any").input("p_other")
    for name in fed:
        builder.input(name)
    depends_on = None if by_names else {name: name for name in fed}
    builder.output("x", function, depends_on=depends_on)

    try:
        kind = builder.build()
    except ig.CompileError:
        assert not callable_with(function, fed)
    else:
        values = {name: name for name in fed}
        seen = kind(p_other=0, **values).result.x
        assert seen == dict.fromkeys(seen, "unset") | values
        assert callable_with(function, fed)


# --- nearly the name ------------------------------------------------------------------------------


def misspelt(contry="UA"):
    """Keep a default."""
    return contry


@pytest.mark.parametrize("word", ["output", "guard", "lookup"])
@pytest.mark.parametrize(
    "function", [misspelt, lambda *, contry=1: contry, lambda coun_try=1: coun_try]
)
def test_a_default_next_to_nearly_the_name(word, function):
    """A parameter that keeps its default next to a node of nearly its name is a warning."""
    with pytest.warns(ig.ContractWarning, match="did you mean 'country'"):
        graph = compiled(
            lambda b: getattr(b.input("country", str).expose("country"), word)("x", function)
        )

    found = graph.warnings[0]
    assert found.rule == "default-kept"
    assert found.path == "x"
    assert "keeps its default" in found.message


class Kept(ig.Executor):
    def call(self, seen=set()):  # noqa: B006 -- what the test is about
        return seen


@pytest.mark.parametrize(
    "function",
    [
        lambda seen=[]: seen,
        lambda *, seen={}: seen,
        functools.partial(lambda one, seen=deque(): seen, 1),
        Kept,
    ],
)
def test_a_default_that_can_be_changed_is_doubted(function):
    """A default that all runs share, and that one of them may change, is a warning."""
    with pytest.warns(ig.ContractWarning, match="keeps its default, one object that all"):
        graph = compiled(lambda b: b.output("x", function))

    assert [each.rule for each in graph.warnings] == ["shared-default"]


@pytest.mark.parametrize(
    "declare",
    [
        lambda b: b.output("x", lambda a, seen=[]: seen, depends_on=["a"]),
        lambda b: b.output("x", lambda a, seen=[]: seen, depends_on={"a": "a"}),
        lambda b: b.output("x", lambda a, *, seen={}: seen, depends_on="a"),
        lambda b: b.map("x", lambda value, seen=[]: seen, over="a").expose("x"),
        lambda b: b.guard("x", lambda a, seen=[]: not seen, depends_on=["a"]).expose("x"),
        lambda b: b.const("x", lambda seen=[]: seen).expose("x"),
        lambda b: b.input("x", list, default=lambda seen=[]: seen).expose("x"),
    ],
)
def test_such_a_default_is_doubted_however_it_is_declared(declare):
    """The rule holds for ``depends_on``, guards, constants and functions that make defaults."""
    with pytest.warns(ig.ContractWarning, match="parameter 'seen' of .* keeps its default"):
        graph = compiled(lambda b: declare(b.input("a", int).expose("a")))

    assert [each.rule for each in graph.warnings] == ["shared-default"]


def test_a_default_that_depends_on_replaces_is_not_doubted():
    """Where a node is passed, the default is nobody's."""
    graph = compiled(
        lambda b: b.input("a", int).output("x", lambda seen=[]: seen, depends_on={"seen": "a"})
    )

    assert graph.warnings == ()


# --- decorators that hand on the signature of what they wrap -------------------------------------


def _by_position(function):
    """Wrap a function in one that takes arguments by position alone."""

    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)

    return wrapper


def _by_name(function):
    """Wrap a function in one that takes arguments by name alone."""

    @functools.wraps(function)
    def wrapper(**named):
        return function(**named)

    return wrapper


def _of_one(function):
    """Wrap a function in one that takes one argument."""

    @functools.wraps(function)
    def wrapper(only):
        return function(only)

    return wrapper


def _as_it_is(function):
    """Wrap a function in one that takes whatever it is given."""

    @functools.wraps(function)
    def wrapper(*args, **named):
        return function(*args, **named)

    return wrapper


class Wrapped(ig.Executor):
    @_by_position
    def call(self, *, a):
        return a


@pytest.mark.parametrize(
    ("declare", "said"),
    [
        (lambda b: b.output("x", _by_position(lambda *, a: a)), "unexpected keyword argument 'a'"),
        (lambda b: b.output("x", _by_name(lambda a: a)), "too many positional arguments"),
        (lambda b: b.output("x", _of_one(lambda a, b: a)), "too many positional arguments"),
        (lambda b: b.output("x", _of_one(lambda: 1)), "missing a required argument: 'only'"),
        (lambda b: b.output("x", Wrapped), "unexpected keyword argument 'a'"),
        (lambda b: b.output("x", Wrapped()), "unexpected keyword argument 'a'"),
        (
            lambda b: b.output("x", _by_position(lambda *, a: a), depends_on={"a": "b"}),
            "unexpected keyword argument 'a'",
        ),
        (
            lambda b: b.output("x", functools.partial(_by_position(lambda *, a, c: a), c=1)),
            "unexpected keyword argument",
        ),
        (
            lambda b: b.guard("x", _by_position(lambda *, a: a)).expose("x"),
            "unexpected keyword argument 'a'",
        ),
        (lambda b: b.const("x", _of_one(lambda: 1)).expose("x"), "missing a required argument"),
    ],
)
def test_a_wrapper_that_refuses_what_it_shows_is_refused(declare, said):
    """What a wrapper would say when it is called is said when the contract is compiled."""
    found = problem(lambda b: declare(b.input("a", int).input("b", int).expose("a", "b")))

    assert found.rule == "wrapper-mismatch"
    assert found.node == "x"
    assert said in found.message


@pytest.mark.parametrize(
    "function",
    [
        _as_it_is(lambda a, *, b: a + b),
        _by_position(lambda a, b: a + b),
        _by_name(lambda *, a, b: a + b),
        functools.lru_cache(lambda a, b: a + b),
        functools.partial(_by_position(lambda a, b, c=0: a + b)),
        _as_it_is(_as_it_is(lambda a, *, b: a + b)),
    ],
)
def test_a_wrapper_that_takes_what_it_shows_works(function):
    """Whatever takes what it is given, in whatever way, runs."""
    made = ig.ContractBuilder("Sum").input("a", int).input("b", int).output("x", function).build()

    assert made(a=1, b=2).result.x == 3


def test_a_wrapper_that_misses_a_source_is_told_once():
    """What has no source is one problem, not two."""
    found = problem(lambda b: b.output("x", _by_position(lambda *, nobody: nobody)))

    assert found.rule == "parameter-without-source"


def test_a_wrapper_cannot_compare_what_it_refuses():
    """``equal`` is given two values by position, and its wrapper has to take them."""
    with pytest.raises(
        TypeError, match=r"the wrapper of .* refuses: too many positional arguments"
    ):
        compiled(
            lambda b: b.input("a", int).output(
                "x", lambda a: a, equal=_by_name(lambda old, new: old == new)
            )
        )


def test_other_defaults_are_not_doubted():
    """A default that cannot be changed in place is nobody's danger."""
    graph = compiled(lambda b: b.output("x", lambda a=1, b=(), c="", d=None: (a, b, c, d)))

    assert list(graph.warnings) == []


def test_many_defaults_of_one_name():
    """Each node that keeps such a default is told."""
    with pytest.warns(ig.ContractWarning):
        graph = compiled(
            lambda b: (
                b.input("country").expose("country").output("x", misspelt).output("y", misspelt)
            )
        )

    assert [each.path for each in graph.warnings] == ["x", "y"]


@pytest.mark.parametrize(
    ("name", "function", "depends_on"),
    [
        ("country", lambda country, contry=1: (country, contry), None),
        ("country", lambda contry=1, a=1: (contry, a), []),
        ("country", lambda country2=1: country2, None),
        ("vat_rate", lambda net_rate=1: net_rate, None),
        ("rate", lambda late=1: late, None),
        ("rate", lambda base=1: base, None),
        ("tax", lambda vat=1: vat, None),
    ],
)
def test_defaults_that_are_meant(name, function, depends_on):
    """Nothing is said of another name, nor where it is said what is passed."""
    graph = compiled(
        lambda b: b.input(name).expose(name).output("x", function, depends_on=depends_on)
    )

    assert graph.warnings == ()


def test_a_node_is_not_meant_by_its_own_function():
    """A parameter like the name of its own node is no misspelling of it."""
    assert compiled(lambda b: b.output("totals", lambda total=1: total)).warnings == ()


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("contry", ["city", "country"], ["country"]),
        ("order_totl", ["order_total"], ["order_total"]),
        ("orderTotal", ["order_total"], ["order_total"]),
        ("ORDER_TOTAL", ["order_total"], ["order_total"]),
        ("order_total_1", ["order_total_2"], []),
        ("x_scale", ["y_scale"], []),
        ("total", ["order_total"], []),
        ("amuont", ["amount", "amounts"], ["amount"]),
        ("vat_rte", ["vat_rate"], ["vat_rate"]),
        ("rate", ["rte"], ["rte"]),
        ("day", ["days", "tax", "dry"], []),
        ("ok", ["oak"], []),
    ],
)
def test_what_a_misspelling_is(name, known, found):
    """One word misspelt, or written together, is the same name; another word or digit is not."""
    assert meant(name, known) == found


# --- once -----------------------------------------------------------------------------------------


def test_a_name_used_twice_is_told_once():
    """A second output of a name is one problem, not one of the name and one of the output."""

    def twice(b):
        return b.output("t", lambda: 1).output("t", lambda: 2).output("u", source="nothing")

    assert [each.rule for each in problems(twice)] == ["duplicate-name", "unknown-dependency"]


def test_an_unknown_name_is_told_once():
    """The same finding at the same place is one problem."""
    assert problem(lambda b: b.input("a").expose("nope", "nope")).rule == "output-of-nothing"
