"""State machine of one node: applies the log's entries, each with an outcome for its caller.

Commands without a ``type`` follow the key-value protocol:

==================================================  ============================================
``{"key": k, "value": v}``                          sets ``k``
``{"key": k, "op": "delete"}``                      removes ``k``; nothing if it is not there
either with ``"expected": e``                       only if ``k`` holds ``e`` now; None stands for
                                                    a key that is not there, or that holds None
==================================================  ============================================

What always holds:

1. Machines of one kind that have applied the same entries are equal: same state, same order of its
   keys, same sessions. So is one that took a snapshot over on the way.
2. A command that cannot be carried out is an outcome for its caller; the state stays, the machine
   goes on (thesis 6.3 for tickets). Only what can concern this node alone is raised: an
   interrupt, no memory, I/O, an entry out of turn. Then the entry counts as not applied.
3. Nobody outside holds a part of the state: what is handed out is a copy of plain data.
4. A key-value write takes the same time whatever the number of keys. The dict at the top is changed
   in place, and nobody sees it meanwhile; a reducer is given it frozen.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.consensus.state_machine.commands import decode, read, write
from igniter_nb.consensus.state_machine.declaration import (
    StateMachine,
    StateMachineType,
    first_state,
    reduced,
)
from igniter_nb.consensus.state_machine.frozen import FROZEN, FrozenDict, drop, freeze, put, thaw
from igniter_nb.errors import CommandError, LogCorruptedError, OutcomeUnknownError
from igniter_nb.raft import SESSIONS_LIMIT, EntryKind, Recall, Sessions
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Container

    from igniter_nb.raft import Entry, Ticket

_FORMAT = 1
_PASSED_OVER = (
    "entry {} is passed over on every node: skip() was told to, since nodes could not apply it; "
    "the state is unchanged"
)
_FIELDS = ("key", "value", "op", "expected")
_NO_VALUE = object()
_COMMAND, _REGISTER = EntryKind.COMMAND, EntryKind.REGISTER


class Failure(StrEnum):
    """Why a command was not carried out; the texts are kept in snapshots and never change."""

    NONE = ""
    """It was."""
    REFUSED = "refused"
    """The command or its reducer: the same command would fail again on the same state."""
    STALE = "stale"
    """The client had given this answer up; whether the command took effect is not known."""
    EXPIRED = "expired"
    """The session is not open; whether an earlier sending took effect is not known."""


class Outcome(NamedTuple):
    """What came of an entry.

    Attributes:
        index: index of the entry that was carried out; the first one if it was sent twice.
        term: its term.
        error: why it was not carried out, empty if it was.
        value: what the caller gets, plain data: the client id of a REGISTER, else None.
        failure: what kind of error it is.

    Examples:
        >>> with Cluster.start(3) as cluster:
        ...     outcome = cluster.submit(key="price", value=99).result(10)
        >>> outcome.error
        ''
    """

    index: int  # type: ignore[assignment]  # the paper's word, not tuple.index
    term: int
    error: str = ""
    value: Any = None
    failure: Failure = Failure.NONE

    def result(self) -> Any:
        """Return the value.

        Raises:
            CommandError: the command was refused; the state is unchanged.
            OutcomeUnknownError: the answer was given up or the session expired.
        """
        if self.failure is Failure.NONE:
            return self.value
        raise (CommandError if self.failure is Failure.REFUSED else OutcomeUnknownError)(self.error)


class Machine:
    """The state and the client sessions of one node.

    Args:
        kind: a subclass of :class:`StateMachine`, None for the key-value protocol alone.
        sessions_limit: client sessions open at once; the same on all nodes.
        skipped: indexes of commands that are passed over, as if they were refused; the same on
            all nodes.

    Raises:
        TypeError: the kind is something else.
    """

    def __init__(
        self,
        kind: type[StateMachine] | None = None,
        *,
        sessions_limit: int = SESSIONS_LIMIT,
        skipped: Container[int] = (),
    ) -> None:
        if not isinstance(kind, StateMachineType | None):
            raise TypeError(
                f"expected a subclass of StateMachine or None, came {abbreviate(kind)}; "
                "give the class itself, without calling it"
            )
        self._kind: StateMachineType = StateMachine if kind is None else kind
        self._sessions = Sessions(sessions_limit)
        self._state = first_state(self._kind)
        self._applied = 0
        self._skipped = skipped

    # --- the log ----------------------------------------------------------------------------

    def apply(self, entry: Entry) -> Outcome | None:
        """Apply the next entry of the log.

        Args:
            entry: its index follows :attr:`applied`.

        Returns:
            What came of it; None for an entry that no client waits for.

        Raises:
            NodeFailedError: a reducer failed in a way that can depend on the machine.
            MemoryError: there was too little of it.
        """
        index, term, kind, data, ticket = entry
        assert index == self._applied + 1, f"entry {index} does not follow {self._applied}"
        if kind == _COMMAND:
            if ticket is None:
                outcome = self._carried_out(index, term, data)
            else:
                outcome = self._once(entry, ticket)
        elif kind == _REGISTER:
            outcome = Outcome(index, term, "", self._sessions.register(index))
        else:
            outcome = None
        self._applied = index
        return outcome

    def _once(self, entry: Entry, ticket: Ticket) -> Outcome:
        """Carry a command out unless its ticket says that this was done (thesis 6.3)."""
        answer = self._sessions.recall(ticket)
        if answer is Recall.NEW:
            outcome = self._carried_out(entry.index, entry.term, entry.data)
            self._sessions.remember(ticket, _packed(outcome))
            return outcome
        if isinstance(answer, bytes):
            return _unpacked(answer)
        failure, error = _UNKNOWN[answer]
        return Outcome(entry.index, entry.term, error.format(ticket), None, failure)

    def _carried_out(self, index: int, term: int, data: bytes) -> Outcome:
        if index in self._skipped:
            return Outcome(index, term, _PASSED_OVER.format(index), None, Failure.REFUSED)
        try:
            command = decode(data)
            if "type" in command:
                self._reduce(command)
            else:
                self._write(command)
        except CommandError as error:
            return Outcome(index, term, error.message, None, Failure.REFUSED)
        return Outcome(index, term)

    def _reduce(self, command: dict[str, Any]) -> None:
        self._state = reduced(self._kind, self._state, command)

    def _write(self, command: dict[str, Any]) -> None:
        state, key = self._state, command.get("key")
        value = command.get("value", _NO_VALUE)
        usual = len(command) == 2 and value is not _NO_VALUE  # noqa: PLR2004 -- key and value
        if not (usual and type(key) is str and type(state) is FrozenDict):
            self._check_write(command)
        if value is _NO_VALUE:
            drop(state, command["key"])
        else:
            put(state, command["key"], value)

    def _check_write(self, command: dict[str, Any]) -> None:
        found = _key_value_problems(command)
        if type(self._state) is not FrozenDict:
            found.append(
                f"the key-value protocol needs a dict as state, {self._kind.__name__} has "
                f"{abbreviate(thaw(self._state))}; give the command a type: {self._known()}"
            )
        if found:
            raise CommandError("; ".join(found))
        if "expected" in command:
            actual, expected = self._state.get(command["key"]), command["expected"]
            if not same(actual, expected):
                raise CommandError(
                    f"{command['key']!r} was to hold {_told(expected)} and holds {_told(actual)}; "
                    "nothing was written. Read it again and decide anew"
                )

    def _known(self) -> str:
        return ", ".join(self._kind.declared.reducers) or "it knows none"

    # --- snapshots --------------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """Write state and sessions: three lines of JSON, equal for equal machines."""
        head = write({"form": _FORMAT, "applied": self._applied})
        return b"\n".join((head, self._sessions.encode(), write(self._state)))

    def restore(self, data: bytes) -> None:
        """Take over what :meth:`snapshot` of a machine of the same kind wrote.

        Args:
            data: the bytes; none at all stand for the first state.

        Raises:
            LogCorruptedError: the bytes are something else; the machine is unchanged.
        """
        if not data:
            self._state, self._applied = first_state(self._kind), 0
            self._sessions = Sessions(self._sessions.limit)
        else:
            self._applied, self._sessions, self._state = _restored(data)

    def __reduce__(self) -> tuple[object, ...]:
        """Travel as the kind, by name, and a snapshot."""
        return _revived, (self._kind, self.snapshot(), self._skipped)

    # --- looking ----------------------------------------------------------------------------

    @property
    def kind(self) -> type[StateMachine]:
        """The state machine's class."""
        return self._kind  # type: ignore[return-value]  # its metaclass is that of StateMachine

    @property
    def applied(self) -> int:
        """Index of the latest entry that was applied."""
        return self._applied

    @property
    def sessions(self) -> Sessions:
        """The open client sessions; to look at, not to change."""
        return self._sessions

    @property
    def state(self) -> Any:
        """A copy of the state, plain data; it takes time with the size of the state."""
        return thaw(self._state)

    def get(self, key: str, default: Any = None) -> Any:
        """Return a copy of what a key holds.

        Args:
            key: a key of the state.
            default: returned if it is not there.

        Raises:
            CommandError: the state is no dict.
        """
        if type(self._state) is not FrozenDict:
            raise CommandError(
                f"a key was read, {key!r}, and the state of {self._kind.__name__} is no dict: "
                f"{abbreviate(thaw(self._state))}; read the whole state"
            )
        return thaw(self._state.get(key, default))

    def digest(self) -> str:
        """Return 16 hex digits that are equal for equal states, the order of keys included."""
        return hashlib.sha256(write(self._state)).hexdigest()[:16]

    def check_invariants(self) -> None:
        """Check what always holds.

        Raises:
            AssertionError: names what is broken.
        """
        self._sessions.check_invariants()
        assert freeze(self._state) is self._state, "the state is not frozen"
        if type(self._state) in FROZEN:
            exact = freeze(thaw(self._state)).height
            assert self._state.height >= exact, f"{exact} deep, noted as {self._state.height}"


