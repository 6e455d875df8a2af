"""Options of executions: the runner, its size and the policy; never mixed with inputs."""

from __future__ import annotations

from dataclasses import dataclass

from igniter_nb.capabilities import Policy, checked_policy
from igniter_nb.runtime.runners import RUNNERS, RunnerName


@dataclass(frozen=True, slots=True)
class Options:
    """How executions run; never mixed with inputs.

    Attributes:
        runner: ``"inline"`` runs nodes one after the other in the calling thread, in one fixed
            order; ``"threads"`` runs nodes that do not depend on one another side by side.
            Coroutines go on side by side under both, on one loop, and are settled as they end.
        pool_size: threads of the ``"threads"`` runner; None for as many as the interpreter's
            own thread pool would take.
        policy: policy of the contract; together with the ones in force it can only take away.

    Raises:
        ValueError: an option has a value that it cannot have.
        TypeError: the policy is none.
    """

    runner: RunnerName = "inline"
    pool_size: int | None = None
    policy: Policy | None = None

    def __post_init__(self) -> None:
        """Check the options together."""
        if self.runner not in RUNNERS:
            msg = f"runner expects one of {', '.join(map(repr, RUNNERS))}, got {self.runner!r}"
            raise ValueError(msg)
        if self.pool_size is not None and not _counts(self.pool_size):
            msg = f"pool_size expects a whole number of threads, at least 1, got {self.pool_size!r}"
            raise ValueError(msg)
        checked_policy(self.policy)


def _counts(size: object) -> bool:
    return type(size) is int and size > 0
