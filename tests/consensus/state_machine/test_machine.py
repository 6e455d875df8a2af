"""One node's machine: outcomes, exactly-once, snapshots, and a dumb twin that copies everything."""

from __future__ import annotations

import copy
import pickle

import pytest

from igniter_nb.consensus.state_machine.declaration import StateMachine, apply
from igniter_nb.consensus.state_machine.machine import Failure, Machine, Outcome, same
from igniter_nb.errors import CommandError, LogCorruptedError, OutcomeUnknownError
from igniter_nb.raft import Entry, EntryKind, Ticket
from tests.consensus.inventory import Inventory, entry


class Count(StateMachine):
    initial = 0

    @apply
    def add(state, command):
        return state + command["by"]


def fed(machine, *commands):
    """Apply commands without a ticket; return their outcomes."""
    return [machine.apply(entry(machine, command)) for command in commands]


def register(machine):
    """Open a session; return the client's id."""
    return machine.apply(entry(machine, b"", kind=EntryKind.REGISTER)).value


# --- the key-value protocol ---------------------------------------------------------------


def test_keys_are_set_and_removed():
    """Setting, setting again and removing, also of a key that is not there, succeed."""
    machine = Machine(None)

    outcomes = fed(
        machine,
        {"key": "a", "value": 1},
        {"key": "b", "value": {"n": [1]}},
        {"key": "a", "value": None},
        {"key": "c", "op": "delete"},
        {"key": "b", "op": "delete"},
    )

    assert outcomes == [Outcome(index, 1) for index in range(1, 6)]
    assert [outcome.result() for outcome in outcomes] == [None] * 5
    assert machine.state == {"a": None}
    assert machine.applied == 5


def test_compare_and_set_writes_only_what_it_expected():
    """None stands for a key that is not there; a difference in type is a difference."""
    machine = Machine()

    outcomes = fed(
        machine,
        {"key": "lock", "value": "me", "expected": None},
        {"key": "lock", "value": "you", "expected": None},
        {"key": "lock", "op": "delete", "expected": "you"},
        {"key": "lock", "value": 1, "expected": "me"},
        {"key": "lock", "value": 2, "expected": True},
        {"key": "lock", "value": 2, "expected": 1.0},
        {"key": "lock", "value": [{"a": 1}], "expected": 1},
        {"key": "lock", "op": "delete", "expected": [{"a": 1}]},
    )

    assert [outcome.error == "" for outcome in outcomes] == [
        *[True, False, False, True, False, False, True, True]
    ]
    assert outcomes[1].error.startswith("'lock' was to hold nothing and holds 'me'; nothing was")
    assert outcomes[2].error.startswith("'lock' was to hold 'you' and holds 'me'")
    assert machine.state == {}
    with pytest.raises(CommandError, match="'lock' was to hold nothing"):
        outcomes[1].result()


def test_a_key_that_holds_none_counts_as_absent():
    """What get says, None, can be expected: a loop of get and compare-and-set ends."""
    machine = Machine()
    fed(machine, {"key": "a", "value": None})

    (outcome,) = fed(machine, {"key": "a", "value": 1, "expected": machine.get("a")})

    assert outcome.error == ""
    assert machine.get("a") == 1


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ({}, "expected a command with a type or a key, came {}"),
        ({"value": 1}, "expected a command with a type or a key, came {'value': 1}"),
        ({"key": 3, "value": 1}, "key: expected a str, came 3"),
        ({"key": "a"}, "expected one of value and op"),
        ({"key": "a", "value": 1, "op": "delete"}, "expected one of value and op"),
        ({"key": "a", "op": "remove"}, "op: expected \"delete\", came 'remove'"),
        ({"key": "a", "valeu": 1}, "unknown: valeu; a key-value command has key, value, op"),
        ({"key": [], "x": 1}, "key: expected a str, came []"),
        ({"type": "nope", "key": "a"}, "unknown command type 'nope'"),
        ({"type": None, "key": "a", "value": 1}, "unknown command type None"),
        (b"garbage", "an entry of the log is no command"),
        (b"3", "an entry of the log is no command"),
        (b"", "an entry of the log is no command"),
    ],
)
def test_what_is_no_command_changes_nothing(command, said):
    """It is an outcome of its caller, the state stays and the machine goes on (C256)."""
    machine = Machine(Inventory)
    before = machine.digest()

    (outcome,) = fed(machine, command)

    assert said in outcome.error
    assert outcome.failure is Failure.REFUSED
    assert machine.digest() == before
    assert fed(machine, {"key": "b", "value": 1})[0].error == ""


