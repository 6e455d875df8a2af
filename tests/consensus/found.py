"""Seeds that once found a bug in this code, and what it was.

A bug that was found once must stay findable: each of these runs again with the ordinary tests. A
seed draws another run when :mod:`igniter_nb.consensus.faults` draws differently; then the entry
stays for what it says, and its seed is one seed more.
"""

from __future__ import annotations

from typing import NamedTuple


class Found(NamedTuple):
    """A seed that found a bug.

    Attributes:
        seed: the seed.
        what: what was wrong, as a sentence.
        where: ``"core"``, ``"replica"``, ``"world"`` or ``"harness"``.
    """

    seed: int
    what: str
    where: str


FOUND = [
    Found(2, "A node that waits to be added failed its own invariants: it has no voter.", "core"),
    Found(8, "The same, of a learner that had a snapshot to come.", "core"),
    Found(
        1076,
        "A learner never forgot a dead leader, so it gave no vote when it was needed as a voter.",
        "core",
    ),
    Found(15, "A plan resumed nodes that were to stay frozen while a majority served.", "harness"),
    Found(57, "A disk told to fail survived the repair of its node.", "harness"),
    Found(32, "A removed node was asked to serve reads for ever.", "harness"),
    Found(
        397, "A frozen leader's message under way changed the membership of the rest.", "harness"
    ),
]
