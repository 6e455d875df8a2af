"""Replicated state machines: clusters of Raft nodes, their storage, simulator and tests.

Each name is loaded when it is first asked for; the simulator when the first cluster is started.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from igniter_nb.consensus.cluster.cluster import Cluster
    from igniter_nb.consensus.cluster.lifetime import with_cell
    from igniter_nb.consensus.cluster.node_ref import NodeRef
    from igniter_nb.consensus.cluster.sharded import ShardedCluster
    from igniter_nb.consensus.codec import MessageError, decode_message, encode_message
    from igniter_nb.consensus.contracts import FindLeader, ReadQuery, ReadValue, SubmitCommand
    from igniter_nb.consensus.faults.table import FAULTS as FAULTS
    from igniter_nb.consensus.faults.words import duration as duration
    from igniter_nb.consensus.faults.words import quality as quality
    from igniter_nb.consensus.frame import Flight as Flight
    from igniter_nb.consensus.frame import Frame as Frame
    from igniter_nb.consensus.frame import NodeDetails as NodeDetails
    from igniter_nb.consensus.frame import NodeFrame as NodeFrame
    from igniter_nb.consensus.frame import Pace as Pace
    from igniter_nb.consensus.local.driver import Driver, forked
    from igniter_nb.consensus.local.runs import opened_run
    from igniter_nb.consensus.local.watch import Past as Past
    from igniter_nb.consensus.local.watch import Seen as Seen
    from igniter_nb.consensus.local.watch import Watch as Watch
    from igniter_nb.consensus.local.watch import opened_at as opened_at
    from igniter_nb.consensus.local.watch import reopened_beside as reopened_beside
    from igniter_nb.consensus.simulation import Simulation
    from igniter_nb.consensus.simulator.actions import ACTIONS
    from igniter_nb.consensus.simulator.network import MemoryTransport
    from igniter_nb.consensus.simulator.observe import world_status
    from igniter_nb.consensus.simulator.recording import Recording
    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.consensus.state_machine.commands import encode
    from igniter_nb.consensus.state_machine.declaration import StateMachine, apply, command_types
    from igniter_nb.consensus.state_machine.machine import Outcome
    from igniter_nb.consensus.status.events import ClusterEvents
    from igniter_nb.consensus.status.names import name_problems
    from igniter_nb.consensus.status.status import ClusterStatus, NodeStatus, ShardedStatus
    from igniter_nb.consensus.status.trace import TraceEvent
    from igniter_nb.consensus.storage import FileStorage, MemoryStorage, Storage
    from igniter_nb.consensus.testing.swarm import Verdict, simulate
    from igniter_nb.consensus.timing import Timing
    from igniter_nb.consensus.tours import TOURS, Tour, TourStep, tour
    from igniter_nb.consensus.transport import Transport

_PLACES: Final = {
    "cluster.cluster": ("Cluster",),
    "cluster.lifetime": ("with_cell",),
    "cluster.node_ref": ("NodeRef",),
    "cluster.sharded": ("ShardedCluster",),
    "codec": ("MessageError", "decode_message", "encode_message"),
    "contracts": ("FindLeader", "ReadQuery", "ReadValue", "SubmitCommand"),
    "faults.table": ("FAULTS",),
    "faults.words": ("duration", "quality"),
    "frame": ("Flight", "Frame", "NodeDetails", "NodeFrame", "Pace"),
    "local.driver": ("Driver", "forked"),
    "local.runs": ("opened_run",),
    "local.watch": ("Past", "Seen", "Watch", "opened_at", "reopened_beside"),
    "simulation": ("Simulation",),
    "simulator.actions": ("ACTIONS",),
    "simulator.network": ("MemoryTransport",),
    "simulator.observe": ("world_status",),
    "simulator.recording": ("Recording",),
    "simulator.world": ("World",),
    "state_machine.commands": ("encode",),
    "state_machine.declaration": ("StateMachine", "apply", "command_types"),
    "state_machine.machine": ("Outcome",),
    "status.events": ("ClusterEvents",),
    "status.names": ("name_problems",),
    "status.status": ("ClusterStatus", "NodeStatus", "ShardedStatus"),
    "status.trace": ("TraceEvent",),
    "storage": ("FileStorage", "MemoryStorage", "Storage"),
    "testing.swarm": ("Verdict", "simulate"),
    "timing": ("Timing",),
    "tours": ("TOURS", "Tour", "TourStep", "tour"),
    "transport": ("Transport",),
}
_PLACE_OF: Final = {name: place for place, names in _PLACES.items() for name in names}

FOR_ROOMS: Final = frozenset(
    {
        "FAULTS",
        "Flight",
        "Frame",
        "NodeDetails",
        "NodeFrame",
        "Pace",
        "Past",
        "Seen",
        "Watch",
        "duration",
        "opened_at",
        "quality",
        "reopened_beside",
    }
)
"""Names that other rooms of the package use and nobody else: what a page sees of a cluster."""

__all__ = [
    "ACTIONS",
    "TOURS",
    "Cluster",
    "ClusterEvents",
    "ClusterStatus",
    "Driver",
    "FileStorage",
    "FindLeader",
    "MemoryStorage",
    "MemoryTransport",
    "MessageError",
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
    "decode_message",
    "encode",
    "encode_message",
    "forked",
    "name_problems",
    "opened_run",
    "simulate",
    "tour",
    "with_cell",
    "world_status",
]


def __getattr__(name: str) -> Any:
    """Load a name of ``__all__`` from where it lives.

    Raises:
        AttributeError: there is no such name.
    """
    if name not in _PLACE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_PLACE_OF[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Name what can be asked for."""
    return sorted({*globals(), *__all__})
