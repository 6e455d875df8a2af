"""Raft as a library of values: no clock, no chance, no thread, no I/O; see :mod:`core`."""

from igniter_nb.raft.config import Config
from igniter_nb.raft.core import Raft
from igniter_nb.raft.log import RaftLog
from igniter_nb.raft.membership import ChangeAction, ConfChange, Transition
from igniter_nb.raft.membership import decode as decode_configuration
from igniter_nb.raft.messages import (
    AppendEntries,
    AppendReply,
    InstallSnapshot,
    Message,
    Persist,
    ReadReply,
    ReadRequest,
    ReadState,
    Ready,
    RequestVote,
    SnapshotReply,
    TimeoutNow,
    VoteReply,
)
from igniter_nb.raft.proposals import ProposalRefusedError
from igniter_nb.raft.quorum import majority
from igniter_nb.raft.sessions import SESSIONS_LIMIT, Recall, Sessions
from igniter_nb.raft.status import PeerStatus, Status
from igniter_nb.raft.types import (
    Configuration,
    Entry,
    EntryKind,
    HardState,
    NodeId,
    Restored,
    Role,
    Snapshot,
    Ticket,
)

__all__ = [
    "SESSIONS_LIMIT",
    "AppendEntries",
    "AppendReply",
    "ChangeAction",
    "ConfChange",
    "Config",
    "Configuration",
    "Entry",
    "EntryKind",
    "HardState",
    "InstallSnapshot",
    "Message",
    "NodeId",
    "PeerStatus",
    "Persist",
    "ProposalRefusedError",
    "Raft",
    "RaftLog",
    "ReadReply",
    "ReadRequest",
    "ReadState",
    "Ready",
    "Recall",
    "RequestVote",
    "Restored",
    "Role",
    "Sessions",
    "Snapshot",
    "SnapshotReply",
    "Status",
    "Ticket",
    "TimeoutNow",
    "Transition",
    "VoteReply",
    "decode_configuration",
    "majority",
]
