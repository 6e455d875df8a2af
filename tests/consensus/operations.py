"""Operations of clients, written short."""

from __future__ import annotations

from igniter_nb.consensus.testing.history import Operation, Outcome


def write(client, value, start, end, key="x"):
    """A write; with end None its outcome is unknown."""
    return Operation(client, key, "write", start, end, argument=value)


def read(client, value, start, end, key="x"):
    """A read that returned the value."""
    return Operation(client, key, "read", start, end, result=value)


def delete(client, start, end, key="x"):
    """A delete; with end None its outcome is unknown."""
    return Operation(client, key, "delete", start, end)


def cas(client, expected, value, start, end, *, outcome=Outcome.OK):
    """A compare-and-set on x."""
    return Operation(client, "x", "cas", start, end, value, expected, outcome=outcome)
