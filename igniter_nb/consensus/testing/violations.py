"""Error of a violated invariant."""

from __future__ import annotations

__all__ = ["InvariantViolationError"]


class InvariantViolationError(AssertionError):
    """Something that always holds does not.

    Attributes:
        invariant: its name.
        source: where it is stated.
        found: what was found, as a sentence with nodes and values.
        seed: seed of the world.
        time_us: when, in virtual microseconds.
    """

    def __init__(self, invariant: str, source: str, found: str, *, where: tuple[int, int]) -> None:
        self.invariant, self.source, self.found = invariant, source, found
        self.seed, self.time_us = where
        super().__init__(
            f"{invariant} ({source}) is broken at {self.time_us / 1e6:.6f} s "
            f"with seed {self.seed}: {found}"
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes."""
        where = (self.seed, self.time_us)
        return _violation, ((self.invariant, self.source, self.found), where)


def _violation(text: tuple[str, str, str], where: tuple[int, int]) -> InvariantViolationError:
    return InvariantViolationError(*text, where=where)
