"""Folder of a cluster that keeps its logs on disk: storages of nodes, and what is known of them."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from igniter_nb.consensus.state_machine.declaration import StateMachine, command_types
from igniter_nb.consensus.state_machine.machine import Machine
from igniter_nb.consensus.status.names import LOCK, MARKS
from igniter_nb.consensus.storage import (
    REPLACE_IT,
    Disk,
    FileStorage,
    FolderLock,
    Kind,
    Manifest,
    read_manifest,
    write_manifest,
)
from igniter_nb.text import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.consensus.storage import Storage
    from igniter_nb.raft import NodeId, Restored


LONGEST: Final = 255 - len(".new")
"""Bytes of the name of a node: of that of a file, on every file system, while it is written."""


class Folder:
    """Makes the storages of nodes in a folder, one at a time for each node.

    It remembers which nodes were started there and what they replicate, so that no node comes
    back with less than it had, none that was removed comes back at all, and no log is read by
    another state machine.

    Args:
        path: the folder; each node has one of its own in it.
        machine: what the nodes replicate; None for keys and values.
    """

    def __init__(self, path: str | Path, machine: type[StateMachine] | None = None) -> None:
        self.path = Path(path)
        self.machine = machine
        self._opened: dict[NodeId, FileStorage] = {}
        self._written: Manifest | None = Manifest()
        self._manifest = Manifest()
        self._lock: FolderLock | None = None

    def __call__(self, node_id: NodeId) -> Storage:
        """Open the storage of a node; the one that its last life had is let go.

        One whose folder cannot be used says so when it is loaded: it is that node's alone.

        Raises:
            OSError: what is known of the folder as a whole cannot be written down.
        """
        self._close(self._opened.pop(node_id, None))
        self._write()  # it comes before every log
        made = self._opened[node_id] = _NodeStorage(self, node_id)
        return made

    @staticmethod
    def fits(node_id: NodeId) -> None:
        """Refuse a node whose folder could not be made, since it has the node's name.

        Raises:
            ValueError: the name is too long.
        """
        if (size := len(node_id.encode())) > LONGEST:
            raise ValueError(
                f"{shorten(node_id, 40)!r} cannot be the name of a folder, which the node would "
                f"have in that of the cluster: it has {size} bytes, and {LONGEST} are possible; "
                f"give the node a shorter name, or start the cluster without storage="
            )

    def check(self, names: Sequence[NodeId]) -> Manifest:
        """Take the folder and see whether nodes may be started here; return what it knows.

        Of a folder in which no cluster was ever started, that is that these nodes found one.

        Raises:
            ValueError: a name is too long. Or there is a cluster already, and it does not know
                some of them: their first word would be that of a node that has forgotten its
                votes. Or it replicates something else: what is there could not be read.
            TypeError: what is to be replicated is no state machine.
            LogCorruptedError: what the folder remembers is damaged.
            ConsensusError: another cluster has it.
            OSError: it cannot be read.
        """
        Machine(self.machine)  # is it one?
        for name in names:
            self.fits(name)
        kind = _kind(self.machine)
        if self._lock is None:
            Disk().make_folder(self.path)
            self._lock = FolderLock(self.path / LOCK)
        kept = read_manifest(self.path)
        if kept is None:
            self._manifest = Manifest(uuid4().hex, tuple(names), kind=kind)
            return self._manifest
        self._written = kept
        if new := [name for name in names if name not in kept.known]:
            raise ValueError(
                f"{self.path} holds a cluster of {', '.join(kept.known)}, came {', '.join(new)} as "
                f"well; start it with those that it has, and add_node() others"
            )
        if not _goes_on(kept.kind, kind):
            raise ValueError(
                f"{self.path} holds a cluster of {_told(kept.kind)}, came {_told(kind)}; "
                f"start it with the state machine that it has, or in another folder"
            )
        self._manifest = kept._replace(kind=kind)
        return self._manifest

    def begun(self, node_id: NodeId) -> None:
        """Remember that a node has kept something; it must never come back without."""
        if node_id not in self._manifest.started:
            started = (*self._manifest.started, node_id)
            self._manifest = self._manifest._replace(started=started)
        self._write()  # also what could not be written before

    def left(self, node_id: NodeId) -> None:
        """Remember that a node was removed; it must never come back."""
        if node_id not in self._manifest.removed:
            removed = (*self._manifest.removed, node_id)
            self._manifest = self._manifest._replace(removed=removed)
        self._write()

    def owner(self, node_id: NodeId) -> str:
        """Name a node of this cluster as no node of another one is named."""
        return f"{node_id} of cluster {self._manifest.cluster}"

    def lost(self, node_id: NodeId) -> str:
        """Say what is wrong if a node has kept nothing; empty if it is new."""
        if node_id not in self._manifest.started:
            return ""
        return (
            f"{self.path} holds a cluster of {', '.join(self._manifest.known)}; {node_id}'s "
            f"folder is missing or empty. It may have promised what it no longer knows, so it "
            f"stays down: put its folder back as it was{REPLACE_IT}"
        )

    def skip(self, index: int) -> None:
        """Remember that all nodes pass over an entry, now and whenever they start again.

        Raises:
            OSError: that cannot be written, and is not remembered.
        """
        before = self._manifest
        self._manifest = before._replace(skipped=tuple(sorted({*before.skipped, index})))
        try:
            self._write()
        except OSError:
            self._manifest = before  # which is written before any node is started
            raise

    def close(self) -> None:
        """Let go of the folder and of all in it; again is harmless."""
        for storage in self._opened.values():
            self._close(storage)
        if self._lock is not None:
            self._lock.release()
        self._lock = None

    def _write(self) -> None:
        if self._written != self._manifest:
            self._written = None  # if that fails, nobody knows what is there
            write_manifest(Disk(), self.path, self._manifest)
            self._written = self._manifest

    @staticmethod
    def _close(storage: FileStorage | None) -> None:
        if storage is not None:
            with suppress(OSError):  # its node has ended; the next start finds out what was kept
                storage.close()


class _NodeStorage(FileStorage):
    """The storage of one node in a cluster's folder; one that cannot be had cannot be loaded."""

    def __init__(self, folder: Folder, node_id: NodeId) -> None:
        self._begun = partial(folder.begun, node_id)
        self._told = partial(_unusable, folder.path / node_id, node_id)
        self._failure: OSError | None = None
        try:
            super().__init__(
                folder.path / node_id,
                owner=folder.owner(node_id),
                mark=folder.path / MARKS / node_id,
                lost=folder.lost(node_id),
            )
        except OSError as error:
            self._failure = error

    def load(self) -> Restored:
        """Read the node's folder; from then on it is known to hold something."""
        if self._failure is not None:
            raise self._told(self._failure) from self._failure
        try:
            restored = super().load()
        except OSError as error:
            raise self._told(error) from error
        self._begun()
        return restored


def _unusable(folder: Path, node_id: NodeId, error: OSError) -> OSError:
    """Return the error that says that a node's folder cannot be used, and what to do."""
    return OSError(
        error.errno,
        f"{error.filename or folder} cannot be used: {error.strerror or error}. {node_id} stays "
        f"down: make that usable and start the node again{REPLACE_IT}",
    )


def _kind(machine: type[StateMachine] | None) -> Kind | None:
    if machine is None or machine is StateMachine:
        return None
    return Kind(machine.__name__, tuple(sorted(command_types(machine))))


def _goes_on(kept: Kind | None, came: Kind | None) -> bool:
    """Say whether every command that a state machine took is one of the other's."""
    if kept is None or came is None:
        return kept is came
    return kept.name == came.name and set(kept.types) <= set(came.types)


def _told(kind: Kind | None) -> str:
    return "keys and values" if kind is None else f"the state machine {kind}"
