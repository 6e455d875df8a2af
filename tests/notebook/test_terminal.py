"""What a terminal prints of contracts, where there are no pictures."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import igniter_nb as ig
from igniter_nb.contract import Contract

if TYPE_CHECKING:
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell

TYPED = """\
import igniter_nb as ig
class Price(ig.Contract):
    amount = ig.input(float)
    @ig.output
    def total(amount):
        return 1.2 * amount

Price
[Price]
price = Price(amount=10.0)
price
price.result.total
price.result
print(Price)
"""

GRAPH = """\
contract Price
  input amount [type=float]
  compute total <- amount [call=Price.total]
outputs
  total = total
"""


def test_a_terminal_prints_graphs_and_tables(tmp_path: Path) -> None:
    """Typed into IPython, a class is its graph as text, an instance and a result their tables."""
    options = ["--simple-prompt", "--no-banner", "--no-confirm-exit", "--colors=nocolor"]
    shell = [sys.executable, "-m", "IPython", *options, "--HistoryManager.enabled=False"]
    run = subprocess.run(
        [*shell, f"--ipython-dir={tmp_path}"],
        input=TYPED,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    said = run.stdout

    assert f"Out[3]: \n{GRAPH}" in said
    assert "Out[4]: [<contract Price>]" in said
    assert "Out[6]: \n<Price#1(amount=10.0): pending>\n\nPrice#1: result\n1 pending\n" in said
    assert "Out[7]: 12.0" in said
    assert "Out[8]: \nPrice#1: result\n1 succeeded\n" in said
    assert "]: <contract Price>\n" in said.rpartition("Out[8]")[2]


def test_a_class_is_its_graph_also_as_text(shell: InteractiveShell) -> None:
    """The text of a class is what a log and a diff of a notebook see; without a graph its name."""

    class Price(ig.Contract):
        amount = ig.input(float)
        total = ig.output(lambda amount: amount)

    class Blank(ig.Contract):
        """Declares nothing."""

    def text(shown: object) -> str:
        return shell.display_formatter.format(shown)[0]["text/plain"]

    assert text(Price) == Price.compiled_graph.to_text()
    assert text({"of": Price}) == "{'of': <contract Price>}"
    assert text(Blank) == "<contract Blank>"
    assert text(Contract) == "<contract Contract>"


def test_a_long_graph_has_an_end(shell: InteractiveShell) -> None:
    """Thousands of nodes are not printed line by line."""
    builder = ig.ContractBuilder("Long")
    builder.input("n0", int)
    for number in range(1, 400):
        builder.compute(f"n{number}", abs, depends_on=[f"n{number - 1}"])
    builder.output("n399")

    said = shell.display_formatter.format(builder.build())[0]["text/plain"]

    assert said.count("\n") == 300
    assert said.endswith("… and 103 more lines")
