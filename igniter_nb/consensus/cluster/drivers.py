"""Table of drivers: what starts each kind of cluster, loaded when the first one is started."""

# ruff: noqa: PLC0415 -- a simulator is loaded when a cluster is started, not when one is named

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from igniter_nb.consensus.cluster.protocol import Driver
    from igniter_nb.consensus.timing import Timing
    from igniter_nb.raft import NodeId

LOCAL: Final = "local"


def _local(names: Sequence[NodeId], **how: Any) -> Driver:
    from igniter_nb.consensus.local.opening import opened

    return opened(names, **how)


DRIVERS: Final[dict[str, Callable[..., Driver]]] = {LOCAL: _local}
"""What starts a cluster, by kind: called with the nodes' names and the arguments by name."""


def replayed(
    run: Any, at: float | None, machine: Any, *, timeout: float
) -> tuple[Driver, Timing | None]:
    """Return the driver of a run that is opened, and the timing it was recorded with."""
    from igniter_nb.consensus.local.runs import reopened

    return reopened(run, at, machine, timeout=timeout)
