"""Arguments on a line of ``%igniter``: words, and the values of ``input=value``.

1. Nothing is evaluated: a value is a literal, the name of a variable, or text.
2. ``shlex`` would take the quotes away, and with them the difference between ``code="7"``, which
   is text, and ``code=7``; so a line is split here, at blanks outside quotes and brackets.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

from IPython.core.error import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# A quote opens a text only where a value can begin, so that O'Brien is one word.
_PIECE = re.compile(
    r"""(?P<blank>\s+)
      | (?P<quoted>(?<![^\s=(\[{,:])(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))
      | (?P<open>(?<![^\s=(\[{,:])["'])
      | (?P<other>.)""",
    re.VERBOSE,
)


def split(line: str) -> list[str]:
    """Split a line at the blanks that are outside quotes and brackets; quotes stay.

    Raises:
        UsageError: a quote or a bracket is never closed.
    """
    words, word, brackets = [], "", ""
    for piece in _PIECE.finditer(line):
        if piece.lastgroup == "open":
            msg = f"the quote {piece[0]} is never closed in: {line.strip()}"
            raise UsageError(msg)
        if piece.lastgroup == "blank" and not brackets:
            words.append(word)
            word = ""
            continue
        if piece[0] in {"(", "[", "{"}:
            brackets += piece[0]
        elif piece[0] in {")", "]", "}"}:
            brackets = brackets[:-1]
        word += piece[0]
    if brackets:
        msg = f"the bracket {brackets[-1]} is never closed in: {line.strip()}; put text in quotes"
        raise UsageError(msg)
    return [word for word in [*words, word] if word]


def values(words: Sequence[str], variables: Mapping[str, object]) -> dict[str, object]:
    """Return the values of words of the form ``input=value``.

    Args:
        words: the words.
        variables: what a value may name.

    Raises:
        UsageError: a word has another form, an input comes twice, or a variable is unknown.
    """
    found: dict[str, object] = {}
    for word in words:
        name, equals, written = word.partition("=")
        if not (equals and name.isidentifier()):
            msg = f'expected input=value, got {word!r}: no blanks around =, text with blanks in ""'
            raise UsageError(msg)
        if name in found:
            msg = f"input {name!r} is given twice"
            raise UsageError(msg)
        found[name] = value(written, variables)
    return found


def value(written: str, variables: Mapping[str, object]) -> object:
    """Return what a value means: ``$name``, a literal, the name of a variable, or else text.

    Raises:
        UsageError: there is no variable of the name behind ``$``.
    """
    if written.startswith("$") and written[1:].isidentifier():
        if written[1:] not in variables:
            msg = f"there is no variable {written[1:]!r}; write the text {written} in quotes"
            raise UsageError(msg)
        return variables[written[1:]]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd escapes in a text that is no literal
            return ast.literal_eval(written)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        pass  # no literal
    return variables[written] if written.isidentifier() and written in variables else written
