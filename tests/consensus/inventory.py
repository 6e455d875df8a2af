"""State machine that counts things and keeps things, and the entries that it is fed."""

from __future__ import annotations

import json

from igniter_nb.consensus.state_machine.declaration import StateMachine, apply
from igniter_nb.raft import Entry, EntryKind


class Inventory(StateMachine):
    initial = {"a": 0}  # noqa: RUF012 -- as users write it

    @apply
    def incr(state, command):
        return {**state, command["key"]: state.get(command["key"], 0) + command["by"]}

    @apply
    def nest(state, command):
        return {**state, command["key"]: {"was": [state], "command": command}}

    @apply
    def keep_some(state, command):
        return {key: value for key, value in state.items() if key in command["keys"]}

    @apply
    def enter(state, command):
        found = state.get(command["key"])
        return found if isinstance(found, dict) else state

    @apply
    def lie(state, command):
        state["a"] = command["value"]
        return state

    @apply
    def first(state, command):
        return {**state, "first": next(iter(state), None)}


def entry(machine, command, ticket=None, kind=EntryKind.COMMAND, term=1):
    """Make the next entry for a machine."""
    data = command if isinstance(command, bytes) else raw(command)
    return Entry(machine.applied + 1, term, kind, data, ticket)


def raw(command):
    """Write a command without the checks of the client."""
    return json.dumps(command).encode()
