"""Lines of ``%igniter cluster``, typed into a notebook."""

from __future__ import annotations

import atexit
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.error import UsageError

from igniter_nb.consensus import StateMachine, apply
from igniter_nb.notebook.clusters.magic.variables import is_cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from IPython.core.interactiveshell import InteractiveShell

    from igniter_nb.consensus import Cluster

    Typed = Callable[[str], Any]

QUICK = "timing=fast timeout=60"
"""Options of a cluster that is soon led, and is waited for where the machine is busy."""


class Lock(StateMachine):
    """A lock that somebody has or nobody."""

    @apply("acquire")
    def acquire(state, command):
        return {"owner": command["owner"]}

    @apply("release")
    def release(state, command):
        return {}


@contextmanager
def typing(shell: InteractiveShell) -> Iterator[Typed]:
    """Give a way to type a line of ``%igniter cluster``; what variables hold is stopped then."""
    yield lambda line: shell.run_line_magic("igniter", f"cluster {line}")
    for each in [*shell.user_ns.values()]:
        if is_cluster(each):
            each.stop()
    atexit.unregister(shell.atexit_operations)  # hundreds of shells would be cleared one by one


def refused(typed: Typed, line: str) -> str:
    """Return what a line that cannot be done is answered with."""
    with pytest.raises(UsageError) as caught:
        typed(line)
    return str(caught.value)


def halted(cluster: Cluster) -> bool:
    """Say whether a cluster is stopped."""
    return cluster.status().stopped
