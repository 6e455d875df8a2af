"""A replicated state machine in this process: the cluster, its nodes, storage and simulator."""

from igniter_nb.consensus.actions import ACTIONS
from igniter_nb.consensus.cluster import Cluster
from igniter_nb.consensus.commands import encode
from igniter_nb.consensus.contracts import FindLeader, ReadQuery, ReadValue, SubmitCommand
from igniter_nb.consensus.desk import Desk, forked
from igniter_nb.consensus.ending import with_cell
from igniter_nb.consensus.machine import Outcome
from igniter_nb.consensus.recording import Recording
from igniter_nb.consensus.refs import NodeRef
from igniter_nb.consensus.reports import (
    ClusterEvents,
    ClusterStatus,
    NodeStatus,
    ShardedStatus,
    status,
)
from igniter_nb.consensus.runs import opened_run
from igniter_nb.consensus.setup import name_problems
from igniter_nb.consensus.sharded import ShardedCluster
from igniter_nb.consensus.simulation import Simulation
from igniter_nb.consensus.state_machine import StateMachine, apply, command_types
from igniter_nb.consensus.storage import FileStorage, MemoryStorage, Storage
from igniter_nb.consensus.swarm import Verdict, simulate
from igniter_nb.consensus.timing import Timing
from igniter_nb.consensus.tours import TOURS, Tour, TourStep, tour
from igniter_nb.consensus.trace import TraceEvent
from igniter_nb.consensus.transport import MemoryTransport, Transport
from igniter_nb.consensus.world import World

__all__ = [
    "ACTIONS",
    "TOURS",
    "Cluster",
    "ClusterEvents",
    "ClusterStatus",
    "Desk",
    "FileStorage",
    "FindLeader",
    "MemoryStorage",
    "MemoryTransport",
    "NodeRef",
    "NodeStatus",
    "Outcome",
    "ReadQuery",
    "ReadValue",
    "Recording",
    "ShardedCluster",
    "ShardedStatus",
    "Simulation",
    "StateMachine",
    "Storage",
    "SubmitCommand",
    "Timing",
    "Tour",
    "TourStep",
    "TraceEvent",
    "Transport",
    "Verdict",
    "World",
    "apply",
    "command_types",
    "encode",
    "forked",
    "name_problems",
    "opened_run",
    "simulate",
    "status",
    "tour",
    "with_cell",
]
