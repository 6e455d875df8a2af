"""Commands of a magic: what each does, how it is written, and what may follow it on a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from IPython.core.error import UsageError

from igniter_nb.notebook.page.listing import Listing
from igniter_nb.text import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from IPython.core.interactiveshell import InteractiveShell


class Completed(NamedTuple):
    """How a line may go on.

    Attributes:
        shown: the part of the last word that goes on.
        texts: everything that it may become.
    """

    shown: str
    texts: list[str]


class Line(NamedTuple):
    """The words behind a magic and its command.

    Attributes:
        command: the command.
        words: what stands behind it; of a line that is completed without the last word.
        shell: the shell of the notebook.
    """

    command: str
    words: Sequence[str]
    shell: InteractiveShell

    @property
    def variables(self) -> dict[str, Any]:
        """The notebook's variables."""
        found: dict[str, Any] = self.shell.user_ns
        return found


def _nothing(_: object, fragment: str) -> Completed:
    return Completed(fragment, [])


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        usage: how it is written.
        help: what it does, in one sentence.
        run: does it.
        complete: given the line and its last word, says how that may go on.
        rows: the lines of the help, usage and sentence, where it has commands of its own.
    """

    usage: str
    help: str
    run: Callable[[Line], object]
    complete: Callable[[Line, str], Completed] = _nothing
    rows: Callable[[], Sequence[tuple[str, str]]] | None = None


def beginning(found: Sequence[str], fragment: str) -> Completed:
    """Return those words that begin with a fragment."""
    return Completed(fragment, [each for each in found if each.startswith(fragment)])


def listed(magic: str, commands: Mapping[str, Command], headline: str) -> Listing:
    """Return the table of the commands of a magic.

    Args:
        magic: how it is written.
        commands: its commands.
        headline: what goes for all of them.
    """
    rows: list[tuple[str, str]] = []
    for command in commands.values():
        own = [(f"{magic} {command.usage}", command.help)]
        rows += own if command.rows is None else command.rows()
    return Listing(magic, headline, ("command", "what it does"), tuple(rows))


def find(name: str, commands: Mapping[str, Command], kind: str) -> Command:
    """Return the command of a name.

    Args:
        name: the name.
        commands: those that there are.
        kind: how one of them is called in an error.

    Raises:
        UsageError: there is none; the known ones are named.
    """
    if name in commands:
        return commands[name]
    advice = nearest(name, commands)
    said = f"there is no {kind} {name!r}; {advice + ' ' if advice else ''}"
    raise UsageError(f"{said}known: {', '.join(commands)}")
