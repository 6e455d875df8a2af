"""What a cluster's folder knows of the cluster: who founded it, who was started, what it holds.

The nodes' logs cannot tell that one of them is missing, nor what their commands mean. So there is
a file beside them. A node is written into it after its first record is durable and before it says
anything: whoever is in it and has no log has lost what it may have promised.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from igniter_nb.consensus.storage.segments import list_folder
from igniter_nb.errors import LogCorruptedError

if TYPE_CHECKING:
    from pathlib import Path

    from igniter_nb.consensus.storage.disk import Disk
    from igniter_nb.raft import NodeId

MANIFEST: Final = "cluster.json"
"""Name of the file; no node may have it."""


class Kind(NamedTuple):
    """A state machine, as far as a folder can know it again.

    Attributes:
        name: of its class.
        types: command types that it has reducers for.
    """

    name: str
    types: tuple[str, ...]

    def __str__(self) -> str:
        """Write the name and the types."""
        return f"{self.name} ({', '.join(self.types) or 'no command types'})"


class Manifest(NamedTuple):
    """What is known of the cluster in a folder.

    Attributes:
        founders: its first members.
        started: nodes that were started, in the order in which they were.
        kind: its state machine; None for keys and values.
        kind_known: whether ``kind`` was ever told; a folder of an earlier version does not say.
        skipped: indexes of entries that all its nodes pass over.
    """

    founders: tuple[NodeId, ...] = ()
    started: tuple[NodeId, ...] = ()
    kind: Kind | None = None
    kind_known: bool = False
    skipped: tuple[int, ...] = ()

    @property
    def known(self) -> tuple[NodeId, ...]:
        """All nodes that it names, sorted."""
        return tuple(sorted({*self.founders, *self.started}))


def read_manifest(folder: Path) -> Manifest:
    """Return what is known of a cluster's folder; nothing if none was started there.

    Raises:
        LogCorruptedError: the file holds something else.
        OSError: it cannot be read.
    """
    path = folder / MANIFEST
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return Manifest(started=tuple(_with_logs(folder)))
    try:
        return _decoded(json.loads(text))
    except (ValueError, KeyError, TypeError) as error:
        msg = (
            f"{path} is damaged: expected what a cluster wrote of itself, came {text[:60]!r}. "
            f"Restore it from a copy; or remove it, if the folder of every node is whole"
        )
        raise LogCorruptedError(msg) from error


def write_manifest(disk: Disk, folder: Path, manifest: Manifest) -> None:
    """Return once a manifest is durable in place of the one before.

    Raises:
        OSError: it cannot be written; the one before is there still.
    """
    disk.make_folder(folder)
    unfinished = folder / f"{MANIFEST}.new"
    with suppress(FileNotFoundError):
        disk.remove(unfinished)
    descriptor = disk.create(unfinished)
    try:
        disk.write(descriptor, _encoded(manifest))
        disk.sync_file(descriptor)
    finally:
        os.close(descriptor)
    disk.replace(unfinished, folder / MANIFEST)
    disk.sync_folder(folder)


def _with_logs(folder: Path) -> list[NodeId]:
    return sorted(
        lock.parent.name for lock in folder.glob("*/lock") if list_folder(lock.parent).logs
    )


def _encoded(manifest: Manifest) -> bytes:
    kind = manifest.kind
    fields = {
        "version": 1,
        "founders": manifest.founders,
        "started": manifest.started,
        "state_machine": kind and {"name": kind.name, "types": kind.types},
        **({"skipped": manifest.skipped} if manifest.skipped else {}),
    }
    return f"{json.dumps(fields, indent=1)}\n".encode()


def _decoded(fields: Any) -> Manifest:
    if fields["version"] != 1:
        raise ValueError(fields["version"])
    kind = fields["state_machine"]
    return Manifest(
        tuple(map(str, fields["founders"])),
        tuple(map(str, fields["started"])),
        None if kind is None else Kind(str(kind["name"]), tuple(map(str, kind["types"]))),
        kind_known=True,
        skipped=tuple(map(int, fields.get("skipped", ()))),
    )
