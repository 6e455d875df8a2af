"""Contracts built by calls, compiled as a class body is."""

from __future__ import annotations

import copyreg
import sys
from typing import TYPE_CHECKING, Any

from igniter_nb.contract.bodies import checked_options
from igniter_nb.contract.builder import DraftBuilder
from igniter_nb.contract.contract import Contract, ContractMeta
from igniter_nb.errors import Location, drop_ours
from igniter_nb.runtime import Options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from igniter_nb.graph import CompiledGraph


def _bare(name: str, options: Mapping[str, Any], module: str) -> type[Contract]:
    """Return a class without a body that waits for its graph."""
    own = {
        "__module__": module,
        "_statements": None,
        "_given": options,
        "_options": checked_options(Options(), options),
        "_program": None,
    }
    made: Any = type.__new__(ContractMeta, name, (Contract,), own)
    return made  # type: ignore[no-any-return]  # a metaclass's instance is a class


def _reduced(cls: ContractMeta) -> str | tuple[object, ...]:
    """Pickle a class by its name, or by content where it was built and has no importable name."""
    found: object = sys.modules.get(cls.__module__)
    for part in cls.__qualname__.split("."):
        found = getattr(found, part, None)
    if found is cls or vars(cls)["_statements"] is not None:
        return cls.__qualname__
    return _revived, (cls.compiled_graph, dict(cls.given), cls.__module__)


def _revived(graph: CompiledGraph, options: Mapping[str, Any], module: str) -> type[Contract]:
    made = _bare(graph.name, options, module)
    made.compiled_graph = graph
    return made


copyreg.pickle(ContractMeta, _reduced)  # type: ignore[arg-type]  # classes are pickled as well


class ContractBuilder(DraftBuilder):
    """A contract built by calls; every method but :meth:`build` returns the builder.

    Args:
        name: name of the contract, used in every text about it.
        options: class options, see :class:`Contract`.

    Raises:
        TypeError: the name is no text, or an option is unknown.
        ValueError: an option has a value that it cannot have.

    Examples:
        >>> builder = ig.ContractBuilder("Price").input("amount", float).input("rate", float)
        >>> builder = builder.compute("total", lambda amount, rate: amount * (1 + rate))
        >>> builder = builder.output("total")
        >>> Price = builder.build()
        >>> Price(amount=100.0, rate=0.5).result.total
        150.0
    """

    def __init__(self, name: str, **options: Any) -> None:
        frame = sys._getframe(1)  # noqa: SLF001 -- the documented way to a caller's line
        super().__init__(name, at=Location(frame.f_code.co_filename, frame.f_lineno))
        self._module = frame.f_globals.get("__name__", "__main__")
        checked_options(Options(), options)
        self._options = options

    def build(self) -> type[Contract]:
        """Compile the declarations.

        Returns:
            The contract class.

        Raises:
            CycleError: the only problems are circles.
            CompileError: something does not fit together; has every problem.
        """
        try:
            made = _bare(self.draft.name, self._options, self._module)
            ContractMeta.finish(made, self.draft)
        except BaseException as error:
            drop_ours(error)
            raise
        return made
