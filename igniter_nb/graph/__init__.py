"""Nodes, callables and compiled graphs: frozen values without a notion of running."""

from igniter_nb.graph.callables import Callee, Executor, describe
from igniter_nb.graph.export import details, type_name
from igniter_nb.graph.graph import CompiledGraph
from igniter_nb.graph.line import Line, call_name, expected_name, straight
from igniter_nb.graph.nodes import (
    EVERYTHING,
    MISSING,
    Compose,
    Compute,
    Const,
    Graph,
    Guard,
    Held,
    Input,
    Kind,
    Missing,
    Node,
    Output,
    Project,
)

__all__ = [
    "EVERYTHING",
    "MISSING",
    "Callee",
    "CompiledGraph",
    "Compose",
    "Compute",
    "Const",
    "Executor",
    "Graph",
    "Guard",
    "Held",
    "Input",
    "Kind",
    "Line",
    "Missing",
    "Node",
    "Output",
    "Project",
    "call_name",
    "describe",
    "details",
    "expected_name",
    "straight",
    "type_name",
]