def test_a_state_that_is_no_dict_has_no_keys():
    """The key-value protocol and get say what the state is and what to do."""
    machine = Machine(Count)
    fed(machine, {"type": "add", "by": 3})

    (outcome,) = fed(machine, {"key": "a", "value": 1})

    assert "needs a dict as state, Count has 3; give the command a type: add" in outcome.error
    assert machine.state == 3
    with pytest.raises(CommandError, match="the state of Count is no dict: 3; read the whole"):
        machine.get("a")


def test_a_machine_is_made_of_a_class():
    """An instance or something else is refused."""
    for kind in (Inventory(), dict, "kv"):
        with pytest.raises(TypeError, match="expected a subclass of StateMachine or None"):
            Machine(kind)
    assert Machine(None).kind is StateMachine
    assert Machine(Inventory).kind is Inventory


def test_a_reducer_sees_what_the_key_value_protocol_wrote():
    """Both change one state, in the order of the log."""
    machine = Machine(Inventory)

    fed(
        machine,
        {"key": "a", "value": 4},
        {"type": "incr", "key": "a", "by": 1},
        {"key": "b", "value": [1]},
        {"type": "keep_some", "keys": ["b"]},
        {"type": "first"},
    )

    assert machine.state == {"b": [1], "first": "b"}


def test_a_state_inside_a_state_is_not_written_through():
    """A reducer that keeps the old state keeps it as it was, whatever is written later."""
    machine = Machine(Inventory)

    fed(machine, {"type": "nest", "key": "x"}, {"key": "a", "value": 5}, {"key": "x2", "value": 1})

    assert machine.state["x"]["was"] == [{"a": 0}]
    fed(machine, {"type": "enter", "key": "x"}, {"key": "was", "value": 7})
    assert machine.state == {"was": 7, "command": {"type": "nest", "key": "x"}}


def test_what_is_handed_out_is_a_copy():
    """Changing what get or state returned changes no machine (C264)."""
    machine = Machine(Inventory)
    fed(machine, {"key": "l", "value": [1, {"n": 2}]}, {"type": "incr", "key": "a", "by": 1})
    before = machine.digest()

    machine.get("l")[1]["n"] = 3
    machine.get("l").append(1)
    machine.state["l"].clear()
    machine.state.clear()
    Inventory.initial["late"] = 1

    assert machine.digest() == before
    assert type(machine.get("l")) is list
    assert type(machine.get("l")[1]) is type(machine.state) is dict
    assert machine.get("none") is None
    assert machine.get("none", 3) == 3
    del Inventory.initial["late"]


def test_machines_of_one_kind_do_not_share_their_first_state():
    """A write to one is not seen in another."""
    one, other = Machine(Inventory), Machine(Inventory)

    fed(one, {"key": "a", "value": 9})

    assert other.state == {"a": 0}
    assert Machine(Inventory).state == {"a": 0}


# --- the log ------------------------------------------------------------------------------


def test_entries_that_nobody_waits_for_have_no_outcome():
    """A leader's blank entry and a configuration count as applied."""
    machine = Machine()

    noop = machine.apply(entry(machine, b"", kind=EntryKind.NOOP))
    configuration = machine.apply(entry(machine, b"any", kind=EntryKind.CONFIGURATION))

    assert (noop, configuration, machine.applied) == (None, None, 2)


def test_an_entry_out_of_turn_is_refused():
    """A gap, or an entry that was applied, is a mistake of the driver."""
    machine = Machine()
    fed(machine, {"key": "a", "value": 1})

    for index in (1, 3):
        with pytest.raises(AssertionError, match=f"entry {index} does not follow 1"):
            machine.apply(Entry(index, 1, EntryKind.COMMAND, b"{}"))


