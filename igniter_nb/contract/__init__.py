"""Words that a person writes: contracts, declarations, the builder, results and plans."""

from igniter_nb.contract.building import ContractBuilder
from igniter_nb.contract.contract import Contract, ContractMeta
from igniter_nb.contract.explain import Explained, Explanation, Lineage, Traced
from igniter_nb.contract.plan import CapabilityReport, CapabilityRow, Plan, PlanRow
from igniter_nb.contract.redefined import outdated
from igniter_nb.contract.rows import ErrorReport, ErrorRow, MapResult
from igniter_nb.contract.views import CellView, OutputReport, Result, outputs_now
from igniter_nb.contract.words import (
    compose,
    compute,
    const,
    export,
    expose,
    guard,
    input,  # noqa: A004 -- the word of the design
    lookup,
    map,  # noqa: A004 -- the word of the design
    output,
    project,
    scope,
)

__all__ = [
    "CapabilityReport",
    "CapabilityRow",
    "CellView",
    "Contract",
    "ContractBuilder",
    "ContractMeta",
    "ErrorReport",
    "ErrorRow",
    "Explained",
    "Explanation",
    "Lineage",
    "MapResult",
    "OutputReport",
    "Plan",
    "PlanRow",
    "Result",
    "Traced",
    "compose",
    "compute",
    "const",
    "export",
    "expose",
    "guard",
    "input",
    "lookup",
    "map",
    "outdated",
    "output",
    "outputs_now",
    "project",
    "scope",
]
