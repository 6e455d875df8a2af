"""What carries messages between nodes, whatever it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from igniter_nb.raft import Message

__all__ = ["Transport"]


class Transport(Protocol):
    """Carries messages; may lose, double, delay and reorder them, and never alters one.

    Raft asks no more of a network (paper section 5.1), so whoever writes a transport need not
    repeat, confirm or order anything.
    """

    def send(self, message: Message) -> None:
        """Take a message for its recipient, without waiting for it to arrive."""
        ...
