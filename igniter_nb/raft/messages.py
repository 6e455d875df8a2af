"""Messages between nodes, and requests of a node to its surroundings.

A message says who sends it, to whom, and in which term. The names are the paper's (figures 2 and
13); where the paper has an RPC's result, there is a message of its own, since an answer may be
lost, doubled or late like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from igniter_nb.raft.types import Configuration, Entry, HardState, NodeId, Snapshot


class RequestVote(NamedTuple):
    """A candidate asks for a vote (paper section 5.2; ``pre`` is thesis 9.6).

    Attributes:
        sender: the candidate.
        recipient: the voter.
        term: the candidate's term; with ``pre`` the term it would start.
        last_index: index of the candidate's last entry.
        last_term: term of that entry.
        pre: whether it only asks if it could win; such a vote changes nothing.
        transfer: whether the leader told it to (thesis 3.10): asked despite a living leader.

    Examples:
        >>> asked = RequestVote("a", "b", 3, last_index=7, last_term=2)
        >>> asked.pre
        False
    """

    sender: NodeId
    recipient: NodeId
    term: int
    last_index: int
    last_term: int
    pre: bool = False
    transfer: bool = False


class VoteReply(NamedTuple):
    """The answer to a :class:`RequestVote`.

    Attributes:
        sender: the voter.
        recipient: the candidate.
        term: the voter's term; of a granted pre-vote the term that was asked for.
        granted: whether the candidate has the vote.
        pre: whether it answers a pre-vote.

    Examples:
        >>> VoteReply("b", "a", 3, granted=True).granted
        True
    """

    sender: NodeId
    recipient: NodeId
    term: int
    granted: bool
    pre: bool = False


class AppendEntries(NamedTuple):
    """The leader replicates its log; without entries it is a heartbeat (paper section 5.3).

    Attributes:
        sender: the leader.
        recipient: the follower.
        term: the leader's term.
        prev_index: index of the entry right before the new ones.
        prev_term: term of that entry.
        entries: to store, in order; none in a heartbeat.
        commit: the leader's commit index.
        round: number of the leader's latest round of heartbeats in this term, sent back in the
            answer: what confirms reads (thesis 6.4) and renews the lease. 0 without entries
            only tells what is committed: a follower whose log matches does not answer it.

    Examples:
        >>> heartbeat = AppendEntries("a", "b", 3, 7, 2, (), 7, 1)
        >>> heartbeat.term, heartbeat.prev_index, heartbeat.entries
        (3, 7, ())
    """

    sender: NodeId
    recipient: NodeId
    term: int
    prev_index: int
    prev_term: int
    entries: tuple[Entry, ...]
    commit: int
    round: int


class AppendReply(NamedTuple):
    """The answer to an :class:`AppendEntries`, or to an installed snapshot.

    Attributes:
        sender: the follower.
        recipient: the leader.
        term: the follower's term.
        success: whether the log matched at ``prev_index``.
        index: on success the last index known to match the leader's log; on refusal the
            ``prev_index`` that was refused.
        hint_index: on refusal the largest index at which the logs may match.
        hint_term: on refusal the term of the follower's entry there.
        round: number of the round that it answers.

    Examples:
        >>> AppendReply("b", "a", 3, success=True, index=7).index
        7
    """

    sender: NodeId
    recipient: NodeId
    term: int
    success: bool
    index: int  # type: ignore[assignment]  # the paper's word, not tuple.index
    hint_index: int = 0
    hint_term: int = 0
    round: int = 0


class InstallSnapshot(NamedTuple):
    """The leader sends a chunk of its snapshot (paper figure 13).

    Attributes:
        sender: the leader.
        recipient: the follower.
        term: the leader's term.
        last_index: last entry that the snapshot covers.
        last_term: term of that entry.
        configuration: membership as of that entry.
        offset: byte offset of the chunk in the snapshot.
        data: the chunk.
        done: whether it is the last one.
        round: as in :class:`AppendEntries`.

    Examples:
        >>> chunk = InstallSnapshot("a", "b", 3, 7, 2, Configuration(), 0, b"state", True, 1)
        >>> chunk.last_index, chunk.done
        (7, True)
    """

    sender: NodeId
    recipient: NodeId
    term: int
    last_index: int
    last_term: int
    configuration: Configuration
    offset: int
    data: bytes
    done: bool
    round: int


class SnapshotReply(NamedTuple):
    """A follower says which byte of a snapshot it waits for.

    Attributes:
        sender: the follower.
        recipient: the leader.
        term: the follower's term.
        last_index: which snapshot, by its last entry.
        offset: the next byte it wants.
        round: number of the round that it answers.

    Examples:
        >>> SnapshotReply("b", "a", 3, last_index=7, offset=4096, round=1).offset
        4096
    """

    sender: NodeId
    recipient: NodeId
    term: int
    last_index: int
    offset: int
    round: int


class TimeoutNow(NamedTuple):
    """The leader hands over: the recipient starts an election at once (thesis 3.10).

    Examples:
        >>> TimeoutNow("a", "b", term=3).recipient
        'b'
    """

    sender: NodeId
    recipient: NodeId
    term: int


class ReadRequest(NamedTuple):
    """A follower asks the leader from which index on a read is fresh (thesis 6.4).

    Attributes:
        sender: the follower.
        recipient: the leader.
        term: the follower's term.
        reads: numbers of the reads at the follower, never used twice by one incarnation.

    Examples:
        >>> ReadRequest("b", "a", 3, (1, 2)).reads
        (1, 2)
    """

    sender: NodeId
    recipient: NodeId
    term: int
    reads: tuple[int, ...]


class ReadReply(NamedTuple):
    """The answer to a :class:`ReadRequest`, after a quorum confirmed the leader.

    Attributes:
        sender: the leader.
        recipient: the follower.
        term: the leader's term.
        reads: the numbers that were asked for.
        index: the reads are fresh where this index is applied; 0 says ask again.

    Examples:
        >>> ReadReply("a", "b", 3, (1,), 7).index
        7
    """

    sender: NodeId
    recipient: NodeId
    term: int
    reads: tuple[int, ...]
    index: int  # type: ignore[assignment]  # the paper's word, not tuple.index


Message = (
    RequestVote
    | VoteReply
    | AppendEntries
    | AppendReply
    | InstallSnapshot
    | SnapshotReply
    | TimeoutNow
    | ReadRequest
    | ReadReply
)
"""What nodes send one another.

