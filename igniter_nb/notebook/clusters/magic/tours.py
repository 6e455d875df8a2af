"""Command ``%igniter tour``: guided tours of a cluster by name, and the list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from IPython.core.error import UsageError

from igniter_nb.notebook.clusters.magic.arguments import text
from igniter_nb.notebook.kernel.command import Command, Completed, Line, beginning
from igniter_nb.notebook.page.listing import Listing

if TYPE_CHECKING:
    from igniter_nb.consensus import Tour


def _run(line: Line) -> Tour | Listing:
    """Return the tour of a name; without one the list of all.

    Raises:
        UsageError: there is no such tour; the known ones are named.
    """
    from igniter_nb.consensus import tour

    if not line.words:
        return _all()
    try:
        return tour(text(" ".join(line.words)))
    except ValueError as error:
        raise UsageError(f"{error}; %igniter tour lists them") from error


def _all() -> Listing:
    from igniter_nb.consensus import TOURS

    rows = tuple((f"%igniter tour {_word(name)}", title) for name, title in TOURS.items())
    said = "Each is a real run, step by step, in a few sentences; nothing needs to be running"
    return Listing("tours", said, ("command", "what it shows"), rows)


def _complete(line: Line, fragment: str) -> Completed:
    """Complete a name, and nothing behind it."""
    from igniter_nb.consensus import TOURS

    return beginning([] if line.words else [_word(name) for name in TOURS], fragment)


def _word(name: str) -> str:
    """Write a name as one word of a line."""
    return name.replace(" ", "-")


COMMAND: Final = Command(
    "tour NAME",
    "walks through an election, a replication, a partition, the case of figure 8 or a lost quorum;"
    " without NAME it lists them",
    _run,
    _complete,
)
"""``%igniter tour`` as a command of ``%igniter``."""
