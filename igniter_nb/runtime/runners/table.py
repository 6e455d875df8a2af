"""Table of runners: name to how it runs, read by the options, their check and its text."""

from __future__ import annotations

from typing import Literal

from igniter_nb.runtime.runners.protocol import Runner
from igniter_nb.runtime.runners.threads import Workers

RunnerName = Literal["inline", "threads"]
"""The names of the table, for type checkers."""

RUNNERS: dict[str, Runner] = {
    "inline": Runner("runs nodes one after the other in the calling thread, in one fixed order"),
    "threads": Runner("runs nodes that do not depend on one another side by side", Workers),
}
