"""Guided tours: real runs of the engine, each with a few steps of one idea and a plain sentence.

Nothing in a tour is written down beforehand but what is done: who leads, which term it is and what
becomes of an entry is read from the run, and a tour that does not come to what it is to show fails
to be made. Its recording replays exactly.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from igniter_nb.consensus.tours.election import OUTLINE as ELECTION
from igniter_nb.consensus.tours.figure_8 import OUTLINE as FIGURE_8
from igniter_nb.consensus.tours.guide import Guide, Outline, Tour, TourStep
from igniter_nb.consensus.tours.lost_quorum import OUTLINE as LOST_QUORUM
from igniter_nb.consensus.tours.partition import OUTLINE as PARTITION
from igniter_nb.consensus.tours.replication import OUTLINE as REPLICATION
from igniter_nb.text import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TOURS", "Tour", "TourStep", "tour"]

OUTLINES: Final[Mapping[str, Outline]] = MappingProxyType(
    {
        "election": ELECTION,
        "replication": REPLICATION,
        "partition": PARTITION,
        "figure 8": FIGURE_8,
        "lost quorum": LOST_QUORUM,
    }
)

TOURS: Final[Mapping[str, str]] = MappingProxyType(
    {name: outline.title for name, outline in OUTLINES.items()}
)
"""The titles of all tours, by name.

Examples:
    >>> list(TOURS)
    ['election', 'replication', 'partition', 'figure 8', 'lost quorum']
"""


def tour(name: str) -> Tour:
    """Compute a tour; each time the same.

    Args:
        name: a key of :data:`TOURS`; capitals, blanks and hyphens do not matter.

    Raises:
        ValueError: there is no such tour; the known ones are listed.
        AssertionError: the run did not come to what it is to show; says which step and what.

    Examples:
        >>> tour("election").title
        'Electing a leader, and the next one'
    """
    meant = _plain(name)
    known = next((each for each in OUTLINES if _plain(each) == meant), None)
    if known is None:
        advice = nearest(str(name), OUTLINES)
        raise ValueError(
            f"expected a tour of {', '.join(map(repr, OUTLINES))}; came {name!r}"
            f"{f'; {advice}' if advice else ''}"
        )
    return Guide(known, OUTLINES[known]).tour()


def _plain(name: object) -> str:
    return "".join(each for each in str(name).casefold() if each.isalnum())
