"""Parameters that keep their default although a node of nearly their name was meant.

Nearly is: the same words with another case or other underscores, one word of four letters or more
misspelt, or one from whose middle a letter was left out (``rte``). Words that differ in a digit, or
by another word (``net_rate`` and ``vat_rate``), are different names.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ALIKE = 0.8
"""Share of letters that two spellings of one word have in common."""

_SHORTEST = 4
"""Letters of a word from which on a misspelling can be told from another word."""


def meant(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names of which a given one is probably a misspelling.

    Args:
        name: a name that is not known.
        known: the names that are.

    Example:
        >>> meant("contry", ["city", "country"])
        ['country']
    """
    return [each for each in known if _alike(name, each)]


def _alike(left: str, right: str) -> bool:
    if _letters(left) == _letters(right):
        return True
    one, other = left.lower().split("_"), right.lower().split("_")
    if len(one) != len(other):
        return False
    return all(_misspelt(*pair) for pair in zip(one, other, strict=True) if pair[0] != pair[1])


def _letters(name: str) -> str:
    return name.replace("_", "").lower()


def _misspelt(left: str, right: str) -> bool:
    if _worded(left) == _worded(right):
        return False
    if min(len(left), len(right)) < _SHORTEST:
        short, long = sorted((left, right), key=len)
        return len(short) == _SHORTEST - 1 and any(
            short == long[:at] + long[at + 1 :] for at in range(1, len(long) - 1)
        )
    return difflib.SequenceMatcher(None, left, right, autojunk=False).ratio() >= _ALIKE


def _worded(word: str) -> str:
    return "".join(letter for letter in word if not letter.isdigit())
