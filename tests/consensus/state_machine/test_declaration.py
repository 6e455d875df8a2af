"""Classes that cannot be state machines: all that is wrong is told as the class is defined."""

from __future__ import annotations

import pytest

from igniter_nb.consensus.state_machine.declaration import StateMachine, apply, reduced


class Shelf(StateMachine):
    @apply
    def put_down(state, command):
        return {**state, command["id"]: command["thing"]}


def definition_error(**body):
    """Return what is said when a class with this body is defined."""
    with pytest.raises(TypeError) as caught:
        type(StateMachine)("Wrong", (StateMachine,), prepared(body))
    return str(caught.value)


def prepared(body):
    """Fill a class body as the interpreter does, name by name."""
    found = type(StateMachine).__prepare__("Wrong", (StateMachine,))
    for name, value in body.items():
        found[name] = value
    return found


def takes_three(self, state, command):
    """Take self, which a reducer does not."""
    return state


async def waits(state, command):
    """Return a coroutine."""
    return state


def yields(state, command):
    """Return a generator."""
    yield state


async def yields_late(state, command):
    """Return an asynchronous generator."""
    yield state


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        (apply(takes_three), "came (self, state, command); leave self out"),
        (apply("x")(lambda state: state), "expected the parameters (state, command), came (state)"),
        (apply("x")(lambda state, command, *, at: state), "came (state, command, *, at)"),
        (apply(waits), "one that waits or yields"),
        (apply(yields), "one that waits or yields"),
        (apply(yields_late), "one that waits or yields"),
        (apply("x")(5), "expected a function (state, command), came 5"),
        (apply(5)(lambda state, command: state), "a str and not empty, came 5"),
        (apply("")(lambda state, command: state), "a str and not empty, came ''"),
        (apply(lambda state, command: state), "a lambda has no name"),
        (apply(apply("x")(lambda state, command: state)), "a str and not empty"),
        (apply("y")(apply("x")(lambda state, command: state)), "marks a function once"),
        (apply("x")(classmethod(takes_three)), "expected a function (state, command), came"),
        (apply("x"), "apply('x') was given no function"),
    ],
)
def test_a_wrong_reducer_is_told_at_the_class_definition(marked, said):
    """What is no function of state and command is refused before any cluster starts."""
    text = definition_error(wrong=marked)

    assert text.startswith("Wrong cannot be a state machine:\n  1. wrong: ")
    assert said in text


def test_two_reducers_for_one_type_are_told():
    """Also when the second function has the same name and would hide the first."""
    with pytest.raises(TypeError, match=r"1\. add: type 'add' has a reducer: add"):

        class Twice(StateMachine):
            @apply
            def add(state, command):
                return state

            @apply
            def add(state, command):  # noqa: F811
                return state

    with pytest.raises(TypeError, match=r"1\. other: type 'add' has a reducer: add"):

        class Other(StateMachine):
            @apply
            def add(state, command):
                return state

            @apply("add")
            def other(state, command):
                return state


def test_functions_without_a_name_of_their_own_may_share_one():
    """Two functions called ``_`` are two reducers if their types differ."""

    class Shared(StateMachine):
        initial = 1

        @apply("add")
        def _(state, command):
            return state + 1

        @apply("double")
        def _(state, command):
            return state * 2

    assert reduced(Shared, 1, {"type": "add"}) == 2
    assert reduced(Shared, 2, {"type": "double"}) == 4


def test_a_reducer_that_a_later_name_hides_is_told():
    """A function that lost its mark, in the class or in a subclass, is a mistake."""
    with pytest.raises(TypeError, match="add: defined a second time, without @apply"):

        class Hidden(StateMachine):
            @apply
            def add(state, command):
                return state

            def add(state, command):  # noqa: F811
                return state

    with pytest.raises(TypeError, match="put_down: hides an inherited reducer; mark it"):

        class Overriding(Shelf):
            def put_down(state, command):
                return state


@pytest.mark.parametrize("name", ["initial", "declared", "mro", "__init__"])
def test_names_that_are_taken_are_told(name):
    """A reducer cannot have the name of something that the class needs."""
    text = definition_error(**{name: apply("x")(lambda state, command: state)})

    assert f"{name}: the name is taken" in text


def test_all_that_is_wrong_is_told_at_once():
    """Every finding is in the text, those about the first state included."""
    text = definition_error(
        a=apply(takes_three), b=apply("b")(3), initial={"x": (1,), "y": {2}}, c=apply("c")
    )

    for number in range(1, 6):
        assert f"  {number}. " in text
    assert "initial.x: expected plain data, came (1,)" in text
    assert "initial.y: expected plain data, came {2}" in text
