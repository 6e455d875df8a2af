"""Completing a line of ``%igniter cluster``."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import pytest
from IPython.core.completer import provisionalcompleter

from igniter_nb.consensus import Cluster
from igniter_nb.notebook.clusters.magic.commands import CONSISTENCIES
from igniter_nb.notebook.clusters.magic.start import START_OPTIONS
from igniter_nb.notebook.clusters.magic.table import COMMANDS
from tests.notebook.clusters.lines import Lock, typing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from IPython.core.interactiveshell import InteractiveShell


@pytest.fixture
def notebook(shell: InteractiveShell) -> Iterator[InteractiveShell]:
    """Give a shell whose notebook has two clusters and some variables."""
    with (
        typing(shell),
        Cluster.start(["a", "b", "c"]) as cluster,
        Cluster.start(["x", "y"], state_machine=Lock) as other,
    ):
        shell.user_ns |= {"cluster": cluster, "other": other, "_7": other, "rate": 0.5}
        yield shell


def completed(shell: InteractiveShell, rest: str) -> list[str]:
    """Return how the last word of a line can go on; empty if it stays as it is."""
    cell = f"%igniter cluster {rest}"
    with provisionalcompleter():
        found = [*shell.Completer.completions(cell, len(cell))]
    words = [cell[: each.start].rpartition(" ")[2] + each.text for each in found]
    return [] if words == [cell.rpartition(" ")[2]] else words


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("", sorted(COMMANDS)),
        ("sta", ["start", "status"]),
        ("kill ", ["a", "all", "b", "c", "cluster", "leader", "other"]),
        ("kill b ", ["a", "all", "c", "leader"]),
        ("kill a,", ["a,all", "a,b", "a,c", "a,leader"]),
        ("kill other ", ["all", "leader", "x", "y"]),
        ("kill other x ", ["all", "leader", "y"]),
        ("partition a b | ", ["c", "leader"]),
        ("partition a b|", ["b|c", "b|leader"]),
        ("partition other x,", ["x,leader", "x,y"]),
        ("transfer other ", ["leader", "x", "y"]),
        ("status ", ["cluster", "other"]),
        ("pause o", ["other"]),
        ("start ", sorted(["as", *(f"{each}=" for each in START_OPTIONS)])),
        ("start 3 seed=1 s", ["snapshot_every=", "state_machine=", "storage="]),
        ("start 3 timing=", ["timing=classic", "timing=cluster", "timing=fast"]),
        ("start 3 timing=f", ["timing=fast"]),
        ("start 3 trace=", ["trace=False", "trace=True"]),
        ("start 3 latency=ra", ["latency=rate"]),
        ("start 3 latency=$ra", ["latency=$rate"]),
        ("start 3 as ", ["cluster", "other"]),
        ("read other ", ["consistency=", "default=", "node="]),
        ("read x node=", ["node=a", "node=b", "node=c", "node=leader"]),
        ("read other k node=", ["node=leader", "node=x", "node=y"]),
        ("read x consistency=", [f"consistency={each}" for each in CONSISTENCIES]),
        ("read x default=ra", ["default=rate"]),
        ("write other ", ["type=acquire", "type=release"]),
        ("write other type=", ["type=acquire", "type=release"]),
        ("write other type=acquire owner=ra", ["owner=rate"]),
        ("write k=$ra", ["k=$rate"]),
    ],
)
def test_what_may_follow(rest: str, expected: list[str], notebook: InteractiveShell) -> None:
    """Commands, clusters, nodes, options and their values are offered, and nothing else."""
    found = completed(notebook, rest)

    shadowed = {f"timing={each}" for each in notebook.user_ns}
    wanted = {*expected}
    assert {each for each in found if each in wanted or each not in shadowed} == wanted


@pytest.mark.parametrize(
    "rest",
    [
        "zzz ",
        "help ",
        "transfer a ",
        "start 3 as other ",
        "kill other c",
        "kill x=",
        "zzz a=",
        "=a",
    ],
)
def test_nothing_may_follow(rest: str, notebook: InteractiveShell) -> None:
    """Where nothing can follow, a line stays as it is."""
    assert completed(notebook, rest) == []


def test_nobody_is_meant(shell: InteractiveShell) -> None:
    """Where no cluster is there, or none is meant, no nodes are offered."""
    assert completed(shell, "kill ") == []
    assert completed(shell, "read x node=") == []
    with Cluster.start(1) as one, Cluster.start(1) as two:
        shell.user_ns |= {"one": one, "two": two}
        assert completed(shell, "kill ") == ["one", "two"]
        assert completed(shell, "kill one ") == ["all", "leader", "n1"]


def test_of_a_cluster_that_is_stopped(notebook: InteractiveShell) -> None:
    """The nodes of a cluster that is stopped are still named."""
    notebook.user_ns["other"].stop()

    assert completed(notebook, "kill other ") == ["all", "leader", "x", "y"]


def test_of_a_cluster_that_is_busy(notebook: InteractiveShell) -> None:
    """A cluster that does not answer is not waited for; it has no nodes for that time."""
    go_on = Event()
    waiting = notebook.user_ns["other"]._driver.loop.submit(go_on.wait)

    assert completed(notebook, "kill other ") == ["all", "leader"]

    go_on.set()
    assert waiting.result(60.0)


def test_of_a_node_that_was_removed(notebook: InteractiveShell) -> None:
    """A node that was removed is not offered."""
    notebook.user_ns["cluster"].remove_node("b", 60.0)

    assert completed(notebook, "isolate cluster ") == ["a", "all", "c", "leader"]


def test_nothing_of_the_readers_is_run(notebook: InteractiveShell) -> None:
    """A variable that lies about its class, and a cluster that does odd things, are only named."""

    class Hostile:
        @property
        def __class__(self):
            raise RuntimeError("a class that lies about itself")

    class Odd(Cluster):
        @property
        def nodes(self):
            raise RuntimeError("code of the reader's own")

        status = leader = nodes

    with Odd.start(["o"]) as odd:
        notebook.user_ns |= {"hostile": Hostile(), "odd": odd}
        assert completed(notebook, "kill odd ") == ["all", "leader", "o"]
        assert completed(notebook, "kill host") == []
