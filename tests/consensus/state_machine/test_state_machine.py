"""State machines: what a class may declare, what a reducer may do, what it cannot break."""

from __future__ import annotations

import functools
import json
import operator
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from igniter_nb.consensus.state_machine.declaration import (
    StateMachine,
    apply,
    command_types,
    first_state,
    reduced,
)
from igniter_nb.consensus.state_machine.frozen import STATE_DEPTH, FrozenError, freeze, thaw
from igniter_nb.consensus.state_machine.reducers import NodeFailedError
from igniter_nb.errors import CommandError


class OrderBook(StateMachine):
    initial = {}  # noqa: RUF012 -- as users write it

    @apply
    def add_order(state, command):
        return {**state, command["id"]: command["order"]}

    @apply("cancel-order")
    def cancel(state, command):
        return {key: order for key, order in state.items() if key != command["id"]}

    @apply
    def update_price(state, command):
        if command["id"] not in state:
            return state
        order = state[command["id"]]
        return state | {command["id"]: order | {"price": command["price"]}}


def run(machine, *commands, state=None):
    """Apply commands to the first state, or to a given one; return plain data."""
    state = first_state(machine) if state is None else freeze(state)
    for command in commands:
        state = reduced(machine, state, command)
    return thaw(state)


def refusal(machine, command, state=None):
    """Return what a caller hears of a command that fails."""
    with pytest.raises(CommandError) as caught:
        run(machine, command, state=state)
    return str(caught.value)


# --- reducers -----------------------------------------------------------------------------


def test_the_order_book_of_the_documentation_works():
    """Reducers are found by function name or by the given type, and return the next state."""
    order = {"vendor": "ACME", "price": 42.0}

    state = run(
        OrderBook,
        {"type": "add_order", "id": "o1", "order": order},
        {"type": "add_order", "id": "o2", "order": order},
        {"type": "cancel-order", "id": "o2"},
        {"type": "update_price", "id": "o1", "price": 43.0},
        {"type": "update_price", "id": "o7", "price": 1.0},
    )

    assert state == {"o1": {"vendor": "ACME", "price": 43.0}}
    assert command_types(OrderBook) == ("add_order", "cancel-order", "update_price")


def test_a_reducer_can_be_called_in_a_test_of_ones_own():
    """It stays a plain function of the class."""
    assert OrderBook.add_order({}, {"id": "a", "order": 1}) == {"a": 1}
    assert OrderBook.cancel({"a": 1}, {"id": "a"}) == {}


def test_reducers_are_inherited_and_may_be_replaced():
    """A subclass has the types of its parent; marked again, a function takes its place."""

    class Loud(OrderBook):
        initial = {"loud": True}  # noqa: RUF012

        @apply
        def add_order(state, command):
            return {**state, command["id"].upper(): command["order"]}

        @apply
        def wipe(state, command):
            return {}

    state = run(
        Loud, {"type": "add_order", "id": "a", "order": 1}, {"type": "cancel-order", "id": "loud"}
    )

    assert state == {"A": 1}
    assert command_types(Loud) == ("add_order", "cancel-order", "update_price", "wipe")


def test_a_reducer_may_come_from_outside_the_class():
    """A lambda with a type, a marked function of the module, and a partial are reducers."""

    @apply
    def reset(state, command):
        return 0

    def scaled(factor, state, command):
        return state * factor

    class Counter(StateMachine):
        initial = 0
        add = apply("add")(lambda state, command: state + command["by"])
        zero = reset
        double = apply("double")(functools.partial(scaled, 2))
        largest = apply("largest")(max)

        @apply
        @staticmethod
        def less(state, command):
            return state - 1

    assert reset(5, {}) == 0
    assert run(Counter, {"type": "add", "by": 3}, {"type": "double"}, {"type": "less"}) == 5
    assert run(Counter, {"type": "add", "by": 3}, {"type": "reset"}) == 0


def test_the_first_state_may_be_any_plain_data():
    """It is copied: what happens to it later changes no machine."""

    class Queue(StateMachine):
        initial = [{"n": 1}]  # noqa: RUF012

        @apply
        def push(state, command):
            return [*state, command["item"]]

    Queue.initial.append("late")

    assert run(Queue, {"type": "push", "item": 2}) == [{"n": 1}, 2]
    assert first_state(OrderBook) is not first_state(OrderBook)


