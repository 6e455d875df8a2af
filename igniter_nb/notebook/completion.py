"""Completion of a line of ``%igniter``, by the table of its commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from IPython.core.completer import SimpleCompletion

from igniter_nb.notebook.kernel.command import Command, Completed, Line, beginning

if TYPE_CHECKING:
    from collections.abc import Mapping

    from IPython.core.completer import CompletionContext, SimpleMatcherResult
    from IPython.core.interactiveshell import InteractiveShell

# `%igniter`, `x = %igniter`; the sign may be missing before a word (automagic).
_LINE = re.compile(
    r"""\s*(?:(?:[^=%'"#]+=\s*)?%igniter\s+|igniter\s+(?=\w|$))(?P<rest>.*)""", re.DOTALL
)


def complete(
    context: CompletionContext, commands: Mapping[str, Command], shell: InteractiveShell
) -> SimpleMatcherResult:
    """Return what may follow on a line of ``%igniter``, and nothing on any other line.

    Args:
        context: the cell and the cursor.
        commands: those of the magic.
        shell: whose variables may be named.
    """
    line = _LINE.fullmatch(context.text_until_cursor)  # of the cell's lines, the cursor's
    if line is None:
        return {"completions": []}
    *words, fragment = re.split(r"\s+", line["rest"])
    if not words:
        found = beginning([*commands], fragment)
    elif words[0] in commands:
        found = commands[words[0]].complete(Line(words[0], words[1:], shell), fragment)
    else:
        found = Completed(fragment, [])
    # IPython drops its own matches only where there is one of ours: the text as it stands is.
    completions = [SimpleCompletion(text, type="magic") for text in found.texts or [found.shown]]
    return {"completions": completions, "matched_fragment": found.shown, "suppress": True}
