"""Opening of a new cluster in this process: its world, its folder, and how to open one like it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.local import operations
from igniter_nb.consensus.local.driver import Driver
from igniter_nb.consensus.local.folder import Folder
from igniter_nb.consensus.simulator.journal import Journal
from igniter_nb.consensus.simulator.world import Options, World
from igniter_nb.consensus.transport import PERFECT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from igniter_nb.consensus.timing import Timing
    from igniter_nb.consensus.transport import Link
    from igniter_nb.raft import NodeId


def opened(  # noqa: PLR0913 -- all but the first are named
    names: Sequence[NodeId],
    *,
    machine: Any,
    timing: Timing,
    path: Path | None,
    snapshot_every: int,
    link: Link | None,
    seed: int,
    details: bool,
    verbose: bool,
) -> Driver:
    """Open the driver of a new cluster.

    Args:
        names: of the nodes.
        machine: what they replicate.
        timing: how soon a leader is missed.
        path: the folder in which they keep their logs, None for in memory.
        snapshot_every: entries after which a node compacts its log.
        link: how well the network works; None if nothing was said: perfectly, but that messages
            may take time while somebody watches.
        seed: what all chance follows from.
        details: whether messages and commits are noted.
        verbose: whether events are printed as they happen.
    """
    options = Options(
        config=timing.config(),
        snapshot_every=snapshot_every,
        link=PERFECT if link is None else link,
        may_show=link is None,
    )
    how = {"machine": machine, "path": path, "seed": seed, "details": details, "verbose": verbose}
    return _opened(names, options, **how)


def _opened(  # noqa: PLR0913 -- all but the first two are named
    names: Sequence[NodeId],
    options: Options,
    *,
    machine: Any,
    path: Path | None,
    seed: int,
    details: bool,
    verbose: bool,
) -> Driver:
    how = {"machine": machine, "path": path, "seed": seed, "details": details, "verbose": verbose}
    again = partial(_opened, names, options, **how)
    trace = Journal(verbose=verbose)
    make = partial(World, seed, machine=machine, options=options, trace=trace)
    if path is None:
        world = make(names)
        world.details = details
        return Driver(world, again=again)
    folder = Folder(path, machine)
    try:
        return _opened_in(folder, make, names, details=details, again=again)
    except BaseException:  # an interrupt, too, leaves no folder locked
        folder.close()
        raise


def _opened_in(
    folder: Folder,
    make: Callable[..., World],
    names: Sequence[NodeId],
    *,
    details: bool,
    again: Callable[[], Driver],
) -> Driver:
    manifest = folder.check(names)
    world = make(manifest.known, founders=manifest.founders, gone=manifest.removed, storage=folder)
    world.details = details
    world.skipped.update(manifest.skipped)
    world.farewell = folder.left
    operations.recall(world, folder.begun)
    return Driver(world, folder, again)
