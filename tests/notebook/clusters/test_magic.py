"""``%igniter cluster``: every command, and what is said where it cannot be done."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import TYPE_CHECKING, get_args

import pytest

from igniter_nb.consensus import Cluster
from igniter_nb.consensus.cluster.cluster import Consistency
from igniter_nb.consensus.status.events import ClusterEvents
from igniter_nb.consensus.status.status import ClusterStatus
from igniter_nb.notebook.clusters.magic.commands import CONSISTENCIES
from igniter_nb.notebook.clusters.magic.start import START_OPTIONS
from igniter_nb.notebook.clusters.magic.table import COMMANDS
from tests.notebook.clusters.lines import QUICK, Lock, refused, typing

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


# --- what is done to a cluster --------------------------------------------------------------------


def test_status(typed: Typed, three: Cluster) -> None:
    """`status` returns the status of every node."""
    seen = typed("status")

    assert isinstance(seen, ClusterStatus)
    assert len(seen) == 3


def test_kill_and_restart(typed: Typed, three: Cluster) -> None:
    """`kill` and `restart` take nodes, the leader or all, and return the status after it."""
    assert [row.alive for row in typed("kill n1,n2 n1")] == [False, False, True]
    assert [row.alive for row in typed("restart n2")] == [False, True, True]
    led = three.wait_for_leader(60.0).node_id
    assert not typed("kill leader")[led].alive
    assert [row.alive for row in typed("kill all")] == [False, False, False]
    assert [row.alive for row in typed("restart all")] == [True, True, True]


def test_the_leader_is_waited_for(typed: Typed) -> None:
    """`leader` is whoever leads next, where nobody does yet."""
    cluster = typed(f"start 3 {QUICK}")

    assert sum(row.alive for row in typed("kill leader")) == 2
    assert cluster.alive_count == 2


def test_no_leader_can_be_waited_for(typed: Typed) -> None:
    """Where time stands still and nobody leads, that is said at once."""
    typed("start 3 timing=classic").pause()

    assert refused(typed, "kill leader") == (
        "nobody leads, and the cluster's time stands still; %igniter cluster resume first"
    )


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("n1 n2 | n3", [["n1", "n2"], ["n3"]]),
        ("n1,n2|n3", [["n1", "n2"], ["n3"]]),
        ("n1, n2 n3", [["n1", "n2"], ["n3"]]),
        ("n1 | n2", [["n1"], ["n2"]]),
        ("n1 | n2 | n3", [["n1"], ["n2"], ["n3"]]),
        ("n1 n3", [["n1", "n3"], ["n2"]]),
        ("n1,n3", [["n1", "n3"], ["n2"]]),
        ("n2 |", [["n1", "n3"], ["n2"]]),
        ("cluster n2", [["n1", "n3"], ["n2"]]),
    ],
)
def test_partition(line: str, parts: list[list[str]], typed: Typed, three: Cluster) -> None:
    """Groups stand between bars, or have commas in them; one alone is cut off from the rest."""
    seen = typed(f"partition {line}")

    cut = {
        (one, other)
        for mine in parts
        for others in parts
        for one in mine
        for other in others
        if mine is not others
    }
    assert {*seen.blocked} == cut
    assert typed("heal").blocked == ()


def test_isolate(typed: Typed, three: Cluster) -> None:
    """`isolate leader` cuts the leader off."""
    led = three.wait_for_leader(60.0).node_id

    assert f"{led} is cut off" in typed("isolate leader").headline


def test_write_and_read(
    typed: Typed, three: Cluster, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """`write` writes keys and returns the status; `read` returns what a key holds, or all."""
    shell.user_ns |= {"x": 7, "rate": 0.5}

    assert isinstance(typed("write x=1"), ClusterStatus)
    typed("""write y=[1, 2] "my key"=rate z='a b'""")

    assert typed("read x") == typed("read cluster x consistency=linearizable") == 1
    assert typed('read "my key"') == 0.5
    assert typed("read x consistency=stale node=leader") == 1
    assert typed("read") == {"x": 1, "y": [1, 2], "my key": 0.5, "z": "a b"}
    capsys.readouterr()
    assert typed("read none default=rate") == 0.5
    assert typed("read none") is None
    assert capsys.readouterr().out == "There is no key 'none', so this is None.\n"


def test_write_a_command(typed: Typed, shell: InteractiveShell) -> None:
    """To a state machine of one's own, `write` hands in one command by its fields."""
    shell.user_ns["Lock"] = Lock
    typed(f"start 1 state_machine=Lock {QUICK}")

    typed("write type=acquire owner=ann")

    assert typed("read") == {"owner": "ann"}
    assert "release" in refused(typed, "write type=relase")
    assert refused(typed, "write") == (
        "write expects a command: type=acquire …; types: acquire, release"
    )