def test_an_interrupted_entry_can_be_applied_again():
    """What ends a reducer from outside leaves state and index as they were."""
    stops = [True]

    class Slow(StateMachine):
        @apply
        def work(state, command):
            if stops.pop():
                raise KeyboardInterrupt
            return {"done": 1}

    machine = Machine(Slow)
    client = register(machine)
    work = entry(machine, {"type": "work"}, Ticket(client, 1, 1))
    with pytest.raises(KeyboardInterrupt):
        machine.apply(work)
    stops.append(False)

    outcome = machine.apply(work)

    assert outcome == Outcome(2, 1)
    assert machine.state == {"done": 1}


def test_a_command_sent_again_takes_effect_once():
    """The second sending gets the outcome of the first, also an error (scenario 62)."""
    machine = Machine(Inventory)
    client = register(machine)
    add = {"type": "incr", "key": "a", "by": 1}
    wrong = {"type": "incr", "key": "a", "by": "x"}

    first = machine.apply(entry(machine, add, Ticket(client, 1, 1), term=1))
    failed = machine.apply(entry(machine, wrong, Ticket(client, 2, 1), term=1))
    again = machine.apply(entry(machine, add, Ticket(client, 1, 1), term=2))
    failed_again = machine.apply(entry(machine, wrong, Ticket(client, 2, 1), term=2))

    assert first == again == Outcome(2, 1)
    assert "TypeError" in failed.error
    assert failed == failed_again
    assert type(failed_again.failure) is Failure
    assert machine.state == {"a": 1}
    assert machine.applied == 5


def test_a_command_sent_again_without_a_ticket_is_another_one():
    """Without a session nothing is known of an earlier sending (scenario 63)."""
    machine = Machine(Inventory)

    fed(machine, *[{"type": "incr", "key": "a", "by": 1}] * 2)

    assert machine.state == {"a": 2}


def test_an_answer_that_was_given_up_is_not_worked_out_again():
    """Below the window the outcome says that it is not known, and the state stays."""
    machine = Machine(Inventory)
    client = register(machine)
    add = {"type": "incr", "key": "a", "by": 1}
    machine.apply(entry(machine, add, Ticket(client, 1, 1)))
    machine.apply(entry(machine, add, Ticket(client, 2, 2)))

    outcome = machine.apply(entry(machine, add, Ticket(client, 1, 1)))

    assert outcome.failure is Failure.STALE
    assert "the client had given this answer up" in outcome.error
    assert machine.state == {"a": 2}
    with pytest.raises(OutcomeUnknownError, match="Whether it was before is not known"):
        outcome.result()


def test_a_command_of_an_expired_session_is_not_carried_out():
    """The log decides which session expires, so every node refuses it (thesis 6.3)."""
    machine = Machine(Inventory, sessions_limit=1)
    old = register(machine)
    new = register(machine)
    add = {"type": "incr", "key": "a", "by": 1}

    expired = machine.apply(entry(machine, add, Ticket(old, 1, 1)))
    unknown = machine.apply(entry(machine, add, Ticket(999, 1, 1)))
    fine = machine.apply(entry(machine, add, Ticket(new, 1, 1)))

    assert expired.failure is unknown.failure is Failure.EXPIRED
    assert "session is not open" in expired.error
    assert fine.error == ""
    assert machine.state == {"a": 1}
    assert len(machine.sessions) == 1


def test_a_registration_tells_the_clients_id():
    """It is the entry's index, and the caller's result."""
    machine = Machine()
    fed(machine, {"key": "a", "value": 1})

    outcome = machine.apply(entry(machine, b"", kind=EntryKind.REGISTER))

    assert outcome.result() == outcome.index == 2


# --- snapshots ----------------------------------------------------------------------------


