"""Streams of random numbers, each of which follows from a seed and a name.

Two streams of one seed know nothing of each other, so that one more draw in the network does not
move the elections. The same seed and name give the same numbers on every Python and under every
hash seed.
"""

from __future__ import annotations

from random import Random  # noqa: TID251 - this file is the owner of chance

__all__ = ["Random", "stream"]


def stream(seed: int, name: str) -> Random:
    """Return the stream of numbers called ``name`` that belongs to a seed."""
    return Random(f"{seed}/{name}")  # noqa: S311 - a simulation must be repeatable
