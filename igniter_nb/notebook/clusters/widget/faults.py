"""What a page may do to a cluster at once: each act, its checks, the sentence of its outcome.

An act is checked before anything is done, against the world as it is shown; what is found wrong
says what was expected, what came and what helps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from igniter_nb.consensus import name_problems
from igniter_nb.notebook.clusters.widget.frame import wiped
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus import Driver, World

    Perform = Callable[[Driver], str]
    Check = Callable[[World, list[Any]], Perform]

LONGEST_US: Final = 10_000_000
"""Microseconds that a message may take at most."""

CLOCK: Final = (10, 10_000)
"""Rates of a clock that a page may set, in thousandths."""


class ProblemError(ValueError):
    """What a page asked for makes no sense; the text is a sentence for a person."""


def node_of(world: World, node: object) -> str:
    """Return the name of a node.

    Raises:
        ProblemError: there is no such node.
    """
    known = tuple(world.hosts)
    if isinstance(node, str) and node in known:
        return node
    raise ProblemError(f"expected a node, one of {', '.join(known)}; came {abbreviate(node)}")


def named_anew(world: World, name: object) -> None:
    """Check the name of a node that is to be added.

    Raises:
        ProblemError: it cannot be a name.
    """
    if problems := name_problems(name):
        raise ProblemError("; ".join(problems))
    host = world.hosts.get(str(name))
    if host is not None and wiped(host):
        raise ProblemError(f"{name!r} was used before; give the new node a name of its own")
