"""Requests of a page while they are carried out: of what each asks, and what is done for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from igniter_nb.consensus import Driver, Seen
    from igniter_nb.notebook.clusters.widget.view import Moment, Wish

    Message = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """A message, and of what it asks.

    Attributes:
        content: what came.
        wish: what was shown, or was to be shown, when it came.
        moment: the moment of the past that it asks of, None if it asks of what is now.
    """

    content: Message
    wish: Wish
    moment: Moment | None = None

    def get(self, name: str, default: Any = None) -> Any:
        """Return a field of the message."""
        return self.content.get(name, default)

    @property
    def driver(self) -> Driver:
        """The driver of the cluster that it asks of."""
        return self.wish.watch.driver

    @property
    def seen(self) -> Seen:
        """What can be asked of the moment, or of the cluster as it is now."""
        return self.wish.watch.seen if self.moment is None else self.moment.past.seen


@dataclass
class Doing:
    """Something that is done to what is shown.

    Attributes:
        driver: where it is done.
        where: where that is, as the end of a sentence; empty if it is not new.
        what: what is done, as a sentence without its full stop.
        ended: what is added where it ended a tour.
    """

    driver: Driver
    where: str = ""
    what: str = ""
    ended: str = ""

    def told(self, sentence: str) -> str:
        """Add to a sentence, without its full stop, where that was and what else it did."""
        return f"{sentence}{self.where}.{self.ended}"
