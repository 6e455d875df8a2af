"""A machine under random commands, beside a twin that copies the whole state for each."""

from __future__ import annotations

import json
import pickle

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from igniter_nb.consensus.state_machine.machine import Failure, Machine
from igniter_nb.raft import EntryKind, Ticket
from tests.consensus.inventory import Inventory, entry


class Twin:
    """A machine as one would write it first: it copies the state for each command."""

    def __init__(self, limit):
        self.state, self.limit = {"a": 0}, limit
        self.used, self.floor, self.done = [], {}, {}

    def command(self, command):
        """Return whether it was refused."""
        try:
            state = json.loads(json.dumps(self.state))
            state = self.typed(state, command) if "type" in command else self.keyed(state, command)
            json.dumps(state, allow_nan=False)
        except (KeyError, TypeError, ValueError, AttributeError):
            return True
        self.state = state
        return False

    @staticmethod
    def typed(state, command):
        if command["type"] == "lie":
            raise ValueError
        return getattr(Inventory, command["type"])(state, command)

    @staticmethod
    def keyed(state, command):
        key = command["key"]
        if type(key) is not str or command.keys() - {"key", "value", "op", "expected"}:
            raise ValueError
        if "expected" in command and repr(state.get(key)) != repr(command["expected"]):
            raise ValueError
        if "op" in command:
            if "value" in command or command["op"] != "delete":
                raise ValueError
            state.pop(key, None)
        else:
            state[key] = command["value"]
        return state

    def register(self, index):
        if len(self.used) == self.limit:
            self.used.pop(0)
        self.used.append(index)
        self.floor[index] = 1

    def ticketed(self, command, ticket, outcome):
        """Return what a command with a ticket must lead to: a failure, or an earlier outcome."""
        client, serial, oldest = ticket
        if client not in self.used:
            return Failure.EXPIRED
        self.used.remove(client)
        self.used.append(client)
        if serial < self.floor[client]:
            return Failure.STALE
        if (client, serial) in self.done:
            return self.done[client, serial]
        self.done[client, serial] = outcome
        self.floor[client] = max(self.floor[client], oldest)
        return Failure.REFUSED if self.command(command) else Failure.NONE


KEYS = st.sampled_from(["a", "b", "c", "was"])
VALUES = st.sampled_from(
    [0, 1, True, 1.0, None, "x", -0.0, [], [1], {}, {"a": [1]}, {"b": {"a": 1}}]
)
WRITES = st.fixed_dictionaries({"key": KEYS, "value": VALUES}, optional={"expected": VALUES})
DELETES = st.fixed_dictionaries(
    {"key": KEYS, "op": st.sampled_from(["delete", "delete", "remove"])},
    optional={"expected": VALUES},
)
TYPED = st.fixed_dictionaries(
    {"type": st.sampled_from(["incr", "keep_some", "enter", "lie", "first", "nope"])},
    optional={"key": KEYS, "by": VALUES, "value": VALUES, "keys": st.lists(KEYS)},
)
NESTS = st.fixed_dictionaries({"type": st.just("nest"), "key": KEYS})
ODD = st.dictionaries(st.sampled_from(["key", "value", "op", "other"]), VALUES)
COMMANDS = st.one_of(WRITES, WRITES, DELETES, TYPED, TYPED, ODD)


class AgainstTwin(RuleBasedStateMachine):
    """One machine that lives on, one that is restored now and then, and the twin."""

    LIMIT = 2

    def __init__(self):
        super().__init__()
        self.living = Machine(Inventory, sessions_limit=self.LIMIT)
        self.restored = Machine(Inventory, sessions_limit=self.LIMIT)
        self.twin = Twin(self.LIMIT)
        self.nests = 0

    def both(self, *args, **named):
        """Apply an entry to both machines; return the outcome, which is one."""
        made = entry(self.living, *args, **named)
        outcome = self.living.apply(made)
        assert self.restored.apply(made) == outcome
        return outcome

    @rule(command=COMMANDS)
    def command(self, command):
        self.send(command)

    @precondition(lambda self: self.nests < 5)  # each doubles what is compared
    @rule(command=NESTS)
    def nest(self, command):
        self.nests += 1
        self.send(command)

    def send(self, command):
        outcome = self.both(command)
        assert (outcome.failure is Failure.REFUSED) == self.twin.command(command), outcome.error
        assert (outcome.error != "") == (outcome.failure is not Failure.NONE)

    @rule(data=st.data(), command=COMMANDS, serial=st.integers(1, 6), oldest=st.integers(1, 6))
    def send_with_ticket(self, data, command, serial, oldest):
        clients = st.sampled_from([*self.twin.floor, 10_000])
        ticket = Ticket(data.draw(clients), serial, oldest)
        outcome = self.both(command, ticket)
        expected = self.twin.ticketed(command, ticket, outcome)
        assert expected in (outcome, outcome.failure), outcome.error

    @rule()
    def register(self):
        outcome = self.both(b"", kind=EntryKind.REGISTER)
        self.twin.register(outcome.value)

    @rule(kind=st.sampled_from([EntryKind.NOOP, EntryKind.CONFIGURATION]))
    def pass_by(self, kind):
        assert self.both(b"", kind=kind) is None

    @rule()
    def take_a_snapshot(self):
        other = Machine(Inventory)
        other.restore(self.living.snapshot())
        self.restored = other

    @rule()
    def travel(self):
        self.restored = pickle.loads(pickle.dumps(self.restored))  # noqa: S301 -- our own bytes

    @invariant()
    def agrees(self):
        self.living.check_invariants()
        assert json.dumps(self.living.state) == json.dumps(self.twin.state)
        assert self.living.get("a") == self.twin.state.get("a")
        assert self.restored.snapshot() == self.living.snapshot()


TestAgainstTwin = AgainstTwin.TestCase
TestAgainstTwin.settings = settings(stateful_step_count=30)
