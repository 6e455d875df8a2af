"""Business logic as a contract: a dependency graph, checked before it runs, and shown.

::

    import igniter_nb as ig

    class Price(ig.Contract):
        order_total = ig.input(float)
        vat_rate = ig.input(float, default=0.2)

        @ig.output
        def gross_total(order_total, vat_rate):
            return order_total * (1 + vat_rate)

    Price(order_total=100.0).result.gross_total
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from igniter_nb.capabilities import Policy, get_policy, policy, pure, requires, set_policy
from igniter_nb.contract import (
    CapabilityReport,
    CellView,
    Contract,
    ContractBuilder,
    ErrorReport,
    Explanation,
    Lineage,
    MapResult,
    Plan,
    Result,
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
from igniter_nb.display import Display, install
from igniter_nb.errors import (
    CapabilityViolationError,
    CapabilityWarning,
    CommandError,
    CompileError,
    ConsensusError,
    ContractWarning,
    CycleError,
    GuardError,
    IgniterError,
    InputError,
    LogCorruptedError,
    MapError,
    NoLeaderError,
    OutcomeUnknownError,
    Problem,
    QuorumLostError,
    ResolutionError,
    UnsupportedError,
)
from igniter_nb.graph import CompiledGraph, Executor
from igniter_nb.incremental import equal
from igniter_nb.runtime import IncrementalReport

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__version__ = "0.1.0"

__all__ = [
    "CapabilityReport",
    "CapabilityViolationError",
    "CapabilityWarning",
    "CellView",
    "CommandError",
    "CompileError",
    "CompiledGraph",
    "ConsensusError",
    "Contract",
    "ContractBuilder",
    "ContractWarning",
    "CycleError",
    "ErrorReport",
    "Executor",
    "Explanation",
    "GuardError",
    "IgniterError",
    "IncrementalReport",
    "InputError",
    "Lineage",
    "LogCorruptedError",
    "MapError",
    "MapResult",
    "NoLeaderError",
    "OutcomeUnknownError",
    "Plan",
    "Policy",
    "Problem",
    "QuorumLostError",
    "ResolutionError",
    "Result",
    "UnsupportedError",
    "compose",
    "compute",
    "const",
    "equal",
    "export",
    "expose",
    "get_policy",
    "guard",
    "input",
    "load_ipython_extension",
    "lookup",
    "map",
    "output",
    "policy",
    "project",
    "pure",
    "requires",
    "scope",
    "set_policy",
    "unload_ipython_extension",
]


def _display() -> Display:
    shown: Any = import_module("igniter_nb.notebook")
    display: Display = shown.display
    return display


install(_display)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add the ``%igniter`` magic; what ``%load_ext igniter_nb`` calls.

    Examples:
        >>> from IPython.core.interactiveshell import InteractiveShell
        >>> shell = InteractiveShell()
        >>> ig.load_ipython_extension(shell)
        >>> "igniter" in shell.magics_manager.magics["line"]
        True
        >>> ig.unload_ipython_extension(shell)
    """
    import_module("igniter_nb.notebook.magic").load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take the ``%igniter`` magic away again.

    Examples:
        >>> from IPython.core.interactiveshell import InteractiveShell
        >>> shell = InteractiveShell()
        >>> ig.load_ipython_extension(shell)
        >>> ig.unload_ipython_extension(shell)
        >>> "igniter" in shell.magics_manager.magics["line"]
        False
    """
    import_module("igniter_nb.notebook.magic").unload(shell)
