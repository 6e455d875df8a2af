"""How reducers are run: what comes of one does not depend on the node that runs it."""

from __future__ import annotations

import sqlite3

import pytest

from igniter_nb.consensus.state_machine.declaration import StateMachine, apply
from igniter_nb.consensus.state_machine.machine import Failure, Machine
from igniter_nb.consensus.state_machine.reducers import of_this_node
from tests.consensus.inventory import entry


def nested(levels):
    """Call itself so many times."""
    return 0 if levels == 0 else 1 + nested(levels - 1)


class Deep(StateMachine):
    @apply
    def dive(state, command):
        return {**state, "reached": nested(command["levels"])}


def at_depth(frames, machine, command):
    """Apply a command below so many frames of this node's own."""
    if frames:
        return at_depth(frames - 1, machine, command)
    return machine.apply(entry(machine, command))


@pytest.mark.parametrize("levels", [700, 800, 850, 900, 940])
def test_how_deep_a_node_is_does_not_matter(levels):
    """A reducer near the end of the stack comes to the same end on every node."""
    shallow, deep = Machine(Deep), Machine(Deep)
    command = {"type": "dive", "levels": levels}

    outcomes = [at_depth(0, shallow, command), at_depth(150, deep, command)]

    assert outcomes[0] == outcomes[1]
    assert shallow.digest() == deep.digest()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), True),
        (sqlite3.OperationalError("unable to open database file"), True),
        (sqlite3.IntegrityError("UNIQUE constraint failed"), False),
        (RuntimeError("can't start new thread"), True),
        (RuntimeError("no such item"), False),
        (ExceptionGroup("both", [ValueError(), OSError()]), True),
        (KeyError("a"), False),
    ],
)
def test_what_can_depend_on_the_machine_is_no_refusal(error, expected):
    """Memory, files and threads can fail on one node alone; a wrong command fails on all."""
    assert of_this_node(error) is expected


def test_a_reducer_without_end_is_refused_everywhere():
    """One that never ends its recursion is an answer to its caller, in the same words."""
    machines = Machine(Deep), Machine(Deep)
    command = {"type": "dive", "levels": 1_000_000}

    outcomes = [
        at_depth(frames, machine, command)
        for frames, machine in zip((0, 100), machines, strict=True)
    ]

    assert {outcome.failure for outcome in outcomes} == {Failure.REFUSED}
    assert outcomes[0].error == outcomes[1].error
    assert "RecursionError" in outcomes[0].error