def test_an_unknown_type_names_the_known_ones():
    """A typing error is told, where upstream would have written a key."""
    text = refusal(OrderBook, {"type": "add-order", "key": "a", "value": 1})

    assert text.startswith("unknown command type 'add-order'")
    assert "'add_order', 'cancel-order', 'update_price'" in text


def test_a_machine_without_reducers_says_so():
    """The key-value protocol needs no type."""
    assert "has no reducers; leave the type out" in refusal(StateMachine, {"type": "set"})
    assert "unknown command type 5" in refusal(OrderBook, {"type": 5})


# --- reducers that fail -------------------------------------------------------------------


class Failing(StateMachine):
    initial = {"queue": [3, 1], "deep": {"list": [{"n": 1}]}}  # noqa: RUF012

    @apply
    def raises(state, command):
        raise KeyError(command["why"])

    @apply
    def exits(state, command):
        sys.exit(3)

    @apply
    def interrupted(state, command):
        raise KeyboardInterrupt

    @apply
    def no_memory(state, command):
        raise MemoryError

    @apply
    def nothing(state, command):
        pass

    @apply
    def returns(state, command):
        return {**state, "new": [(1, 2)]}

    @apply
    def key(state, command):
        return {**state, 3: 1}

    @apply
    def coroutine(state, command):
        async def late():
            return state

        return late()

    @apply
    def address(state, command):
        raise ValueError(object())

    @apply
    def endless(state, command):
        return Failing.endless(state, command)

    @apply
    def circle(state, command):
        made = {"state": state}
        made["made"] = [made]
        return made


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "raises",
            "Failing: the reducer of 'raises' raised KeyError: 'because' (",
        ),
        ("exits", "raised SystemExit: 3"),
        ("nothing", "returned None; the state is unchanged. Return the new state"),
        ("returns", "state.new[0]: expected plain data, came (1, 2) (tuple); use a list"),
        ("key", "state: expected str keys, came 3 (int)"),
        ("coroutine", "came <coroutine object"),
        ("address", "ValueError: <object object at 0x…>"),
        ("endless", "raised RecursionError"),
        ("circle", "state.made[0]: contains itself"),
    ],
)
def test_a_reducer_that_fails_is_an_error_of_its_caller(name, said):
    """Whatever it does ends in one CommandError, the same on every node (C256)."""
    command = {"type": name, "why": "because"}

    text = refusal(Failing, command)

    assert said in text
    assert text == refusal(Failing, command)


@pytest.mark.parametrize(
    ("name", "error"), [("interrupted", KeyboardInterrupt), ("no_memory", NodeFailedError)]
)
def test_what_concerns_the_node_alone_goes_through(name, error):
    """An interrupt or lack of memory is no answer to the command: other nodes do not have it."""
    with pytest.raises(error):
        run(Failing, {"type": name})


def test_an_error_of_a_reducer_says_where() -> None:
    """The line is the innermost one in the reducer's own file, whatever it called from there."""

    class Deep(StateMachine):
        @apply
        def dump(state, command):
            return json.dumps(object())

    line = Deep.dump.__code__.co_firstlineno + 2

    text = refusal(Deep, {"type": "dump"})

    assert text.endswith(f"is not JSON serializable ({__file__}:{line}); the state is unchanged")


def test_an_error_calls_frozen_data_by_its_plain_name() -> None:
    """Python's own texts, which name the types, speak of the list and dict that they stand for."""

    class Adds(StateMachine):
        initial: ClassVar = {"queue": []}

        @apply
        def add(state, command):
            return state["queue"] + state

    text = refusal(Adds, {"type": "add"})

    assert 'can only concatenate list (not "dict") to list' in text


def test_an_interrupt_that_a_reducer_raises_itself_is_an_answer() -> None:
    """In a cluster's thread, which no interrupt hits, it ends no node but the command."""
    with ThreadPoolExecutor(1) as thread:
        text = thread.submit(refusal, Failing, {"type": "interrupted"}).result()

    assert "the reducer of 'interrupted' raised KeyboardInterrupt (" in text


def test_a_reducer_without_apply_is_no_definition() -> None:
    """A function that takes state and command and that no command could run is told of at once."""
    with pytest.raises(TypeError, match=r"add: .*; decorate add with @apply"):

        class Forgot(StateMachine):
            def add(state, command):
                return state


def test_apply_with_empty_brackets_says_what_to_write() -> None:
    """It is neither the function nor a command type."""
    with pytest.raises(TypeError, match="expected @apply without brackets"):
        apply()  # type: ignore[call-overload]


