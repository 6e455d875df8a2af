"""Completion behind an instance: outputs of its result, keys, inputs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

import igniter_nb as ig
from igniter_nb.contract import Result
from igniter_nb.notebook.graphs.completion import offer, withdraw

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Price(ig.Contract):
    amount = ig.input(float)
    rate = ig.input(float, default=0.2)

    @ig.compute
    def net(amount):
        raise AssertionError

    @ig.output
    def total(net, rate):
        return net * rate

    taxed = ig.output("net")


OWN = [name for name in vars(Result) if not name.startswith("_")]


@pytest.fixture(params=[False, True], ids=["alone", "jedi"])
def notebook(shell: InteractiveShell, request: pytest.FixtureRequest) -> InteractiveShell:
    """Give a shell with an instance, with jedi and without."""
    shell.Completer.use_jedi = request.param
    shell.user_ns |= {"price": Price(amount=1.0), "rows": {"result": 1}}
    return shell


def completed(shell: InteractiveShell, cell: str) -> list[str]:
    """Return how the last word of a cell can go on, in order."""
    with provisionalcompleter():
        found = shell.Completer.completions(cell, len(cell))
        return sorted({each.text.lstrip(".") for each in found})


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("price.result.", sorted([*OWN, "total", "taxed"])),
        ("price.result.ta", ["taxed"]),
        ("x = 2 * price.result.tot", ["total"]),
        ('price.result["', ["taxed", "total"]),
        ("price.result['to", ["total"]),
        ('price.inputs["', ["amount", "rate"]),
        ("print(price.result.to", ["to_dict", "to_frame", "total"]),
        ("price.am", ["amount"]),
    ],
)
def test_what_a_contract_declares_is_offered(
    cell: str, expected: list[str], notebook: InteractiveShell
) -> None:
    """Outputs, keys and inputs, whether IPython asks jedi or not; no node runs for it."""
    assert completed(notebook, cell) == expected
    assert notebook.user_ns["price"].pending


@pytest.mark.parametrize("cell", ["rows.result.", "nobody.result.", "a.price.result.", "rows['re"])
def test_other_things_are_left_alone(cell: str, notebook: InteractiveShell) -> None:
    """What is no instance is completed as ever."""
    assert not {"total", "taxed"} & {*completed(notebook, cell)}


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """Give a shell in which nobody loaded anything of ours."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    try:
        yield InteractiveShell.instance()
    finally:
        InteractiveShell.clear_instance()


def test_showing_a_contract_is_enough(bare: InteractiveShell) -> None:
    """Without the extension it is offered once a contract was shown; unloading takes it away."""
    bare.user_ns["price"] = Price(amount=1.0)
    before = completed(bare, "price.result.ta")

    bare.display_formatter.format(bare.user_ns["price"])
    bare.display_formatter.format(bare.user_ns["price"])
    during = completed(bare, "price.result.ta")
    bare.run_line_magic("load_ext", "igniter_nb")
    matchers = len(bare.Completer.custom_matchers)
    bare.run_line_magic("unload_ext", "igniter_nb")

    assert (before, during) == ([], ["taxed"])
    assert (matchers, len(bare.Completer.custom_matchers)) == (2, 0)
    withdraw(bare)
    offer(SimpleNamespace(Completer=None))