def test_a_restored_machine_goes_on_alike():
    """State, order of keys, sessions and index survive, and so does what comes after."""
    machine = Machine(Inventory, sessions_limit=2)
    client = register(machine)
    fed(machine, {"key": "z", "value": "ü\ud83d"}, {"key": "b", "value": [1.0, -0.0, True]})
    machine.apply(entry(machine, {"key": "c", "value": 10**30}, Ticket(client, 1, 1)))
    fed(machine, {"key": "a", "op": "delete"})

    other = Machine(Inventory)
    other.restore(machine.snapshot())

    assert other.snapshot() == machine.snapshot()
    assert [*other.state] == ["z", "b", "c"]
    for each in (machine, other):
        fed(each, {"type": "first"})
        again = each.apply(entry(each, {"key": "c", "value": 0}, Ticket(client, 1, 1)))
        assert again == Outcome(4, 1)
        register(each)
        register(each)
        expired = each.apply(entry(each, {"key": "c", "value": 0}, Ticket(client, 1, 1)))
        assert expired.failure is Failure.EXPIRED
        assert each.get("first") == "z"
    assert other.snapshot() == machine.snapshot()
    assert other.digest() == machine.digest()


def test_no_bytes_are_the_first_state():
    """A cluster that never wrote has nothing to restore."""
    machine = Machine(Inventory, sessions_limit=7)
    register(machine)
    fed(machine, {"key": "a", "value": 1})

    machine.restore(b"")

    assert machine.snapshot() == Machine(Inventory, sessions_limit=7).snapshot()


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data[3:],
        lambda data: b"x" + data,
        lambda data: data.replace(b'"form":1', b'"form":2'),
        lambda data: data.replace(b'"applied"', b'"applies"'),
        lambda data: data.replace(b"\n", b"", 1),
        lambda data: data.replace(b"[1, 1024", b"[1, 0"),
        lambda data: data.replace(b'{"a":0', b'{"a":1e999'),
        lambda data: data.replace(b'{"a":0', b'{"a":' + b"[" * 200 + b"]" * 200),
        lambda _: b"null\nnull\nnull",
    ],
)
def test_a_damaged_snapshot_is_refused_and_changes_nothing(change):
    """The error says that another node has a whole one."""
    machine = Machine(Inventory)
    fed(machine, {"key": "b", "value": 1})
    before = machine.snapshot()

    with pytest.raises(LogCorruptedError, match=r"what Machine\.snapshot wrote .* from another"):
        machine.restore(change(before))

    assert machine.snapshot() == before


def test_a_machine_travels_with_its_class_by_name():
    """A pickled or copied machine is independent and equal; the class is found by its name."""
    machine = Machine(Inventory)
    register(machine)
    fed(machine, {"type": "incr", "key": "a", "by": 2})

    for twin in (pickle.loads(pickle.dumps(machine)), copy.deepcopy(machine)):  # noqa: S301 -- ours
        assert twin.kind is Inventory
        assert twin.snapshot() == machine.snapshot()
        fed(twin, {"key": "a", "value": 0})
        assert machine.get("a") == 2


def test_digests_are_equal_for_equal_states():
    """A digest tells the state and the order of its keys, not how it came about."""
    one, other, third = Machine(), Machine(), Machine()

    fed(one, {"key": "a", "value": 1}, {"key": "b", "value": 2})
    fed(other, {"key": "a", "value": 3}, {"key": "b", "value": 2}, {"key": "a", "value": 1})
    fed(third, {"key": "b", "value": 2}, {"key": "a", "value": 1})

    assert one.digest() == other.digest() != third.digest()
    assert len(one.digest()) == 16


def test_plain_values_are_the_same_with_their_types():
    """Numbers of different types differ, the order of keys does not count."""
    assert same({"a": [1, "x"], "b": None}, {"b": None, "a": [1, "x"]})
    for left, right in [(1, True), (1, 1.0), ([1], [1, 2]), ([1], [True]), ({"a": 1}, {"b": 1})]:
        assert not same(left, right), (left, right)
    assert not same({"a": 1}, {"a": 1.0})
    assert not same([], {})


def test_a_write_does_not_copy_the_keys():
    """With 10,000 keys a key-value write touches the one that it names (C260)."""
    machine = Machine(Inventory)
    fed(machine, *({"key": f"k{n}", "value": n} for n in range(10_000)))
    top = machine._state

    fed(machine, {"key": "k7", "value": {"n": 1}}, {"key": "k8", "op": "delete"})
    fed(machine, {"key": "k9", "value": 1, "expected": 9})

    assert machine._state is top, "the dict at the top was copied"
    assert machine.get("k7") == {"n": 1}
