"""Values that Raft is about: entries, what is durable, snapshots, roles.

Every value is a named tuple: immutable, equal by content, cheap to make, free of identity. Terms
and indexes are ints; the first entry has index 1, and index 0 with term 0 stands before it.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple

NodeId = str
"""Name of a node, unique in its cluster for all time: a wiped node comes back under a new one.

Examples:
    >>> NodeId("n1")
    'n1'
"""


class Role(StrEnum):
    """What a node is in its term (paper section 5.1; the pre-candidate is from thesis 9.6).

    Examples:
        >>> [role.name for role in Role]
        ['FOLLOWER', 'PRE_CANDIDATE', 'CANDIDATE', 'LEADER']
    """

    FOLLOWER = "follower"
    PRE_CANDIDATE = "pre-candidate"
    CANDIDATE = "candidate"
    LEADER = "leader"


class EntryKind(IntEnum):
    """What an entry is for; the numbers are written to disk and never change.

    Examples:
        >>> EntryKind(1)
        <EntryKind.NOOP: 1>
    """

    COMMAND = 0
    """A command of a client, opaque to Raft."""
    NOOP = 1
    """The blank entry that opens a leader's term (paper section 8)."""
    CONFIGURATION = 2
    """A new membership, in force as soon as it is in the log (thesis 4.1)."""
    REGISTER = 3
    """Opens a client session whose id is the entry's index (thesis 6.3)."""


class Ticket(NamedTuple):
    """Makes a command safe to send again (thesis 6.3).

    Attributes:
        client: id of the session, the index of its REGISTER entry.
        serial: number of the command in the session, from 1.
        oldest: smallest serial whose answer the client still waits for; answers to smaller ones
            need not be kept.

    Examples:
        >>> Ticket(client=5, serial=1, oldest=1)
        Ticket(client=5, serial=1, oldest=1)
    """

    client: int
    serial: int
    oldest: int


class Entry(NamedTuple):
    """One entry of the log (paper section 5.3).

    Attributes:
        index: position in the log, from 1.
        term: term of the leader that made it.
        kind: what it is for.
        data: the command or configuration as bytes.
        ticket: session and serial of a command that may be sent again, None without a session.

    Examples:
        >>> Entry(index=1, term=1, data=b"x=1")
        Entry(index=1, term=1, kind=<EntryKind.COMMAND: 0>, data=b'x=1', ticket=None)
    """

    index: int  # type: ignore[assignment]  # the paper's word, not tuple.index
    term: int
    kind: EntryKind = EntryKind.COMMAND
    data: bytes = b""
    ticket: Ticket | None = None


class HardState(NamedTuple):
    """What must be durable besides the log (paper figure 2, persistent state).

    Attributes:
        term: latest term the node has seen.
        vote: whom it voted for in that term.
        commit: highest index known committed; kept so that a restart applies at once. Losing it
            is harmless, so it alone needs no sync.

    Examples:
        >>> HardState(term=3, vote="a")
        HardState(term=3, vote='a', commit=0)
    """

    term: int = 0
    vote: NodeId | None = None
    commit: int = 0


class Configuration(NamedTuple):
    """Who belongs to the cluster (thesis 4).

    Attributes:
        voters: voting nodes, sorted; while joint, those of the new configuration.
        outgoing: voters of the old configuration while joint (thesis 4.3), else empty.
        learners: nodes that get the log and have no vote, sorted.
        learners_next: outgoing voters that become learners when the joint configuration is left.
        auto_leave: whether the leader leaves the joint configuration by itself.

    Examples:
        >>> Configuration(voters=("a", "b", "c"), learners=("d",)).members
        ('a', 'b', 'c', 'd')
        >>> Configuration(voters=("a", "b"), outgoing=("a",)).joint
        True
    """

    voters: tuple[NodeId, ...] = ()
    outgoing: tuple[NodeId, ...] = ()
    learners: tuple[NodeId, ...] = ()
    learners_next: tuple[NodeId, ...] = ()
    auto_leave: bool = False

    @property
    def joint(self) -> bool:
        """Whether decisions need a majority of the old and of the new voters."""
        return bool(self.outgoing)

    @property
    def members(self) -> tuple[NodeId, ...]:
        """Every node that gets the log, sorted."""
        return tuple(sorted({*self.voters, *self.outgoing, *self.learners}))


class Snapshot(NamedTuple):
    """The state up to an index in place of the entries (paper section 7).

    Attributes:
        index: last entry that it covers; 0 for the empty one.
        term: term of that entry.
        configuration: membership as of that entry.
        data: the state machine and the client sessions, as bytes.

    Examples:
        >>> Snapshot(index=7, term=2, data=b"state").index
        7
    """

    index: int = 0  # type: ignore[assignment]  # the paper's word, not tuple.index
    term: int = 0
    configuration: Configuration = Configuration()
    data: bytes = b""


class Restored(NamedTuple):
    """What a storage gives back to a node that starts.

    Attributes:
        hard_state: as last made durable.
        snapshot: the latest one.
        entries: those after the snapshot, without gaps.

    Examples:
        >>> Restored(entries=(Entry(1, 1, data=b"x=1"),)).entries[0].data
        b'x=1'
    """

    hard_state: HardState = HardState()
    snapshot: Snapshot = Snapshot()
    entries: tuple[Entry, ...] = ()