def test_members(typed: Typed, three: Cluster) -> None:
    """`add`, `transfer` and `remove` change who is a member and who leads."""
    assert typed("add n4")["n4"].alive
    assert typed("transfer n4").leader == "n4"
    seen = typed("remove n1 leader")

    assert [row.node_id for row in seen if row.role == "removed"] == ["n1", "n4"]
    assert "nothing is left" in refused(typed, "partition n2 n3")
    assert refused(typed, "kill n4") == "there is no node 'n4'; known: n2, n3, leader"
    assert refused(typed, "add n4") == "'n4' was removed; expected a name that was never used"


def test_time(typed: Typed, three: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    """`pause`, `resume`, `speed` and `step` rule the cluster's time, and say so."""
    capsys.readouterr()
    seen = typed("pause")
    assert three.paused
    assert typed("speed 0.1").rows == seen.rows
    assert typed("speed") == three.speed == 0.1
    typed("resume")
    assert not three.paused
    assert typed("step").title.endswith("steps of a cluster")
    assert three.paused

    assert capsys.readouterr().out.splitlines() == [
        f"Its time stands still at {seen.seconds:.3f} s; %igniter cluster resume lets it go on.",
        "Its time goes at speed 0.1; it is paused.",
        "Its time goes on, at speed 0.1.",
    ]
    typed("speed 2")
    typed("resume")
    typed("speed 1")
    assert capsys.readouterr().out.splitlines()[-1] == "Its time goes at speed 1."


def test_what_happened(typed: Typed, three: Cluster) -> None:
    """`events` and `trace` return what happened, or the latest of it."""
    three.pause()

    for command, whole in (("events", three.events), ("trace", three.trace())):
        assert isinstance(typed(command), ClusterEvents)
        assert typed(command).rows == whole.rows
        assert typed(f"{command} 1").rows == whole.rows[-1:]


def test_stop(typed: Typed, three: Cluster) -> None:
    """`stop` ends the cluster; it can be looked at then, and nothing else."""
    assert typed("stop").stopped
    assert typed("stop").stopped
    assert len(typed("status")) == 3
    assert len(typed("events")) > 0
    assert refused(typed, "kill n1") == "the cluster is stopped; start another one"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("strat", "there is no cluster command 'strat'; did you mean 'start'? known: start, stat"),
        ("zzz", "there is no cluster command 'zzz'; known: start, status, kill, restart,"),
        ("status n1", "status expects nothing but the name of a cluster, got 'n1'"),
        ("heal n1 n2", "heal expects nothing but the name of a cluster, got 'n1 n2'"),
        ("pause 3", "pause expects nothing but the name of a cluster, got '3'"),
        ("kill", "kill expects nodes: %igniter cluster kill NODE …; known: n1, n2, n3, leader"),
        (
            "kill n9 m x",
            "there is no node 'n9'; there is no node 'm'; there is no node 'x'; known: n1,",
        ),
        ("kill n11", "there is no node 'n11'; did you mean 'n1'? known: n1, n2, n3, leader"),
        ("kill zz", "there is no node 'zz'; known: n1, n2, n3, leader"),
        ("partition", "partition expects nodes: %igniter cluster partition NODE NODE | NODE …"),
        ("partition |", "partition expects nodes: "),
        ("partition zz | n1 yy", "there is no node 'zz'; there is no node 'yy'; known: n1, n2,"),
        ("partition n1 | n1 n2", "'n1' is in two groups"),
        ("partition n1 n2 n3", "partition: nothing is left to part them from: %igniter cluster"),
        ("partition all", "partition expects groups, and all leaves none: %igniter cluster part"),
        ("write", "write expects KEY=VALUE, for example x=1"),
        ("write x y = 1", "expected KEY=VALUE, got 'x': no blanks around =, text with blanks in"),
        ("write x=1 x=2", "'x' is given twice"),
        ("write x=$none y=$no", "there is no variable 'none'; write the text $none in quotes; t"),
        ("write x=(1,2)", "a command is plain data"),
        ("read x y", "read expects one key, got x y"),
        ("read default=1", "default goes with a key, and none is named"),
        ("read x y consistncy=1", "read has no option 'consistncy'; did you mean 'consistency'?"),
        ("read x consistency=old node=n9", "consistency: expected linearizable, lease, stale, c"),
        ("read x node=all", "node: expected one node, came 'all'"),
        ("read x default=$none", "there is no variable 'none'"),
        ("read x consistency=lease", "reads by lease are off"),
        ("add", "add expects one name for a new node: %igniter cluster add NODE"),
        ("add a b", "add expects one name for a new node: %igniter cluster add NODE, got a, b"),
        ("add a/b", "a node cannot be named 'a/b': expected letters, digits, '-', '_' or '.'"),
        ("add leader", "a node cannot be named 'leader'"),
        ("remove zz", "there is no node 'zz'"),
        ("transfer n1 n2", "transfer expects one node, got n1, n2"),
        ("speed 0", "speed: expected more than 0 and at most 100, came 0"),
        ("speed fast", "speed: expected more than 0 and at most 100, came 'fast'"),
        ("speed 1 2", "speed expects one number, got '1 2'"),
        ("events 0", "events expects how many of the latest are wanted, 1 or more, got '0'"),
        ("trace many", "trace expects how many of the latest are wanted, 1 or more, got 'many'"),
        ("events 1 2", "events expects how many of the latest are wanted, 1 or more, got '1 2'"),
    ],
)
def test_what_is_not_understood(line: str, said: str, typed: Typed, three: Cluster) -> None:
    """A line that cannot be done is answered with what was expected; nothing is changed."""
    before = three.status()

    answer = refused(typed, line)

    assert answer.startswith(said)
    after = three.status()
    assert [row[:3] for row in after] == [row[:3] for row in before]
    assert after.blocked == before.blocked


