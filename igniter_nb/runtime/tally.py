"""Tally of a run or a plan: its headline, counted from nothing but the words of its table.

1. A number in a headline is the number of rows of nodes that do work and have the word.
2. A nested contract is one node here, as it is one row; what is inside has its own headline.
3. Inputs, and outputs that are another name of a node, do no work: they are counted nowhere.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from igniter_nb.display import read_as
from igniter_nb.text import counted, tally

if TYPE_CHECKING:
    from collections.abc import Iterable

    from igniter_nb.runtime.status import Outcome, Untouched

RAN: Final[tuple[Outcome, ...]] = ("first run", "changed", "backdated", "failed")
"""Words of the rows that ran, in the order in which they are told."""

SKIPPED: Final[tuple[Untouched, ...]] = ("cut off", "clean")
"""Words of the rows that were asked for and did not have to run."""

RUNNING: Final = "running"


def ran(words: Iterable[str], *, going: bool = False) -> str:
    """Say how many nodes ran, how they came out, and what became of the others.

    Args:
        words: what a run did with each node that does work, as the rows of its report say it;
            ``running`` while it goes on.
        going: whether the run goes on: then nothing is known yet of those that did not run.

    Example:
        >>> ran(["given", "changed", "backdated", "clean", "passed on"])
        '2 of 3 nodes ran (1 changed, 1 equal), 1 skipped'
    """
    counts = Counter(words)
    done = [word for word in counts.elements() if word in RAN]
    began = len(done) + counts[RUNNING]
    skipped = sum(counts[word] for word in SKIPPED)
    asked = counted(began + skipped + counts["blocked"], "node")
    how = f" ({tally(map(read_as, done), [*map(read_as, RAN)])})" if done else ""
    if going:
        return f"{began:,} of {asked} ran so far{how}, {counts[RUNNING]:,} running"
    others = {"blocked": counts["blocked"], "not asked for": counts["not asked"]}
    said = [f"{began:,} of {asked} ran{how}", f"{skipped:,} skipped"]
    return ", ".join([*said, *(f"{number:,} {word}" for word, number in others.items() if number)])


def planned(words: Iterable[str]) -> str:
    """Say how many nodes would run, for certain or perhaps, and what of the others.

    Args:
        words: what the next run would do with each node that does work, as the rows of its plan
            say it.

    Example:
        >>> planned(["given", "run", "may run", "may run", "fresh", "passes on"])
        '1 node runs, 2 may run, 1 is fresh'
    """
    counts = Counter(words)
    said = [
        f"{counted(counts['run'], 'node')} {'runs' if counts['run'] == 1 else 'run'}",
        f"{counts['may run']:,} may run",
        _are(counts["fresh"], "fresh"),
    ]
    others = {"denied": "denied", "blocked": "blocked", "not asked": "not asked for"}
    said += [_are(counts[word], told) for word, told in others.items() if counts[word]]
    return ", ".join(said)


def _are(number: int, what: str) -> str:
    return f"{number:,} {'is' if number == 1 else 'are'} {what}"
