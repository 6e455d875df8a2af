"""Names: unique, writable in Python, and not taken by results."""

from __future__ import annotations

import pytest

import igniter_nb as ig
from tests.compiler.refusals import compiled, problem, problems


def test_a_name_is_used_once():
    """A name used twice is a problem that says where the first one is."""

    def declare(builder):
        builder.input("a", int)
        with builder.scope("other"):
            builder.const("a", 1)
        builder.expose("a")

    found = problem(declare)

    assert found.rule == "duplicate-name"
    assert found.message == "the name 'a' is used twice"
    assert found.path == "other.a"
    assert found.came.startswith("const other.a, after input a at ")
    assert found.came.partition(" at ")[2].startswith(__file__)
    assert "scopes do not tell them apart" in found.expected
    assert found.hint == "rename one of them"


def test_an_output_named_like_another_node_is_refused():
    """An output alias cannot have the name of a node, so a name means one thing."""
    found = problem(
        lambda builder: builder.input("a", int).output("b", lambda a: a).output("a", source="b")
    )

    assert found.rule == "duplicate-name"


def test_a_class_body_says_a_name_twice():
    """The same name twice in a class body is found as well, with both places."""
    with pytest.raises(ig.CompileError) as caught:

        class Price(ig.Contract):
            a = ig.input(int)
            a = ig.input(float)  # noqa: PIE794 -- that is the mistake
            shown = ig.output("a")

    (found,) = caught.value.problems
    first = int(found.came.rpartition(":")[2])
    assert found.place == f"{__file__}:{first + 1}"


@pytest.mark.parametrize(
    "name", ["", "a b", "1a", "class", "None", "self", "_hidden", "__init__", "a.b", "a-b", "a\n"]
)
def test_a_name_can_be_written_as_a_parameter(name):
    """A name that cannot be a parameter's is refused: no other node could ever depend on it."""
    found = problem(lambda builder: builder.input(name, int).input("x", int).expose("x"))

    assert found.rule == "bad-name"
    assert found.came == repr(name)
    assert "Python name" in found.expected


@pytest.mark.parametrize("name", ["match", "type", "preis", "größe", "A", "x1"])
def test_every_other_name_is_fine(name):
    """Soft keywords, names of builtins and letters of every language are names."""
    assert compiled(lambda builder: builder.input(name, int).expose(name)).outputs == {name: 0}


RESERVED = ("errors", "states", "to_dict", "to_frame", "keys")


@pytest.mark.parametrize("name", RESERVED)
def test_an_output_cannot_hide_what_results_have(name):
    """An output named like a method of results is refused, at the output."""
    exposed = problem(lambda builder: builder.input(name, int).expose(name))
    alias = problem(lambda builder: builder.input("a", int).output(name, source="a"))

    for found in (exposed, alias):
        assert found.rule == "reserved-name"
        assert found.node == name
        assert f"an output cannot be called {name!r}" in found.message
        assert found.hint == "give the output another name"


@pytest.mark.parametrize("name", [*RESERVED, "result", "inputs", "resolve", "store", "runner"])
def test_other_nodes_may_have_any_name(name):
    """Only outputs give way to results; inputs may be called like an option."""
    found = compiled(lambda builder: builder.input(name, int).output("b", source=name))

    assert found.index[name] == 0


def test_each_name_is_told():
    """All wrong names are told at once, in the order of their declaration."""
    found = problems(
        lambda builder: (
            builder.input("a", int)
            .input("class", int)
            .input("a", int)
            .input("errors", int)
            .expose("errors", "a")
        )
    )

    assert [problem.rule for problem in found] == ["duplicate-name", "bad-name", "reserved-name"]
