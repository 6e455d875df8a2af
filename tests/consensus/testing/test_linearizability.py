"""The checker of histories: it finds every fault, accuses nobody wrongly, and can say why."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igniter_nb.consensus.testing import linearizability
from igniter_nb.consensus.testing.history import Operation, Outcome
from igniter_nb.consensus.testing.linearizability import Answer, check
from tests.consensus.operations import cas, delete, read, write

GOOD, BAD, GAVE_UP = Answer.LINEARIZABLE, Answer.NOT_LINEARIZABLE, Answer.GAVE_UP


def twin(operations):
    """Dumb: try every order of every choice of what took effect."""
    sure = [one for one in operations if one.end is not None and one.outcome != Outcome.FAILED]
    maybe = [one for one in operations if one.end is None]
    return any(
        replays(order)
        for size in range(len(maybe) + 1)
        for chosen in itertools.combinations(maybe, size)
        for order in itertools.permutations([*sure, *chosen])
        if in_real_time(order)
    )


def in_real_time(order):
    """Tell if nothing stands behind what started after its end."""
    return not any(
        later.end is not None and (later.end, later.order[1]) < (earlier.start, earlier.order[0])
        for earlier, later in itertools.combinations(order, 2)
    )


def replays(order):
    """Tell if one register that does the operations in this order answers as recorded."""
    state = None
    for one in order:
        if one.kind == "read":
            if one.end is not None and one.result != state:
                return False
        elif one.kind == "cas":
            mismatch = one.end is not None and one.outcome == Outcome.MISMATCH
            if mismatch == (one.expected == state):
                return False
            state = state if mismatch else one.argument
        else:
            state = one.argument if one.kind == "write" else None
    return True


CLASSICS = {
    "an empty history": (GOOD, []),
    "a read of nothing": (GOOD, [read("a", None, 0, 1)]),
    "a read of what nobody wrote": (BAD, [read("a", 1, 0, 1)]),
    "a read of a finished write": (GOOD, [write("a", 1, 0, 1), read("b", 1, 2, 3)]),
    "a stale read": (
        BAD,
        [write("a", 1, 0, 1), write("a", 2, 2, 3), read("b", 1, 4, 5)],
    ),
    "a read of the past that overlaps the write": (
        GOOD,
        [write("a", 1, 0, 1), write("a", 2, 2, 5), read("b", 1, 4, 6)],
    ),
    "a read of the future": (BAD, [read("b", 1, 0, 1), write("a", 1, 2, 3)]),
    "a read inversion of two readers": (
        BAD,
        [write("a", 1, 0, 9), read("b", 1, 1, 2), read("c", None, 3, 4)],
    ),
    "two readers that overlap and see different things": (
        GOOD,
        [write("a", 1, 0, 9), read("b", 1, 1, 4), read("c", None, 3, 5)],
    ),
    "concurrent writes, seen in one order": (
        GOOD,
        [write("a", 1, 0, 3), write("b", 2, 0, 3), read("c", 2, 1, 2), read("c", 1, 4, 5)],
    ),
    "concurrent writes, seen in two orders": (
        BAD,
        [
            write("a", 1, 0, 9),
            write("b", 2, 0, 9),
            *(read("c", 1, 1, 2), read("c", 2, 3, 4), read("c", 1, 5, 6)),
        ],
    ),
    "a lost update": (
        BAD,
        [cas("a", None, 1, 0, 1), cas("b", 1, 2, 2, 5), cas("c", 1, 3, 2, 5), read("a", 3, 6, 7)],
    ),
    "a cas that wins twice": (BAD, [cas("a", None, 1, 0, 1), cas("b", None, 2, 0, 1)]),
    "a cas that wins and one that does not": (
        GOOD,
        [cas("a", None, 1, 0, 1), cas("b", None, 2, 0, 1, outcome=Outcome.MISMATCH)],
    ),
    "a cas that finds no other value": (
        BAD,
        [write("a", 1, 0, 1), cas("b", 1, 2, 2, 3, outcome=Outcome.MISMATCH)],
    ),
    "a cas chain that starts with an unknown one": (
        GOOD,
        [cas("a", None, 1, 0, None), cas("b", 1, 2, 1, None), read("c", 2, 3, 4)],
    ),
    "a mismatch that only an unknown write explains": (
        GOOD,
        [
            write("a", 1, 0, 1),
            write("b", 2, 1, None),
            cas("c", 1, 3, 4, 5, outcome=Outcome.MISMATCH),
        ],
    ),
    "an unknown write, never seen": (
        GOOD,
        [write("a", 1, 0, 1), write("b", 2, 2, None), read("c", 1, 3, 4)],
    ),
    "an unknown write, seen much later": (
        GOOD,
        [
            write("a", 1, 0, 1),
            write("b", 2, 2, None),
            *(read("c", 1, 3, 4), write("a", 3, 5, 6), read("c", 2, 90, 91)),
        ],
    ),
    "an unknown write, seen and then unseen": (
        BAD,
        [write("a", 1, 0, 1), write("b", 2, 2, None), read("c", 2, 3, 4), read("c", 1, 5, 6)],
    ),
    "an unknown write, seen twice": (
        BAD,
        [
            write("b", 2, 0, None),
            *(read("c", 2, 1, 2), write("a", 1, 3, 4), read("c", 1, 5, 6), read("c", 2, 7, 8)),
        ],
    ),
    "two unknown writes of one value, each seen": (
        GOOD,
        [
            *(write("b", 2, 0, None), write("d", 2, 1, None), read("c", 2, 1, 2)),
            *(write("a", 1, 3, 4), read("c", 1, 5, 6), read("c", 2, 7, 8)),
        ],
    ),
    "an unknown write, seen before its call": (BAD, [read("c", 2, 0, 1), write("b", 2, 2, None)]),
    "an unknown delete, seen": (
        GOOD,
        [write("a", 1, 0, 1), delete("b", 2, None), read("c", None, 3, 4)],
    ),
    "an unknown read": (GOOD, [write("a", 1, 0, 1), read("b", 7, 2, None)]),
    "a delete, seen": (
        GOOD,
        [write("a", 1, 0, 1), delete("a", 2, 3), read("b", None, 4, 5)],
    ),
    "a delete, unseen": (BAD, [write("a", 1, 0, 1), delete("a", 2, 3), read("b", 1, 4, 5)]),
    "a refused write, unseen": (
        GOOD,
        [write("a", 1, 0, 1)._replace(outcome=Outcome.FAILED), read("b", None, 2, 3)],
    ),
    "a refused write, seen": (
        BAD,
        [write("a", 1, 0, 1)._replace(outcome=Outcome.FAILED), read("b", 1, 2, 3)],
    ),
}


@pytest.mark.parametrize("name", CLASSICS)
def test_the_classics_get_the_answer_of_the_books(name):
    """Each known history gets its known answer, from the checker and from its dumb twin."""
    expected, operations = CLASSICS[name]

    verdict = check(operations)

    assert verdict.answer is expected, f"{name} was judged wrongly: {verdict}"
    assert twin(operations) is (expected is GOOD)


VALUES = st.sampled_from([None, 1, 2])


@st.composite
def an_operation(draw):
    """Any operation on one of few values, in a short time, so that much overlaps."""
    start = draw(st.integers(0, 6))
    end = draw(st.one_of(st.none(), st.integers(start, 8)))
    kind = draw(st.sampled_from(["read", "read", "write", "delete", "cas"]))
    outcomes = [Outcome.OK, Outcome.MISMATCH] if kind == "cas" and end is not None else [Outcome.OK]
    return Operation(
        draw(st.sampled_from("abc")), "x", kind, start, end,
        draw(VALUES) if kind in {"write", "cas"} else None,
        draw(VALUES), draw(VALUES), draw(st.sampled_from(outcomes)),
    )  # fmt: skip


SMALL = st.lists(an_operation(), max_size=5)
SEEDS = st.integers(0, 2**32)


@given(SMALL)
@settings(max_examples=400, deadline=None)
def test_the_answer_is_that_of_trying_every_order(operations):
    """On any small history the search says what its dumb twin says."""
    verdict = check(operations)

    assert verdict.answer is (GOOD if twin(operations) else BAD), operations


@given(SMALL)
@settings(max_examples=200, deadline=None)
def test_the_reasons_are_true(operations):
    """The conflict alone has no order, and the prefix replays and holds what returned before."""
    verdict = check(operations)

    assert twin(verdict.conflict) is bool(verdict), f"no contradiction: {verdict.conflict}"
    assert replays([one._replace(end=9.0) for one in verdict.prefix]), verdict.prefix
    assert in_real_time(verdict.prefix), verdict.prefix


def atomic(seed, *, count, keys=1, clients=3, values=None, lost=0.0):
    """A history of a real register: each operation takes effect at one moment of its interval."""
    rng = random.Random(seed)  # noqa: S311 - a repeatable history, no secret
    calls, free = [], [0.0] * clients
    for number in range(count):
        client = rng.randrange(clients)
        start = free[client] + rng.random()
        end = free[client] = start + rng.random() * 2
        point = rng.uniform(start, end)
        if rng.random() < lost:
            point, end = rng.choice([rng.uniform(start, end + 20), float("inf")]), None
        kind = rng.choice(["read", "read", "write", "write", "cas", "delete"])
        value = rng.randrange(values) if values else number
        calls.append((point, Operation(client, rng.randrange(keys), kind, start, end, value)))
    state, done = {}, []
    for point, call in sorted(calls, key=lambda pair: pair[0]):
        seen = state.get(call.key)
        guess = rng.choice([seen, 0])
        outcome = Outcome.OK if call.kind != "cas" or guess == seen else Outcome.MISMATCH
        done.append(call._replace(expected=guess, result=seen, outcome=outcome))
        if call.kind != "read" and outcome is Outcome.OK and point < float("inf"):
            state[call.key] = call.argument if call.kind != "delete" else None
    return done


@given(SEEDS, st.sampled_from([None, 2, 4]), st.sampled_from([0, 0.2]))
@settings(max_examples=60, deadline=None)
def test_a_real_register_always_passes(seed, values, lost):
    """What an atomic register did is never called wrong, whatever was lost on the way."""
    operations = atomic(seed, count=120, keys=2, values=values, lost=lost)

    assert check(operations).answer is GOOD


@given(SEEDS, st.integers(0, 5), VALUES)
@settings(max_examples=150, deadline=None)
def test_one_changed_answer_is_judged_as_by_trying_every_order(seed, number, changed):
    """A register's history with another result of one read gets the dumb twin's answer."""
    operations = atomic(seed, count=6, values=3, lost=0.2)
    reads = [place for place, one in enumerate(operations) if one.kind == "read"]
    if reads:
        place = reads[number % len(reads)]
        operations[place] = operations[place]._replace(result=changed)

    assert check(operations).answer is (GOOD if twin(operations) else BAD)


def test_a_stranger_can_read_why():
    """The text names the key, what cannot be placed, what stands against it, and what fits."""
    operations = [
        *(write("c9", 7, -9.0, -8.0), read("c8", 7, -7.0, -6.0)),
        *(write("c1", 1, 0.0, 1.0), write("c1", 2, 2.0, 3.0), read("c2", 1, 4.0, 5.0)),
        *(write("c3", 3, 4.5, 9.0), read("c3", 3, 10.0, 11.0)),
    ]

    verdict = check(operations)

    assert verdict.key == "x"
    assert verdict.explanation.splitlines() == [
        (
            "key 'x' is not linearizable: read of 'x' by c2 at [4.0, 5.0] returned 1, but write "
            "of 2 to 'x' by c1 at [2.0, 3.0] had returned before it started"
        ),
        "These operations contradict one another:",
        "  write of 1 to 'x' by c1 at [0.0, 1.0] returned",
        "  write of 2 to 'x' by c1 at [2.0, 3.0] returned",
        "  read of 'x' by c2 at [4.0, 5.0] returned 1",
        "All before that fits, in this order (the last 4 of 4):",
        "  write of 7 to 'x' by c9 at [-9.0, -8.0] returned",
        "  read of 'x' by c8 at [-7.0, -6.0] returned 7",
        "  write of 1 to 'x' by c1 at [0.0, 1.0] returned",
        "  write of 2 to 'x' by c1 at [2.0, 3.0] returned",
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a read of what nobody wrote", "returned 1, but nothing had written 1 by then"),
        ("a read inversion of two readers", "read of 'x' by b at [1, 2] had returned 1 before it"),
        ("a cas that wins twice", "swapped, but it fits in no order of the operations around it"),
        ("a cas that finds no other value", "found another value, but write of 1 to 'x' by a"),
        ("a delete, unseen", "returned 1, but delete of 'x' by a at [2, 3] had returned before it"),
        ("an unknown write, seen and then unseen", "write of 2 to 'x' by b at [2, ?] has an unk"),
        ("a lost update", "cas of 'x' from 1 to 3 by c at [2, 5] swapped"),
    ],
)
def test_each_kind_of_fault_has_its_words(name, words):
    """What was seen, and what speaks against it, stands in the text."""
    verdict = check(CLASSICS[name][1])

    assert words in verdict.explanation


def test_a_small_contradiction_is_found_in_a_long_history():
    """Of a thousand operations the conflict shows the few that matter."""
    operations = sorted(atomic(5, count=1_000), key=lambda one: one.start)
    last = max(one.end for one in operations)
    operations += [write("a", -1, last + 1, last + 2), write("a", -2, last + 3, last + 4)]
    operations += [read("b", -1, last + 5, last + 6)]
    operations = [one._replace(key="x") for one in operations]

    verdict = check(operations)

    assert verdict.answer is BAD
    assert verdict.conflict == tuple(operations[-3:])
    assert len(verdict.prefix) == len(operations) - 1


@pytest.mark.parametrize("work", [200_000, -1_000])
def test_a_long_contradiction_is_shortened(monkeypatch, work):
    """A conflict that cannot be made small, or not in time, says how much is not shown."""
    monkeypatch.setattr(linearizability, "_SHRINKING", work)
    operations = [write("a", number, 2 * number, 2 * number + 1) for number in range(30)]
    operations += [cas("b", 29, 0, 100, 101, outcome=Outcome.MISMATCH)]

    verdict = check(operations)

    assert verdict.conflict == tuple(operations)
    assert "\n  and 11 more\n" in verdict.explanation
    assert "but write of 29 to 'x' by a at [58, 59] had returned before it started" in str(verdict)


def test_a_hard_key_is_given_up_and_said_to_be():
    """When the steps are used up the answer claims nothing and says what would help."""
    operations = atomic(3, count=300, clients=24, values=50, lost=0.2)

    verdict = check(operations, budget=500)

    assert verdict.answer is GAVE_UP
    assert not verdict
    assert verdict.steps == 500
    assert verdict.key == 0
    assert "gave up on key 0 with 300 operations after 500 steps" in verdict.explanation


def test_a_hard_key_hides_no_fault_of_another():
    """A fault is found even when the key before it uses up its steps."""
    operations = atomic(3, count=3_000, clients=24, values=50, lost=0.2)
    operations += [read("b", 1, 0, 1, key="y")]

    verdict = check(operations, budget=20_000)

    assert (verdict.answer, verdict.key) == (BAD, "y")


def test_keys_do_not_know_each_other():
    """A value written to one key explains nothing on another."""
    seen_elsewhere = [write("a", 1, 0, 1, key="x"), read("b", 1, 2, 3, key="y")]
    each_its_own = [write("a", 1, 0, 1, key="x"), read("b", None, 2, 3, key="y")]

    assert (check(seen_elsewhere).answer, check(seen_elsewhere).key) == (BAD, "y")
    assert check(each_its_own).answer is GOOD


def test_many_unknown_writes_do_not_explode():
    """A hundred writes of unknown outcome, half of them seen, cost a few steps for each."""
    unknown = [write(number, number, number, None) for number in range(100)]
    seen = [read("r", number, 200 + number, 200.5 + number) for number in range(0, 100, 2)]

    verdict = check([*unknown, *seen])

    assert verdict.answer is GOOD
    assert verdict.steps <= 200


def test_a_long_history_needs_no_recursion_and_a_step_for_each_write_at_most():
    """Fifty thousand operations of one client on one key are searched straight through."""
    operations = [
        write("a", n, 2 * n, 2 * n + 1) if n % 2 else read("a", n - 1 if n else None, 2 * n, 2 * n)
        for n in range(50_000)
    ]
    operations = [
        one._replace(result=before.argument) if one.kind == "read" else one
        for before, one in zip([operations[0], *operations], operations, strict=False)
    ]

    verdict = check(operations)

    assert verdict.answer is GOOD
    assert verdict.steps == 25_000


@pytest.mark.parametrize(
    ("written", "seen", "answer"),
    [
        ({"a": [1, {2}]}, {"a": (1, {2})}, GOOD),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, GOOD),
        (float("nan"), float("nan"), GOOD),
        (1, True, BAD),
        (1, 1.0, BAD),
        (0, None, BAD),
        ([], {}, BAD),
        ("1", b"1", BAD),
        (complex(1, 2), complex(1, 2), GOOD),
    ],
)
def test_values_are_compared_by_content_and_type(written, seen, answer):
    """Lists and mappings are equal by what is in them; 1, 1.0 and True are three values."""
    operations = [write("a", written, 0, 1), read("b", seen, 2, 3)]

    assert check(operations).answer is answer


SCRIPT = """
import random
from igniter_nb.consensus.testing.history import History, Operation, Outcome
from igniter_nb.consensus.testing.linearizability import check
rng = random.Random(1)
made = [Operation(n % 5, "x", rng.choice(["read", "write"]), n, n + 9 * rng.random(),
        {"a", "b", str(n % 4)}, None, {"b", "a", str(n % 3)}) for n in range(60)]
found = check(made)
print(found.explanation, found.steps, [made.index(one) for one in found.prefix])
"""


def test_the_verdict_does_not_depend_on_hashes():
    """Under any hash seed the same history gives the same bytes."""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "2")
    }

    assert len(outputs) == 1, outputs
    assert "is not linearizable" in outputs.pop()
