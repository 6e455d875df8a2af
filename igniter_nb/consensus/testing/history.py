"""History of a replicated register: operations of clients, and what they were told.

A history is given every time, reads no clock, and knows nothing of clusters. What it refuses: a
second end of one call.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

__all__ = ["KINDS", "History", "Kind", "Operation", "Outcome"]

Kind = Literal["read", "write", "delete", "cas"]
KINDS = ("read", "write", "delete", "cas")


class Outcome(StrEnum):
    """How an operation ended, if that is known."""

    OK = "ok"
    """It took effect and answered."""
    MISMATCH = "mismatch"
    """A cas answered that it found another value than expected, and changed nothing."""
    FAILED = "failed"
    """It was refused: it took no effect and saw nothing. The check leaves it out."""


class Operation(NamedTuple):
    """One operation of one client on one key.

    Attributes:
        client: who called it; only for people, and any number may run at once.
        key: the register it is about.
        kind: "read", "write", "delete" or "cas".
        start: time of the call, in any unit.
        end: time of the return; None if the outcome is unknown: it took effect at any time after
            its start, or never, or will.
        argument: what a write or cas writes; None is the same as a delete.
        expected: what a cas compares with; None is absent.
        result: what a read returned; None is absent.
        outcome: how it ended; without meaning when ``end`` is None.
        order: numbers of the call and of the return among all events, to tell apart those of one
            time. Where they are equal too, the operations overlap.
    """

    client: object
    key: Hashable
    kind: Kind
    start: float
    end: float | None = None
    argument: object = None
    expected: object = None
    result: object = None
    outcome: Outcome = Outcome.OK
    order: tuple[int, int] = (0, 0)


class History:
    """Records operations as they are called and return.

    Each call gets a number, by which its end is told. What is never told has an unknown outcome.
    Events of one time happened in the order in which they were recorded. Values are kept as they
    are given, so they must not be changed afterwards.
    """

    def __init__(self) -> None:
        self._operations: list[Operation] = []
        self._closed: list[bool] = []
        self._events = 0

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations)

    def __len__(self) -> int:
        return len(self._operations)

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All operations so far, in the order of their calls."""
        return tuple(self._operations)

    def invoke(  # noqa: PLR0913 - what an operation is made of, and all but three are named
        self,
        client: object,
        key: Hashable,
        kind: Kind,
        *,
        at: float,
        argument: object = None,
        expected: object = None,
    ) -> int:
        """Record a call and return its number; the arguments are those of :class:`Operation`."""
        self._events += 1
        order = (self._events, self._events)
        self._operations.append(
            Operation(client, key, kind, at, None, argument, expected, order=order)
        )
        self._closed.append(False)
        return len(self._operations) - 1

    def complete(self, number: int, *, at: float, result: object = None) -> None:
        """Record that a call took effect and returned; ``result`` is what a read saw.

        Raises:
            ValueError: the number is of no call, or its end is recorded already.
        """
        self._close(number, end=at, result=result)

    def mismatch(self, number: int, *, at: float) -> None:
        """Record that a cas answered that it found another value than expected.

        Raises:
            ValueError: the number is of no call, or its end is recorded already.
        """
        self._close(number, end=at, outcome=Outcome.MISMATCH)

    def fail(self, number: int, *, at: float) -> None:
        """Record that a call was refused: it took no effect and never will.

        Raises:
            ValueError: the number is of no call, or its end is recorded already.
        """
        self._close(number, end=at, outcome=Outcome.FAILED)

    def unknown(self, number: int) -> None:
        """Record that nobody will learn how a call ended.

        Raises:
            ValueError: the number is of no call, or its end is recorded already.
        """
        self._close(number)

    def _close(self, number: int, **found: object) -> None:
        if not 0 <= number < len(self._operations):
            raise ValueError(
                f"expected the number of one of {len(self)} calls, as invoke() returned it, "
                f"got {number}"
            )
        if self._closed[number]:
            raise ValueError(
                f"expected one end of call {number}, got a second; the first made it "
                f"{self._operations[number]}"
            )
        self._events += 1
        self._closed[number] = True
        operation = self._operations[number]
        found["order"] = (operation.order[0], self._events)
        self._operations[number] = operation._replace(**found)  # type: ignore[arg-type] # by name