def test_all_problems_at_once(typed: Typed, three: Cluster) -> None:
    """An answer names everything that is wrong, each thing once."""
    assert refused(typed, "partition x x | y") == (
        "there is no node 'x'; there is no node 'y'; known: n1, n2, n3, leader"
    )
    assert refused(typed, "read x y consistency=old zz") == (
        "read expects one key, got x y zz; "
        "consistency: expected linearizable, lease, stale, came 'old'"
    )


def test_an_error_of_the_cluster_is_one_line(
    typed: Typed, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a cluster refuses is answered without a traceback."""
    typed("start 3 timing=fast timeout=0.01")
    typed("kill n1 n2")
    capsys.readouterr()

    shell.run_cell("%igniter cluster write x=1")

    printed = capsys.readouterr()
    assert printed.err.startswith("UsageError: ")
    assert printed.err.count("\n") == 1
    assert "Traceback" not in printed.out + printed.err


# --- help, and what holds for all of it -----------------------------------------------------------


def test_help(typed: Typed) -> None:
    """`cluster` alone and `cluster help` give the table of its commands."""
    for line in ("", "help"):
        rows = typed(line).records()
        assert [str(row["command"]).split()[2] for row in rows] == [*COMMANDS]


def test_the_tables_are_those_of_the_cluster() -> None:
    """Options and kinds of reads that are offered are those that there are."""
    parameters = inspect.signature(Cluster.start).parameters.values()

    assert [each.name for each in parameters if each.kind is each.KEYWORD_ONLY] == [*START_OPTIONS]
    assert get_args(Consistency) == CONSISTENCIES


def test_a_notebook_without_clusters_loads_none(tmp_path: Path) -> None:
    """The magic, its help and its completion load of clusters only the words of their faults."""
    code = """
import sys
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "igniter_nb")
shell.run_line_magic("igniter", "cluster help")
shell.run_cell("%igniter cluster kill n1")
with provisionalcompleter():
    for line in ("%igniter cluster ", "%igniter cluster kill ", "%igniter cluster start timing="):
        list(shell.Completer.completions(line, len(line)))
ours = ("igniter_nb.consensus", "igniter_nb.raft")
print(*(each for each in sys.modules if each.startswith(ours)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"IPYTHONDIR": str(tmp_path)},
        timeout=60,
    )

    faults = "igniter_nb.consensus.faults"
    assert [each for each in done.stdout.split() if not each.startswith(faults)] == [
        "igniter_nb.consensus"
    ]
