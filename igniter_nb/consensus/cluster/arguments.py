"""Checks of arguments: a wrong one is refused at once, with what was expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from igniter_nb.consensus.timing import Timing, seconds
from igniter_nb.consensus.transport import Link
from igniter_nb.text import abbreviate

SPEED_MAX = 100.0


def timing_of(given: Timing | None) -> Timing:
    """Return a timing, the usual one for None.

    Raises:
        TypeError: it is no timing.
    """
    if isinstance(given, Timing | None):
        return given or Timing()
    raise TypeError(f"timing: expected a Timing, for example Timing.fast(), came {given!r}")


def folder_of(given: str | Path | None) -> Path | None:
    """Return the folder that a cluster is to have, None for none; ``~`` is the user's home.

    Raises:
        TypeError: it is no path.
        ValueError: it is an empty one, which would be whatever folder the process is in.
        NotADirectoryError: it is a file.
    """
    if given is None:
        return None
    if not isinstance(given, str | Path):
        raise TypeError(f"storage: expected the path of a folder, came {abbreviate(given)}")
    if not str(given).strip():
        raise ValueError(
            f"storage: expected the path of a folder, came {given!r}; "
            f"leave it out to keep the logs in memory"
        )
    path = Path(given).expanduser()
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(f"storage: expected a folder, and {str(path)!r} is a file")
    return path


def seed_of(given: int) -> int:
    """Return a seed.

    Raises:
        TypeError: it is no int.
    """
    if isinstance(given, int):
        return given
    raise TypeError(f"seed: expected an int, came {abbreviate(given)}")


def speed_of(given: Any) -> float:
    """Return a speed.

    Raises:
        ValueError: it is no number that a cluster can be driven at.
    """
    if isinstance(given, int | float) and 0 < given <= SPEED_MAX:
        return float(given)
    msg = f"speed: expected more than 0 and at most {SPEED_MAX:g}, came {abbreviate(given)}"
    raise ValueError(msg)


def shards_of(given: Any) -> int:
    """Return a number of shards.

    Raises:
        ValueError: it is none.
    """
    if isinstance(given, int) and not isinstance(given, bool) and given >= 1:
        return given
    raise ValueError(f"shards: expected at least 1, a whole number, came {abbreviate(given)}")


def count(name: str, value: Any) -> int:
    """Return a whole number.

    Raises:
        ValueError: it is negative or no whole number.
    """
    if isinstance(value, int) and value >= 0:
        return value
    raise ValueError(f"{name}: expected a whole number, 0 or more, came {value!r}")


def link(latency: float, loss: float) -> Link:
    """Return a link of a latency in seconds that loses a share of the messages.

    Raises:
        ValueError: with everything that is wrong with them.
    """
    delay_us = round(seconds("latency", latency) * 1e6)
    made = Link(delay_us, delay_us, loss)
    if problems := made.problems():
        raise ValueError("; ".join(problems))
    return made
