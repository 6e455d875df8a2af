"""Histories of what clients saw: recorded event by event, refused where they make no sense."""

from __future__ import annotations

import pytest

from igniter_nb.consensus.testing.history import History, Outcome
from igniter_nb.consensus.testing.linearizability import Answer, check
from tests.consensus.operations import read, write

GOOD, BAD, GAVE_UP = Answer.LINEARIZABLE, Answer.NOT_LINEARIZABLE, Answer.GAVE_UP


@pytest.mark.parametrize(
    ("operation", "error", "words"),
    [
        (write("a", 1, 3, 2), ValueError, "expected an end at or after the start"),
        (write("a", bytearray(), 0, 1), TypeError, "expected plain data or a hashable value"),
        (read("a", 1, 0, 1)._replace(kind="append"), ValueError, "expected a kind of read, write"),
        (
            write("a", 1, 0, 1)._replace(outcome=Outcome.MISMATCH),
            ValueError,
            "expected a mismatch only of a cas",
        ),
    ],
)
def test_nonsense_is_refused(operation, error, words):
    """An operation that cannot have been is no history, and the error says what is wrong."""
    with pytest.raises(error, match=words):
        check([operation])


def test_a_history_is_recorded_event_by_event():
    """Each call and its end become one operation; what never ended has an unknown outcome."""
    history = History()
    first = history.invoke("a", "x", "write", at=0.0, argument=1)
    second = history.invoke("b", "x", "cas", at=0.5, expected=2, argument=3)
    third = history.invoke("c", "x", "write", at=0.5, argument=4)
    history.invoke("d", "x", "delete", at=0.6)
    history.complete(first, at=1.0)
    history.mismatch(second, at=1.5)
    history.fail(third, at=1.5)
    fifth = history.invoke("a", "x", "read", at=2.0)
    history.complete(fifth, at=3.0, result=1)
    history.unknown(history.invoke("a", "x", "read", at=4.0))

    assert [(one.end, one.outcome) for one in history.operations] == [
        (1.0, Outcome.OK),
        (1.5, Outcome.MISMATCH),
        (1.5, Outcome.FAILED),
        (None, Outcome.OK),
        (3.0, Outcome.OK),
        (None, Outcome.OK),
    ]
    assert len(history) == 6
    assert check(history).answer is GOOD


def test_events_of_one_time_keep_the_order_of_their_recording():
    """When a clock stands still, a read after a write's return still has to see it."""
    history = History()
    history.complete(history.invoke("a", "x", "write", at=5.0, argument=1), at=5.0)
    history.complete(history.invoke("b", "x", "read", at=5.0), at=5.0, result=None)
    without_order = [one._replace(order=(0, 0)) for one in history]

    assert check(history).answer is BAD
    assert check(without_order).answer is GOOD


def test_a_call_ends_once():
    """A second end, or the end of what was never called, is refused."""
    history = History()
    number = history.invoke("a", "x", "read", at=0.0)
    history.complete(number, at=1.0)

    with pytest.raises(ValueError, match="expected one end of call 0, got a second"):
        history.unknown(number)
    with pytest.raises(ValueError, match="expected the number of one of 1 calls"):
        history.fail(7, at=1.0)
