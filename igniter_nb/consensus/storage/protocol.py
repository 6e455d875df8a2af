"""Protocol of the place where a node keeps its term, its vote, its log and its snapshot.

A storage is loaded once, then written and synced until it is closed or a sync fails. What always
holds, after a crash at any moment:

1. What is loaded is the outcome of the first so many writes, each of them whole or not at all.
2. Every write before the last :meth:`Storage.sync` that returned is among them.
3. What :meth:`Storage.load` returns is durable: the node may answer for it at once.
"""

from __future__ import annotations

import errno
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NoReturn, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.raft import NodeId, Persist, Restored

    StorageFactory = Callable[[NodeId], "Storage"]
    """What makes the storage of a node, for each of its lives or once."""


REPLACE_IT: Final = (
    ", or remove_node() it and add_node() one under a new name, which gets everything from the "
    "others"
)
"""End of what is told of a node that cannot start: what helps where the others go on without it."""


class Storage(Protocol):
    """Keeps what must survive a crash (paper figure 2, persistent state; section 7, snapshots).

    One thread writes. Another may call :meth:`sync` meanwhile, so that several writes share one
    wait for the disk. A call that does not fit the moment (before :meth:`load`, after
    :meth:`close`) raises ValueError.

    Examples:
        >>> from igniter_nb.consensus import MemoryStorage
        >>> storage: Storage = MemoryStorage()
        >>> storage.load().entries
        ()
    """

    @property
    def notes(self) -> tuple[str, ...]:
        """What :meth:`load` had to repair, in sentences for a person; usually none."""
        ...

    @property
    def empty(self) -> bool:
        """Whether nothing was ever written: the node is new, its start configuration is missing.

        To bootstrap, write and sync a Persist whose snapshot has index 0 and the configuration:
        :meth:`load` gives it back from then on, and the storage is no longer empty.
        """
        ...

    def load(self) -> Restored:
        """Read what is kept, repair what a crash may have torn; the first call of all.

        Raises:
            LogCorruptedError: it is damaged where no crash can have done that, a part of what was
                synced is missing, or it is another node's. The node must not start from it, and
                not come back under its old name with less than it had.
            OSError: it cannot be read.
        """
        ...

    def write(self, persist: Persist) -> None:
        """Take one step; it is not durable until :meth:`sync` returns.

        Raises:
            ValueError: the step does not follow what was written before: a gap before its first
                entry or between its entries, or a snapshot older than the one that is kept.
                Nothing of it was taken.
            OSError: an earlier sync failed.
        """
        ...

    def sync(self) -> None:
        """Return once all that was written before the call is durable.

        Raises:
            OSError: it is not known what is durable now. The storage refuses everything from here
                on, because trying again would succeed without having written anything (on Linux a
                failed fsync drops what it could not write); only a new start finds out.
        """
        ...

    def close(self) -> None:
        """Sync what was written, unless a sync failed, and let go of the place; again is harmless.

        Raises:
            OSError: the sync failed; the place is let go of all the same.
        """
        ...


class Volatile(Storage, Protocol):
    """A storage that can lose what was not synced, as only one in memory does.

    It is its own disk: after a crash the same object is loaded anew.
    """

    @property
    def wiped(self) -> bool:
        """Whether its disk was taken away."""
        ...

    @property
    def unsynced(self) -> int:
        """How many writes a crash could lose now."""
        ...

    def crash(self, kept: int = 0, *, torn: bool = False) -> None:
        """End the process or cut the power: of the unsynced writes only the first ``kept`` stay.

        Raises:
            ValueError: ``kept`` is negative or more than there are.
        """
        ...

    def fail_next_sync(self) -> None:
        """Let the next sync raise OSError; a crash ends it."""
        ...

    def wipe(self) -> None:
        """Lose everything, synced or not."""
        ...


def volatile(storage: Storage) -> Volatile | None:
    """Return a storage as one that can lose what was not synced; None if it cannot."""
    return cast("Volatile", storage) if hasattr(storage, "crash") else None


class Standing(StrEnum):
    """What may be asked of a storage at the moment."""

    NEW = "new"
    OPEN = "open"
    FAILED = "failed"
    CLOSED = "closed"


def refuse(standing: Standing, wanted: str) -> NoReturn:
    """Say why a storage does not do what it was asked for.

    Args:
        standing: what it is instead of what the call needs.
        wanted: name of the method.

    Raises:
        OSError: a sync failed before.
        ValueError: the call came too early, too late or twice.
    """
    if standing is Standing.FAILED:
        msg = f"{wanted} is refused: a sync failed, what is durable is unknown; start the node anew"
        raise OSError(errno.EIO, msg)
    reason = {
        Standing.NEW: "expected load to come first",
        Standing.OPEN: "it is loaded already; a storage is loaded once",
        Standing.CLOSED: "the storage is closed; make a new one",
    }[standing]
    raise ValueError(f"{wanted} is refused: {reason}")
