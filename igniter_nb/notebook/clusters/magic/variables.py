"""Clusters in a notebook's variables: which one a line means, and which one it starts.

What always holds:

1. Nothing here keeps a cluster alive but a variable of the notebook.
2. A cluster that a line started is in a variable: the one that the line assigns it to, or the one
   behind ``as``, or ``cluster``.
"""

from __future__ import annotations

import inspect
import linecache
import re
import sys
import weakref
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeGuard

from IPython.core.error import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell

    from igniter_nb.consensus import Cluster, Watch

USUAL: Final = "cluster"
"""The variable that holds a cluster which was not assigned to one."""

# What IPython makes of `%igniter …` and of `name = %igniter …`.
_CALL = re.compile(r"\s*(?:(?P<to>[^=]+?)\s*=\s*)?get_ipython\(\)")


class Asking(NamedTuple):
    """What a line does with what it returns.

    Attributes:
        to: the variable that it is assigned to; None if it is not, or to something else.
        assigned: whether it is assigned at all.
    """

    to: str | None
    assigned: bool


class _Started:
    """The clusters that lines of a notebook have started.

    Attributes:
        folders: where each keeps its logs.
        last: the one that was started last.
    """

    def __init__(self) -> None:
        self.folders: weakref.WeakKeyDictionary[Cluster, Path | None] = weakref.WeakKeyDictionary()
        self.last: weakref.ref[Cluster] | None = None


_STARTED: Final[weakref.WeakKeyDictionary[InteractiveShell, _Started]] = weakref.WeakKeyDictionary()


class Variables:
    """The variables of a notebook, and the clusters in them.

    Args:
        shell: the notebook's.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._started = _STARTED.setdefault(shell, _Started())

    @property
    def all(self) -> dict[str, Any]:
        """The notebook's variables."""
        found: dict[str, Any] = self._shell.user_ns
        return found

    def public(self) -> list[str]:
        """Name the variables; private ones are left out."""
        return sorted(name for name in [*self.all] if not name.startswith("_"))

    def named(self) -> dict[str, Cluster]:
        """Return the clusters by the names of their variables; private ones are left out."""
        return {
            name: value
            for name, value in sorted([*self.all.items()], key=lambda item: str(item[0]))
            if not name.startswith("_") and is_cluster(value)
        }

    def of(self, words: Sequence[str]) -> tuple[Cluster | None, Sequence[str]]:
        """Return the cluster that the first word names, None if it names none; and the rest."""
        found = self.all.get(words[0]) if words else None
        return (found, words[1:]) if is_cluster(found) else (None, words)

    def find(self, command: str, words: Sequence[str]) -> tuple[Cluster, Sequence[str]]:
        """Return the cluster that a line means, and the words behind its name.

        Args:
            command: what is to be done; for the error.
            words: all that stands behind it.

        Raises:
            UsageError: there is no cluster, or several could be meant.
        """
        found, rest = self.of(words)
        found = self.meant() if found is None else found
        if found is not None:
            return found, rest
        names = self.named()
        if not names:
            raise UsageError("there is no cluster here yet; start one: %igniter cluster start 5")
        raise UsageError(
            f"which cluster is meant? Write its name behind {command}: {', '.join(names)}"
        )

    def meant(self) -> Cluster | None:
        """Return the cluster that is meant where none is named, None if that is not clear.

        It is the only one, or the one in the variable ``cluster``, or the one started last.
        """
        named = self.named()
        if len({id(each) for each in named.values()}) == 1:
            return next(iter(named.values()))
        return named.get(USUAL, self._started.last() if self._started.last else None)

    def replaced(self, name: str | None) -> Cluster | None:
        """Return what a line started, a variable holds, and no other variable does."""
        found = self.all.get(name) if name else None
        if not is_cluster(found) or found not in self._started.folders:
            return None
        others = [each for other, each in self.named().items() if other != name]
        return None if any(each is found for each in others) else found

    def folder(self, cluster: Cluster) -> Path | None:
        """Return the folder in which a cluster that a line started keeps its logs."""
        return self._started.folders.get(cluster)

    def note(self, cluster: Cluster, folder: Path | None) -> None:
        """Remember that a line started a cluster."""
        self._started.folders[cluster] = folder
        self._started.last = weakref.ref(cluster)

    def asking(self) -> Asking:
        """Say what the line of the cell that runs does with what it returns."""
        frame = inspect.currentframe()
        while frame is not None and frame.f_globals is not self.all:
            frame = frame.f_back
        if frame is None:  # no line of a cell: a program called the magic
            return Asking(None, assigned=False)
        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        call = _CALL.match(line)
        to = call["to"] if call else None
        return Asking(to if to and to.isidentifier() else None, assigned=to is not None)


def is_cluster(value: object) -> TypeGuard[Cluster]:
    """Say whether a value is a cluster; runs nothing of its own, and loads nothing."""
    kind = getattr(sys.modules.get("igniter_nb.consensus.cluster.cluster"), "Cluster", None)
    return kind is not None and issubclass(type(value), kind)


def watch(cluster: Cluster) -> Watch:
    """Return a watch on a cluster; runs nothing of its own."""
    from igniter_nb.consensus import Watch

    # What a subclass overrides is not run.
    return Watch(object.__getattribute__(cluster, "_driver"))


def stopped(cluster: Cluster) -> bool:
    """Say whether a cluster has ended, without waiting for it."""
    return watch(cluster).has_ended


def command_types(cluster: Cluster) -> tuple[str, ...]:
    """Name the commands of a state machine of the reader's own; none of keys and values."""
    return watch(cluster).command_types
