"""Manifest of a cluster's folder: who founded the cluster, who was started, what it holds.

The nodes' logs cannot tell that one of them is missing, nor what their commands mean. So there is
a file beside them, written before the first of them. A node is written into it after its first
record is durable and before it says anything: whoever is in it and has no log has lost what it may
have promised. And a node that was removed is written into it before anybody is told: it never comes
back, whatever its log says.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from igniter_nb.consensus.storage.segments import list_folder
from igniter_nb.errors import LogCorruptedError
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus.storage.disk import Disk
    from igniter_nb.raft import NodeId

MANIFEST: Final = "cluster.json"
"""Name of the file; no node may have it."""

_VERSION = 2
_RESTORE = "Put it back from a copy, or start another cluster in an empty folder"


class _VersionError(ValueError):
    """Another version of this package wrote a manifest."""


class _FieldError(ValueError):
    """A field of a manifest holds what no cluster writes there; has its name and what came."""


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
        cluster: a name that no other cluster has, so that its nodes' logs are known again.
        founders: its first members; a node that has kept nothing begins with these or waits.
        started: nodes that were started, in the order in which they were.
        removed: nodes that are members no more, for ever.
        kind: its state machine; None for keys and values.
        skipped: indexes of entries that all its nodes pass over.
    """

    cluster: str = ""
    founders: tuple[NodeId, ...] = ()
    started: tuple[NodeId, ...] = ()
    removed: tuple[NodeId, ...] = ()
    kind: Kind | None = None
    skipped: tuple[int, ...] = ()

    @property
    def known(self) -> tuple[NodeId, ...]:
        """All nodes that it names, in the order in which they came."""
        return tuple(dict.fromkeys((*self.founders, *self.started, *self.removed)))


def read_manifest(folder: Path) -> Manifest | None:
    """Return what is known of a cluster's folder; None if no cluster was ever there.

    Raises:
        LogCorruptedError: the file holds something else, another version wrote it, or it is
            missing beside the logs of nodes.
        OSError: it cannot be read.
    """
    path = folder / MANIFEST
    try:
        text = path.read_text("utf-8", errors="backslashreplace")
    except FileNotFoundError:
        _check_unused(folder)
        return None
    except IsADirectoryError as error:
        msg = f"{path} is damaged: expected a file that a cluster wrote, came a folder. {_RESTORE}"
        raise LogCorruptedError(msg) from error
    try:
        return _decoded(json.loads(text))
    except _VersionError as error:
        msg = (
            f"{path} was written by another version of igniter_nb: expected the form {_VERSION}, "
            f"came {abbreviate(error.args[0])}. Start the cluster with that version, or another "
            f"one in an empty folder"
        )
        raise LogCorruptedError(msg) from error
    except _FieldError as error:
        name, came = error.args
        msg = (
            f"{path} is damaged: expected {_EXPECTED[name]} as {name!r}, came {abbreviate(came)}. "
            f"{_RESTORE}"
        )
        raise LogCorruptedError(msg) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        msg = (
            f"{path} is damaged: expected what a cluster wrote of itself, came {text[:60]!r}. "
            f"{_RESTORE}"
        )
        raise LogCorruptedError(msg) from error


def write_manifest(disk: Disk, folder: Path, manifest: Manifest) -> None:
    """Return once a manifest is durable in place of the one before.

    Raises:
        OSError: it cannot be written; the one before is there still.
    """
    disk.make_folder(folder)
    disk.put(folder / MANIFEST, _encoded(manifest))


def _check_unused(folder: Path) -> None:
    """See that no log is there which a manifest would tell the meaning of."""
    nodes = sorted(
        lock.parent.name for lock in folder.glob("*/lock") if list_folder(lock.parent).logs
    )
    if nodes:
        raise LogCorruptedError(
            f"{folder / MANIFEST} is missing: expected it beside the logs of {', '.join(nodes)}, "
            f"because it says who founded the cluster and what it replicates. {_RESTORE}"
        )


def _encoded(manifest: Manifest) -> bytes:
    kind = manifest.kind
    fields = {
        "version": _VERSION,
        "cluster": manifest.cluster,
        "founders": manifest.founders,
        "started": manifest.started,
        "removed": manifest.removed,
        "state_machine": kind and {"name": kind.name, "types": kind.types},
        "skipped": manifest.skipped,
    }
    return f"{json.dumps(fields, indent=1)}\n".encode()


def _decoded(fields: Any) -> Manifest:
    if fields["version"] != _VERSION:
        raise _VersionError(fields["version"])
    return Manifest(*(_field(fields, name, read) for name, read in _READ.items()))


def _field(fields: Any, name: str, read: Callable[[Any], Any]) -> Any:
    value = fields[name]
    try:
        return read(value)
    except (KeyError, TypeError) as error:
        raise _FieldError(name, value) from error


def _cluster(value: Any) -> str:
    return _checked(value, _is_name)  # type: ignore[no-any-return]  # it is what it was


def _founders(value: Any) -> tuple[NodeId, ...]:
    return _checked(_names(value), bool)  # type: ignore[no-any-return]  # nobody founds no cluster


def _kind(value: Any) -> Kind | None:
    if value is None:
        return None
    return Kind(_checked(value["name"], _is_text), _each(value["types"], _is_text))


def _skipped(value: Any) -> tuple[int, ...]:
    return _each(value, _is_index)


def _names(values: Any) -> tuple[NodeId, ...]:
    """Return names of nodes, each of which comes once."""
    return _checked(_each(values, _is_name), _are_different)  # type: ignore[no-any-return]  # it is what it was


def _are_different(values: tuple[NodeId, ...]) -> bool:
    return len({*values}) == len(values)


def _each(values: Any, fits: Callable[[Any], bool]) -> tuple[Any, ...]:
    """Return a list of values that fit; a text is no list of its letters."""
    return tuple(_checked(each, fits) for each in _checked(values, _is_list))


def _checked(value: Any, fits: Callable[[Any], bool]) -> Any:
    """Return a value as it is; nothing is made to fit, since the text of a 7 is another name."""
    if fits(value):
        return value
    raise TypeError(value)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_index(value: object) -> bool:
    return type(value) is int and value > 0


def _is_name(value: object) -> bool:
    """Say whether something can be the name of a node, and so of its folder."""
    return (
        isinstance(value, str)
        and value.isprintable()
        and value.strip(".") != ""
        and Path(value).name == value
    )


_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "cluster": _cluster,
    "founders": _founders,
    "started": _names,
    "removed": _names,
    "state_machine": _kind,
    "skipped": _skipped,
}
"""How each field is read, in the order of :class:`Manifest`."""

_EXPECTED: Final = {
    "cluster": "a name",
    "founders": "a list of one name or more, each once,",
    "started": "a list of names, each once,",
    "removed": "a list of names, each once,",
    "state_machine": "the name of a state machine and those of its commands",
    "skipped": "a list of indexes",
}
"""What each field holds, for the error's text."""