CHANGES = {
    "set": lambda state, command: state.__setitem__("a", 1),
    "delete": lambda state, command: state.__delitem__("queue"),
    "pop": lambda state, command: state.pop("queue"),
    "popitem": lambda state, command: state.popitem(),
    "clear": lambda state, command: state.clear(),
    "update": lambda state, command: state.update(a=1),
    "setdefault": lambda state, command: state.setdefault("a", 1),
    "ior": lambda state, command: operator.ior(state, {"a": 1}),
    "inner": lambda state, command: state["deep"]["list"][0].update(n=2),
    "append": lambda state, command: state["queue"].append(1),
    "extend": lambda state, command: state["queue"].extend([1]),
    "insert": lambda state, command: state["queue"].insert(0, 1),
    "remove": lambda state, command: state["queue"].remove(3),
    "list_pop": lambda state, command: state["queue"].pop(),
    "list_clear": lambda state, command: state["queue"].clear(),
    "sort": lambda state, command: state["queue"].sort(),
    "reverse": lambda state, command: state["queue"].reverse(),
    "list_set": lambda state, command: operator.setitem(state["queue"], 0, 1),
    "slice": lambda state, command: operator.setitem(state["queue"], slice(0, 1), []),
    "list_delete": lambda state, command: operator.delitem(state["queue"], 0),
    "iadd": lambda state, command: operator.iadd(state["queue"], [1]),
    "imul": lambda state, command: operator.imul(state["queue"], 2),
    "command": lambda state, command: command.update(a=1),
    "in_command": lambda state, command: command["list"].append(1),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_reducer_that_changes_its_arguments_fails(name):
    """Every way to change a dict or list is refused, with what to do instead."""

    class Changing(Failing):
        change = apply("change")(lambda state, command: CHANGES[name](state, command) or state)

    text = refusal(Changing, {"type": "change", "list": [1]})

    assert "in place; return a new one instead: " in text
    assert "FrozenError" in text


def test_nothing_of_a_caught_change_survives():
    """A reducer that catches the refusal goes on with the state as it was."""

    class Stubborn(Failing):
        @apply
        def change(state, command):
            for attempt in CHANGES.values():
                try:
                    attempt(state, command)
                except FrozenError:
                    continue
            return {**state, "command": command["list"]}

    state = run(Stubborn, {"type": "change", "list": [1]})

    assert state == {**Failing.initial, "command": [1]}


def test_what_a_reducer_keeps_is_not_the_state():
    """A dict that it returned and changes afterwards is a dict of its own."""
    kept = []

    class Keeping(StateMachine):
        @apply
        def keep(state, command):
            kept.append({"list": [1], "old": state})
            return kept[-1]

    state = reduced(Keeping, first_state(Keeping), {"type": "keep"})
    kept[0]["list"].append(2)
    kept[0]["more"] = 1

    assert state == {"list": [1], "old": {}}


def test_a_state_may_hold_its_predecessors_up_to_a_depth():
    """Depth is counted through frozen parts, and deeper is refused."""

    class Deep(StateMachine):
        @apply
        def deeper(state, command):
            return {"before": state}

        @apply
        def shallow(state, command):
            return {**state, "before": 0, "n": 1}

    state = first_state(Deep)
    for _ in range(STATE_DEPTH - 1):
        state = reduced(Deep, state, {"type": "deeper"})

    assert f"nests deeper than {STATE_DEPTH}" in refusal(Deep, {"type": "deeper"}, state=state)
    for _ in range(STATE_DEPTH):
        state = reduced(Deep, state, {"type": "shallow"})
        state = reduced(Deep, state, {"type": "deeper"})
    assert thaw(state) == {"before": {"before": 0, "n": 1}}


def test_a_depth_that_is_no_more_is_forgotten():
    """What was deep once and was replaced since does not count."""

    class Growing(StateMachine):
        initial = {"a": 0}  # noqa: RUF012

        @apply
        def wrap(state, command):
            return {**state, "a": {"x": 1}, "b": {"s": state}, "n": None}

        @apply
        def cut(state, command):
            return {**state, "a": 0, "b": 0}

    state = first_state(Growing)
    for _ in range(STATE_DEPTH):
        state = reduced(Growing, state, {"type": "wrap"})
        state = reduced(Growing, state, {"type": "cut"})

    assert thaw(state) == {"a": 0, "b": 0, "n": None}