def _revived(kind: type[StateMachine], data: bytes, skipped: Container[int]) -> Machine:
    machine = Machine(kind, skipped=skipped)
    machine.restore(data)
    return machine


def _restored(data: bytes) -> tuple[int, Sessions, Any]:
    try:
        head, sessions, state = data.split(b"\n")
        known = read(head)
        assert known["form"] == _FORMAT
        return known["applied"], Sessions.decode(sessions), freeze(read(state))
    except (AssertionError, CommandError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise LogCorruptedError(
            f"a snapshot of a state machine is damaged: expected what Machine.snapshot wrote "
            f"(form {_FORMAT}), came {abbreviate(data)}; take one from another node"
        ) from error


# --- the key-value protocol -----------------------------------------------------------------


def _key_value_problems(command: dict[str, Any]) -> list[str]:
    if "key" not in command:
        came = f"expected a command with a type or a key, came {abbreviate(command)}"
        return [f'{came}; for example {{"key": "price", "value": 99}}']
    found = []
    if type(command["key"]) is not str:
        found.append(f"key: expected a str, came {abbreviate(command['key'])}; use str(key)")
    if unknown := [name for name in command if name not in _FIELDS]:
        found.append(f"unknown: {', '.join(unknown)}; a key-value command has {', '.join(_FIELDS)}")
    if "op" in command and command["op"] != "delete":
        found.append(
            f'op: expected "delete", came {abbreviate(command["op"])}; leave it out to set'
        )
    if ("op" in command) == ("value" in command):
        found.append(
            'expected one of value and op: {"key": k, "value": v} sets the key, '
            '{"key": k, "op": "delete"} removes it'
        )
    return found


def same(left: object, right: object) -> bool:
    """Tell whether plain values are equal with equal types: 1, 1.0 and True are not the same."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right


def _told(value: Any) -> str:
    return "nothing" if value is None else abbreviate(thaw(value), 200)


# --- kept answers ---------------------------------------------------------------------------

_NOT_NOW = "the command was not carried out now. Whether it was before is not known: "
_GIVEN_UP = f"{{0}}: the client had given this answer up; {_NOT_NOW}read what it would have changed"
_CLOSED = f"{{0}}: the client's session is not open any more; {_NOT_NOW}open a new one and read"
_UNKNOWN = {
    Recall.STALE: (Failure.STALE, _GIVEN_UP),
    Recall.EXPIRED: (Failure.EXPIRED, _CLOSED),
}


def _packed(outcome: Outcome) -> bytes:
    """Write an outcome to be given again; success without a value is the usual one."""
    if outcome.failure is Failure.NONE and outcome.value is None:
        return b"[%d,%d]" % (outcome.index, outcome.term)
    return write([*outcome])


def _unpacked(answer: bytes) -> Outcome:
    index, term, *rest = read(answer)
    if not rest:
        return Outcome(index, term)
    error, value, failure = rest
    return Outcome(index, term, error, value, Failure(failure))