Examples:
    >>> isinstance(TimeoutNow("a", "b", 3), Message)
    True
"""


class Persist(NamedTuple):
    """What must become durable, as one step: all of it or none.

    Attributes:
        number: to be handed to :meth:`Raft.persisted` once it is durable; they are made durable
            in the order of their numbers.
        hard_state: new term, vote and commit, None if unchanged.
        snapshot: replaces everything up to its index, and the whole log when the log does not
            hold the snapshot's last entry; None if there is none.
        entries: to be written from the first one's index on; whatever the log held there before
            is gone.
        sync: whether a crash right after must not lose it.
        release: messages that say what this makes true: they may leave once it is durable, not
            earlier.

    Examples:
        >>> Persist(1, HardState(term=1), None, (), True, ()).hard_state.term
        1
    """

    number: int
    hard_state: HardState | None
    snapshot: Snapshot | None
    entries: tuple[Entry, ...]
    sync: bool
    release: tuple[Message, ...]


class ReadState(NamedTuple):
    """A read that may be answered.

    Attributes:
        number: what :meth:`Raft.read` returned.
        index: the state read from must have applied this index; it has.

    Examples:
        >>> ReadState(number=1, index=7)
        ReadState(number=1, index=7)
    """

    number: int
    index: int  # type: ignore[assignment]  # the paper's word, not tuple.index


class Ready(NamedTuple):
    """What a node asks of its surroundings; its parts may be done in any order but those named.

    Attributes:
        send: messages that may leave at once, before anything else is done.
        persist: what must become durable before its own messages leave; None if nothing must.
        restore: a snapshot, now durable, that replaces the state machine; before ``apply``.
        apply: committed and durable entries for the state machine, in order, each exactly once
            in the life of an incarnation; then :meth:`Raft.applied` is told.
        reads: reads that may be answered from the state machine as it is now.
        refused_reads: numbers of reads that will never be answered; ask again.

    Examples:
        >>> members = Configuration(voters=("a", "b", "c"))
        >>> three = Restored(snapshot=Snapshot(configuration=members))
        >>> node = Raft(Config(node_id="a", pre_vote=False), three, jitter=lambda bound: 0)
        >>> node.campaign()
        >>> todo = node.ready()
        >>> todo.persist.hard_state
        HardState(term=1, vote='a', commit=0)
        >>> [message.recipient for message in todo.persist.release]
        ['b', 'c']
    """

    send: tuple[Message, ...]
    persist: Persist | None
    restore: Snapshot | None
    apply: tuple[Entry, ...]
    reads: tuple[ReadState, ...]
    refused_reads: tuple[int, ...]
