"""A replicated state machine in this process: the cluster, its nodes, storage and simulator."""

from igniter_nb.consensus.cluster import Cluster
from igniter_nb.consensus.contracts import FindLeader, ReadQuery, ReadValue, SubmitCommand
from igniter_nb.consensus.machine import Outcome
from igniter_nb.consensus.refs import NodeRef
from igniter_nb.consensus.reports import ClusterEvents, ClusterStatus, NodeStatus, ShardedStatus
from igniter_nb.consensus.sharded import ShardedCluster
from igniter_nb.consensus.simulation import Simulation
from igniter_nb.consensus.state_machine import StateMachine, apply
from igniter_nb.consensus.storage import FileStorage, MemoryStorage, Storage
from igniter_nb.consensus.swarm import Verdict, simulate
from igniter_nb.consensus.timing import Timing
from igniter_nb.consensus.transport import MemoryTransport, Transport

__all__ = [
    "Cluster",
    "ClusterEvents",
    "ClusterStatus",
    "FileStorage",
    "FindLeader",
    "MemoryStorage",
    "MemoryTransport",
    "NodeRef",
    "NodeStatus",
    "Outcome",
    "ReadQuery",
    "ReadValue",
    "ShardedCluster",
    "ShardedStatus",
    "Simulation",
    "StateMachine",
    "Storage",
    "SubmitCommand",
    "Timing",
    "Transport",
    "Verdict",
    "apply",
    "simulate",
]
