"""The programmatic form: a contract built by calls, by the same compiler as a class body."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from igniter_nb.contract.bodies import checked_options
from igniter_nb.contract.builder import DraftBuilder
from igniter_nb.contract.contract import ContractMeta
from igniter_nb.errors import Location
from igniter_nb.runtime import Options

if TYPE_CHECKING:
    from igniter_nb.contract.contract import Contract


class ContractBuilder(DraftBuilder):
    """A contract built by calls; every method but :meth:`build` returns the builder.

    Args:
        name: name of the contract, used in every text about it.
        options: class options, see :class:`Contract`.

    Raises:
        TypeError: the name is no text, or an option is unknown.
        ValueError: an option has a value that it cannot have.
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
        return ContractMeta.built(self.draft, self._options, self._module)
