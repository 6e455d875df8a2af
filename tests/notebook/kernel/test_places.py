from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import igniter_nb as ig
from igniter_nb.errors import Location
from igniter_nb.notebook import display
from igniter_nb.notebook.kernel.places import place

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from IPython.core.interactiveshell import InteractiveShell

BROKEN = """\
import igniter_nb as ig

class Broken(ig.Contract):
    @ig.output
    def total(amount):
        return amount
"""


def test_a_cell_is_called_by_its_number(shell: InteractiveShell) -> None:
    """A place in a cell is called by the number that the person sees, and the line in the cell."""
    shell.run_cell("1 + 1", store_history=True)
    shell.run_cell("def f():\n    return 1\n", store_history=True)

    said = place(Location(shell.user_ns["f"].__code__.co_filename, 2))

    assert said == "cell 2, line 2"


def test_a_cell_that_ran_again_has_its_new_number(shell: InteractiveShell) -> None:
    """A cell whose text ran twice is called by the number of its latest run."""
    name = shell.compile.cache("x = 1", number=3)
    shell.compile._filename_map[name] = 12

    assert place(Location(name, 1)) == "cell 12, line 1"


def test_an_error_names_the_cell(shell: InteractiveShell) -> None:
    """A contract that does not compile names cell and line of each problem."""
    done = shell.run_cell(BROKEN, store_history=True)

    assert isinstance(done.error_in_exec, ig.CompileError)
    assert done.error_in_exec.problems[0].place == "cell 1, line 4"


def test_a_file_is_no_cell(shell: InteractiveShell) -> None:
    """A place in a file is called by the file, also inside IPython."""
    assert shell is not None
    assert place(Location(__file__, 7)) is None


def test_without_a_shell_there_are_no_cells() -> None:
    """Outside IPython's shell, as in a worker process, nothing is a cell."""
    assert place(Location("<ipython-input-3-abc>", 1)) is None


def test_ipython_is_not_loaded_for_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has not loaded IPython does not load it to find that nothing is a cell."""
    monkeypatch.delitem(sys.modules, "IPython")

    assert place(Location("<ipython-input-3-abc>", 1)) is None
    assert "IPython" not in sys.modules


def test_an_odd_name_of_a_cell_is_left_alone(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell that calls cells otherwise is not misquoted."""
    monkeypatch.setattr(shell.compile, "format_code_name", lambda _name: ("Code", "block a"))

    assert place(Location("<ipython-input-3-abc>", 1)) is None


def test_the_display_offers_it(shell: InteractiveShell, tmp_path: Path) -> None:
    """The port to the notebook room answers with the same words."""
    name = shell.compile.cache("x = 1", number=3)

    assert display.place(Location(name, 1)) == "cell 3, line 1"
    assert display.place(Location(str(tmp_path / "prices.py"), 1)) is None
