"""``%igniter cluster start``, which variable holds what it starts, and which one a line means."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import pytest

from igniter_nb.consensus import Cluster, Timing
from igniter_nb.consensus.cluster import lifetime
from igniter_nb.notebook.clusters.magic.variables import is_cluster
from tests.notebook.clusters.lines import QUICK, Lock, halted, refused, typing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell

    from tests.notebook.clusters.lines import Typed


@pytest.fixture
def typed(shell: InteractiveShell) -> Iterator[Typed]:
    """Give a way to type a line of ``%igniter cluster``."""
    with typing(shell) as typed:
        yield typed


@pytest.fixture
def three(typed: Typed) -> Cluster:
    """Give a cluster of three nodes in the variable ``cluster``, of which one leads."""
    cluster: Cluster = typed(f"start 3 {QUICK}")
    cluster.wait_for_leader(60.0)
    return cluster


# --- start ----------------------------------------------------------------------------------------


def test_start_keeps_the_cluster(
    typed: Typed, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """What `start` returns is also in the variable `cluster`, and that is said."""
    made = typed("start")

    assert shell.user_ns["cluster"] is made
    assert [node.node_id for node in made.nodes] == ["n1", "n2", "n3", "n4", "n5"]
    assert capsys.readouterr().out == "The cluster is in the variable cluster.\n"


def test_start_is_assigned(
    typed: Typed, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cluster that is assigned is in that variable alone, and nothing need be said."""
    shell.run_cell("mine = %igniter cluster start 2")

    assert len(shell.user_ns["mine"].nodes) == 2
    assert "cluster" not in shell.user_ns
    assert capsys.readouterr().out == ""


def test_start_in_a_cell(typed: Typed, shell: InteractiveShell) -> None:
    """A cluster that a cell does not assign can be used in the cell's next line."""
    ran = shell.run_cell("if True:\n    %igniter cluster start 2\nsize = len(cluster.nodes)")

    assert ran.success
    assert shell.user_ns["size"] == 2


def test_start_as(
    typed: Typed, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """`as NAME` gives the variable another name."""
    assert typed("start 1 as other") is shell.user_ns["other"]
    assert "cluster" not in shell.user_ns
    assert capsys.readouterr().out == "The cluster is in the variable other.\n"


def test_start_with_options(typed: Typed, shell: InteractiveShell) -> None:
    """Nodes have names or are counted, and options are those of `Cluster.start`."""
    shell.user_ns |= {"count": 2, "Lock": Lock, "slow": Timing.classic()}

    one = typed("start a b,c latency=0.5 timing=classic seed=3 trace=True as one")
    two = typed("start $count state_machine=Lock timing=slow as two")

    assert [node.node_id for node in one.nodes] == ["a", "b", "c"]
    assert one.timing == two.timing == Timing.classic()
    assert (one._driver.world.seed, one._driver.world.details) == (3, True)
    assert one._driver.world.options.link.latency_us_min == 500_000
    assert (len(two.nodes), two._driver.world.machine) == (2, Lock)


def test_start_again_stops_the_old_one(
    typed: Typed, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cluster that a line started is stopped when another one takes its variable."""
    old = typed("start 1")
    capsys.readouterr()

    new = typed("start 1")

    assert halted(old)
    assert not halted(new)
    assert shell.user_ns["cluster"] is new
    assert capsys.readouterr().out == (
        "The cluster is in the variable cluster; the one that it held is stopped.\n"
    )


def test_start_again_spares_what_others_hold(typed: Typed, shell: InteractiveShell) -> None:
    """A cluster that another variable holds too, or that a program started, goes on."""
    kept = shell.user_ns["kept"] = typed("start 1")
    own = Cluster.start(1)
    shell.user_ns["cluster"] = own
    new = typed("start 1")
    shell.user_ns["cluster"] = kept
    typed("start 1")

    assert [halted(each) for each in (kept, own, new)] == [False, False, False]
    for each in (own, new):
        each.stop()


def test_a_start_that_fails_stops_nothing(typed: Typed, shell: InteractiveShell) -> None:
    """Where a cluster cannot be started, the one that is there goes on."""
    old = typed("start 1")

    refused(typed, "start 1 latency=-1")

    assert shell.user_ns["cluster"] is old
    assert not halted(old)


@pytest.mark.parametrize("line", ["%igniter {}", "cluster = %igniter {}"])
def test_start_again_in_the_same_folder(
    line: str, typed: Typed, shell: InteractiveShell, tmp_path: Path
) -> None:
    """The old cluster lets its folder go before the new one of the same variable opens it."""
    cell = line.format(f"cluster start 1 {QUICK} storage={str(tmp_path / 'kept')!r}")
    shell.run_cell(cell).raise_error()
    old = shell.user_ns["cluster"].write(key="x", value=1)

    shell.run_cell(cell).raise_error()

    assert halted(old)
    assert typed("read x") == 1


def test_a_cell_that_runs_again(
    typed: Typed, shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cell that runs again stops what its lines started, wherever that is held."""

    class Cells:
        now = ("a", 1)

        def cell(self):
            return self.now

    cells = Cells()
    monkeypatch.setattr(lifetime, "display", lambda: cells)
    shell.run_cell("one = %igniter cluster start 1\n%igniter cluster start 1 as two")
    old = [shell.user_ns["one"], shell.user_ns["two"]]
    shell.user_ns["held"] = [*old]
    cells.now = ("a", 2)

    shell.run_cell("one = %igniter cluster start 1")

    assert [halted(each) for each in old] == [True, True]
    assert not halted(shell.user_ns["one"])


def test_nothing_else_holds_a_cluster(typed: Typed, shell: InteractiveShell) -> None:
    """A cluster whose variable is deleted is gone, and a line says that there is none."""
    shell.run_cell("mine = %igniter cluster start 1\n%igniter cluster kill n1\nNone")
    gone = weakref.ref(shell.user_ns["mine"])

    del shell.user_ns["mine"]
    gc.collect()

    assert gone() is None
    assert refused(typed, "status").startswith("there is no cluster here yet; start one: %ign")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("start 0", "expected at least one node"),
        ("start 5 n6", "expected how many nodes, or their names, got '5 n6': start 5, or start a"),
        ("start a a", "'a' is named 2 times"),
        ("start $none", "there is no variable 'none'"),
        ("start 3 latncy=1", "start has no option 'latncy'; did you mean 'latency'? options: sta"),
        ("start 3 zzz=1 yyy=2", "start has no option 'zzz'; start has no option 'yyy'; options: "),
        (
            "start 3 latency = 1",
            "expected option=value, got 'latency': no blanks around =; expected",
        ),
        ("start 3 seed=1 seed=2", "option 'seed' is given twice"),
        ("start 3 seed=$none", "there is no variable 'none'"),
        ("start 3 seed=x", "seed: expected an int, came 'x'"),
        ("start 3 latency=-1", "latency: expected seconds, 0 or more, came -1"),
        ("start 3 trace=true", "trace: expected True or False, came 'true'"),
        ("start 3 timing=slow", "timing: expected classic or fast, or a variable that holds a T"),
        ("start 3 timing=7", "timing: expected a Timing, for example Timing.fast(), came 7"),
        ("start 3 state_machine=int", "expected a subclass of StateMachine or None, came 'int'"),
        ("start 3 as", "expected one name of a variable behind as, got ''"),
        ("start 3 as 4", "expected one name of a variable behind as, got '4'"),
        ("start 3 as class", "expected one name of a variable behind as, got 'class'"),
        ("start 3 as _c", "expected one name of a variable behind as, got '_c'"),
        ("start 3 as a b", "expected one name of a variable behind as, got 'a b'"),
        ("start 3 as number", "as number: number is no cluster but 17; take another name"),
        ("start x y y seed=a trace=1 as 4", "trace: expected True or False, came 1; expected one"),
    ],
)
def test_a_start_that_is_not_understood(
    line: str, said: str, typed: Typed, shell: InteractiveShell
) -> None:
    """A start that cannot be done is answered in one line, and no variable holds anything new."""
    shell.user_ns["number"] = 17
    before = {*shell.user_ns}

    answer = refused(typed, line)

    assert said in answer
    assert "\n" not in answer
    assert {*shell.user_ns} == before


