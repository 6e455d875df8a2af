"""Answers to what a page asked: a sentence of what was done, or of what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from igniter_nb.errors import IgniterError
from igniter_nb.notebook.page.html import line
from igniter_nb.text import said, shorten

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT: Final = 600
"""Characters of a sentence."""


class ProblemError(ValueError):
    """What a page asked for makes no sense; the text is a sentence for a person."""


class Reply:
    """The answer to one message, given once.

    Args:
        send: given what the page is to hear.
        view: which view of the page asked.
        number: of its message.
    """

    def __init__(self, send: Callable[[dict[str, Any]], object], view: str, number: int) -> None:
        self._send = send
        self._about = {"type": "answer", "view": view, "n": number}

    def say(self, sentence: str, text: str | None = None) -> None:
        """Say what came of it."""
        more = {} if text is None else {"text": text.encode(errors="replace").decode()}
        self._send({**self._about, "said": shorten(line(sentence), TEXT), "problem": "", **more})

    def refuse(self, error: BaseException) -> None:
        """Say why nothing came of it."""
        self._send({**self._about, "said": "", "problem": problem_text(error)})


def problem_text(error: BaseException) -> str:
    """Write an error for a page: what we raise on purpose is a sentence already."""
    if isinstance(error, IgniterError | ValueError | OSError):
        return shorten(line(str(error)), TEXT)
    return line(said(error, TEXT))
