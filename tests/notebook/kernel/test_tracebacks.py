from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

import pytest

import igniter_nb as ig
from igniter_nb.notebook.kernel.tracebacks import lines, without_ours

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

BROKEN = """\
import igniter_nb as ig

class Broken(ig.Contract):
    amount = ig.input(int)

    @ig.output
    def total(amuont):
        return amuont
"""

FAILING = """\
import igniter_nb as ig

class Share(ig.Contract):
    people = ig.input(int)

    @ig.output
    def part(people):
        return 100 / people

Share(people=0).result.part
"""


def shown(shell: InteractiveShell, capsys: pytest.CaptureFixture[str], cell: str) -> str:
    """Run a cell that fails and return what the person sees."""
    done = shell.run_cell(cell, store_history=True)
    assert done.error_in_exec is not None
    printed = capsys.readouterr()
    return printed.out + printed.err


def test_a_broken_contract_is_told_without_our_frames(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """Between the cell that declares a broken contract and its problems stands no code of ours."""
    said = shown(shell, capsys, BROKEN)

    assert "class Broken(ig.Contract)" in said
    assert "did you mean 'amount'?" in said
    assert "File " not in said


def test_wrong_inputs_are_told_without_our_frames(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """Between the call with wrong inputs and the problems stands no code of ours."""
    shell.run_cell(FAILING.rpartition("\n\n")[0])
    capsys.readouterr()

    said = shown(shell, capsys, "Share(peopel=3)")

    assert "Share(peopel=3)" in said
    assert "did you mean 'people'?" in said
    assert "File " not in said


def test_a_failing_step_is_told_with_its_own_line(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """A step that raises is shown with the line that raised, and the line that asked for it."""
    said = shown(shell, capsys, FAILING)

    assert "ZeroDivisionError" in said
    assert "return 100 / people" in said
    assert "Share(people=0).result.part" in said
    assert "File " not in said


def test_the_error_keeps_its_traceback(shell: InteractiveShell) -> None:
    """What is shown is shortened, not the error: a debugger finds every frame."""
    error = shell.run_cell(BROKEN).error_in_exec

    assert isinstance(error, ig.CompileError)
    before = traceback.format_tb(error.__traceback__)
    lines(error)
    assert traceback.format_tb(error.__traceback__) == before
    assert any("igniter_nb" in line for line in before)


def failed() -> ig.CompileError:
    """Return an error that was raised and caught."""
    with pytest.raises(ig.CompileError) as caught:
        ig.ContractBuilder("Empty").output("total", source="nothing").build()
    return caught.value


def test_without_a_shell_the_form_is_pythons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside IPython an error writes itself as Python does, without our frames too."""
    said = failed()._render_traceback_()

    assert said[0].startswith("Traceback")
    assert "test_tracebacks" in "".join(said)
    assert "compiler" not in "".join(said)

    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert failed()._render_traceback_()[0] == said[0]


def test_only_our_frames() -> None:
    """A traceback that is ours from end to end is left whole; of none there is none."""
    trace = failed().__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next

    assert without_ours(trace) is trace
    assert without_ours(None) is None


def test_errors_in_a_circle() -> None:
    """Errors that name one another as their cause are written, not followed for ever."""
    first, second = failed(), failed()
    first.__cause__, second.__cause__ = second, first

    assert lines(first)


INTERRUPTED = FAILING.replace("return 100 / people", "raise KeyboardInterrupt")


def test_an_interrupt_is_told_without_our_frames(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """Kernel → Interrupt shows the step that was running and who asked, and nothing between."""
    said = shown(shell, capsys, INTERRUPTED)

    assert "KeyboardInterrupt" in said
    assert "raise KeyboardInterrupt" in said
    assert "Share(people=0).result.part" in said
    assert "File " not in said