def test_the_usual_variable_is_taken(typed: Typed, shell: InteractiveShell) -> None:
    """A value that is no cluster is not replaced; a start that goes elsewhere does not mind."""
    shell.user_ns["cluster"] = 17

    assert refused(typed, "start 1") == (
        "cluster is taken by another value; name a variable: as NAME"
    )
    shell.run_cell("mine = %igniter cluster start 1")
    assert is_cluster(shell.user_ns["mine"])
    assert shell.user_ns["cluster"] == 17


# --- which cluster --------------------------------------------------------------------------------


def test_which_cluster_is_meant(typed: Typed, shell: InteractiveShell) -> None:
    """The named one; else the only one, else the variable `cluster`, else the one started last."""
    assert refused(typed, "kill n1") == (
        "there is no cluster here yet; start one: %igniter cluster start 5"
    )
    one = shell.user_ns["same"] = typed("start 1 as one")
    assert len(typed("status")) == 1
    typed("start 2 as two")
    assert len(typed("status")) == 2
    assert len(typed("status one")) == 1
    typed("start 3")
    typed("start 4 as four")
    assert len(typed("status")) == 3
    assert len(typed("status four")) == 4
    assert not typed("kill one n1")["n1"].alive
    assert one.alive_count == 0


def test_several_could_be_meant(typed: Typed, shell: InteractiveShell) -> None:
    """Where no cluster is meant more than another, the answer names them all."""
    shell.user_ns |= {"one": Cluster.start(1), "two": Cluster.start(1)}

    assert refused(typed, "kill n1") == (
        "which cluster is meant? Write its name behind kill: one, two"
    )


def test_the_others_are_named(typed: Typed) -> None:
    """Where a word may have been meant for one of several clusters, the answer names them."""
    typed("start 1")
    typed("start 1 as other")

    for line in ("kill othr", "write othr x=1", "status othr"):
        assert "; clusters: cluster, other" in refused(typed, line)
    typed("stop")
    assert refused(typed, "kill n1") == (
        "the cluster is stopped; start another one; clusters: cluster, other"
    )


def test_a_cluster_may_be_called_as_a_key(typed: Typed, three: Cluster) -> None:
    """A key of the same name as a cluster's variable stands in quotes."""
    typed("write cluster=1")

    assert typed('read "cluster"') == 1
    assert typed("read cluster") == {"cluster": 1}
