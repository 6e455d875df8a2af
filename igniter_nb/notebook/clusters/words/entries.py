"""Words for the entries of a log: what stands in a box, and what the whole command was.

What is written out for a command is kept: a page is told of the same entries again and again.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from igniter_nb.notebook.clusters.words.events import LARGE, command, fields_of
from igniter_nb.notebook.page.html import line
from igniter_nb.raft import EntryKind
from igniter_nb.text import abbreviate, shorten

if TYPE_CHECKING:
    from igniter_nb.raft import Entry

SHORT: Final = 14
"""Characters that fit into a box."""

WHOLE: Final = 160
"""Characters of the whole command."""

_BEGINNING: Final = 400
"""Bytes that are looked at of a command that is not read."""

_COMMAND: Final = EntryKind.COMMAND

_OTHERS: Final = {
    EntryKind.NOOP: ("new leader", "The blank entry with which a new leader opens its term"),
    EntryKind.CONFIGURATION: ("members", "A change of the members"),
    EntryKind.REGISTER: ("new client", "A client opens its session"),
}
"""What is said of entries that are no command."""


def entry_words(entry: Entry) -> tuple[str, str]:
    """Say what an entry is: in a few characters, and whole.

    Examples:
        >>> from igniter_nb.raft import Entry
        >>> entry_words(Entry(index=2, term=1, data=b'{"key":"price","value":99}'))
        ('price=99', 'price = 99')
    """
    _, _, kind, data, _ = entry
    if kind is not _COMMAND:
        return _OTHERS[kind]
    return _of_command(data if len(data) <= LARGE else data[:_BEGINNING])


@lru_cache(maxsize=1_024)
def _of_command(data: bytes) -> tuple[str, str]:
    fields = fields_of(data)
    if not fields:
        whole = command(data)
        return shorten(line(whole), SHORT), shorten(line(whole), WHOLE)
    if "key" in fields:
        key = str(fields["key"])
        is_end = "value" not in fields
        short = f"{key} deleted" if is_end else f"{key}={abbreviate(fields['value'], SHORT)}"
        whole = f"{key} is deleted" if is_end else f"{key} = {abbreviate(fields['value'], WHOLE)}"
    else:
        kind = str(fields.get("type", ""))
        others = [name for name in fields if name != "type"]
        said = " ".join(f"{name}={abbreviate(fields[name], WHOLE)}" for name in others)
        short = whole = f"{kind} {said}"
    return shorten(line(short), SHORT), shorten(line(whole), WHOLE)
