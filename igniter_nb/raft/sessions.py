"""Client sessions: a command that is sent twice takes effect once (thesis 6.3).

A client opens a session through the log and numbers its commands. The state machine keeps the
answer to each number and gives it again when the number comes again. What always holds:

1. Everything is decided from the log alone, in its order: nodes that have applied the same entries
   hold equal sessions, and write equal bytes.
2. A number whose answer is kept, or was given up, is never carried out again.
3. A command of a session that is not open is never carried out: whether it was, before the session
   expired, is not known any more.
4. At most ``limit`` sessions are open. The one whose last command lies furthest back in the log
   makes room for a new one.

Numbers may arrive in any order. What a client does not wait for any more it says with each command
(:attr:`Ticket.oldest`), and answers below that are given up.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from igniter_nb.raft.types import Ticket

SESSIONS_LIMIT = 1024
"""Open sessions: a notebook opens a handful; the answers of this many take a few megabytes.

Examples:
    >>> SESSIONS_LIMIT
    1024
"""

_FORMAT = 1


class Recall(Enum):
    """What sessions know of a ticket whose answer they do not hold.

    Examples:
        >>> Sessions().recall(Ticket(client=9, serial=1, oldest=1))
        <Recall.EXPIRED: 'expired'>
    """

    NEW = "new"
    """Not carried out yet: it is to be carried out now, and remembered."""
    STALE = "stale"
    """The client has given its answer up; it is not carried out."""
    EXPIRED = "expired"
    """The session is not open, or not any more; it is not carried out."""


class _Session:
    """The kept answers of one client.

    Attributes:
        floor: smallest serial whose answer the client may still ask for.
        answers: by serial; none below the floor.
    """

    __slots__ = ("answers", "floor")

    def __init__(self, floor: int, answers: dict[int, bytes]) -> None:
        self.floor = floor
        self.answers = answers


class Sessions:
    """The open sessions of a cluster, as one node knows them.

    Args:
        limit: how many may be open; the same on all nodes of a cluster for all time.

    Raises:
        ValueError: the limit is below 1.

    Examples:
        >>> sessions = Sessions()
        >>> sessions.register(5)
        5
        >>> ticket = Ticket(client=5, serial=1, oldest=1)
        >>> sessions.recall(ticket)
        <Recall.NEW: 'new'>
        >>> sessions.remember(ticket, b"done")
        >>> sessions.recall(ticket)
        b'done'
    """

    __slots__ = ("_limit", "_newest", "_open")

    def __init__(self, limit: int = SESSIONS_LIMIT) -> None:
        if limit < 1:
            raise ValueError(f"sessions: expected a limit of at least 1, came {limit!r}")
        self._limit = limit
        self._newest = 0
        self._open: OrderedDict[int, _Session] = OrderedDict()  # least recently used first

    @property
    def limit(self) -> int:
        """How many sessions may be open."""
        return self._limit

    def __len__(self) -> int:
        """Count the open sessions."""
        return len(self._open)

    def __contains__(self, client: object) -> bool:
        """Tell whether a client's session is open, without counting as its use."""
        return client in self._open

    def __eq__(self, other: object) -> bool:
        """Compare by what is known, the order of use included."""
        return isinstance(other, Sessions) and self.encode() == other.encode()

    __hash__ = None  # type: ignore[assignment]  # it changes

    def register(self, index: int) -> int:
        """Open a session; when all are taken, the least recently used one expires.

        Args:
            index: index of the REGISTER entry, above all earlier ones.

        Returns:
            The client's id, which is that index.
        """
        assert index > self._newest, (
            f"sessions are opened in log order: {index} after {self._newest}"
        )
        if len(self._open) == self._limit:
            self._open.popitem(last=False)
        self._open[index] = _Session(1, {})
        self._newest = index
        return index

    def recall(self, ticket: Ticket) -> bytes | Recall:
        """Look a ticket up, which counts as a use of its session.

        Args:
            ticket: of the entry that is applied now.

        Returns:
            The kept answer, or why there is none.
        """
        client, serial, _ = ticket
        session = self._open.get(client)
        if session is None:
            return Recall.EXPIRED
        self._open.move_to_end(client)
        answer = session.answers.get(serial)
        if answer is not None:
            return answer
        return Recall.STALE if serial < session.floor else Recall.NEW

    def remember(self, ticket: Ticket, answer: bytes) -> None:
        """Keep the answer to a ticket that was :attr:`Recall.NEW`.

        Answers below the ticket's oldest serial are given up.

        Args:
            ticket: of the entry that was carried out.
            answer: what is to be given again.
        """
        client, serial, oldest = ticket
        session = self._open[client]
        answers = session.answers
        assert serial not in answers, f"{ticket} was carried out twice"
        answers[serial] = answer
        if oldest > session.floor:
            self._give_up(session, oldest)

    @staticmethod
    def _give_up(session: _Session, oldest: int) -> None:
        """Drop the answers below ``oldest``, in time with the shorter way to find them."""
        answers = session.answers
        if oldest - session.floor <= len(answers):
            for serial in range(session.floor, oldest):
                answers.pop(serial, None)
        else:
            for serial in [kept for kept in answers if kept < oldest]:
                del answers[serial]
        session.floor = oldest

    def encode(self) -> bytes:
        """Write everything as JSON: equal sessions give equal bytes."""
        sessions = [
            [client, session.floor, [[n, a.decode("latin-1")] for n, a in session.answers.items()]]
            for client, session in self._open.items()
        ]
        return json.dumps([_FORMAT, self._limit, self._newest, sessions]).encode("ascii")

    @classmethod
    def decode(cls, data: bytes) -> Sessions:
        """Read what :meth:`encode` wrote.

        Args:
            data: the bytes.

        Returns:
            Sessions that behave like the written ones, with their limit.

        Raises:
            ValueError: the bytes are something else.
        """
        try:
            form, limit, newest, listed = json.loads(data)
            assert form == _FORMAT
            sessions = cls(limit)
            sessions._newest = newest
            for client, floor, answers in listed:
                kept = {serial: answer.encode("latin-1") for serial, answer in answers}
                sessions._open[client] = _Session(floor, kept)
            sessions.check_invariants()
        except (AssertionError, AttributeError, TypeError, ValueError) as error:
            raise ValueError(
                f"sessions: expected what Sessions.encode wrote (form {_FORMAT}), "
                f"came {data[:60]!r}; take another snapshot, this one is damaged"
            ) from error
        return sessions

    def check_invariants(self) -> None:
        """Check what always holds.

        Raises:
            AssertionError: names what is broken.
        """
        assert len(self._open) <= self._limit, f"{len(self._open)} open, limit {self._limit}"
        for client, session in self._open.items():
            assert 1 <= client <= self._newest, f"client {client} was never registered"
            assert session.floor >= 1, f"client {client} waits for serial {session.floor}"
            below = [serial for serial in session.answers if serial < session.floor]
            assert not below, f"client {client}: answers to {below} were given up and are kept"
