"""Arguments that are of no use to a cluster are refused in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from igniter_nb import ResolutionError
from igniter_nb.consensus import Cluster, ReadQuery, ShardedCluster, Timing
from igniter_nb.consensus.cluster.arguments import (
    folder_of,
    seed_of,
    shards_of,
    speed_of,
    timing_of,
)
from igniter_nb.consensus.contracts import FindLeader, SubmitCommand
from igniter_nb.errors import CommandError
from tests.consensus.live import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Give a cluster that is only asked for what it refuses."""
    with running(1) as made:
        yield made


def test_what_is_of_use_is_returned(tmp_path: Path) -> None:
    """Nothing stands for the usual; a folder need not be there yet."""
    assert timing_of(None) == Timing()
    assert timing_of(Timing.fast()) == Timing.fast()
    assert folder_of(None) is None
    assert folder_of(str(tmp_path / "new")) == tmp_path / "new"
    assert (seed_of(-3), speed_of(2), shards_of(1)) == (-3, 2.0, 1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"nodes": 3.0}, "nodes: expected how many, or their names, came 3.0"),
        ({"nodes": None}, "nodes: expected how many, or their names, came None"),
        ({"nodes": True}, "nodes: expected how many, or their names, came True"),
        (
            {"timing": "fast"},
            r"timing: expected a Timing, for example Timing.fast\(\), came 'fast'",
        ),
        ({"storage": 5}, "storage: expected the path of a folder, came 5"),
        ({"storage": ""}, "storage: expected the path of a folder, came ''; leave it out to keep"),
        ({"storage": " "}, "storage: expected the path of a folder, came ' '"),
        ({"seed": "x"}, "seed: expected an int, came 'x'"),
    ],
)
def test_a_start_with_wrong_arguments(options: dict[str, Any], words: str) -> None:
    """Each is named, with what was expected and what came."""
    with pytest.raises((TypeError, ValueError), match=words):
        Cluster.start(**options)


def test_a_folder_may_be_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a shell would make of ``~`` is made of it here, too."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    assert folder_of("~/logs") == tmp_path / "logs"


def test_a_name_that_no_folder_can_have_is_refused_where_there_are_folders(tmp_path: Path) -> None:
    """It is bytes that count; nothing is written, and what to do is said."""
    long, longest = "ä" * 126, "ä" * 125 + "n"
    words = "has 252 bytes, and 251 are possible; give the node a shorter name, or start the"

    with pytest.raises(ValueError, match=words):
        Cluster.start([long], storage=tmp_path / "logs")
    assert not (tmp_path / "logs").exists()
    with running(1, storage=tmp_path / "logs") as made, pytest.raises(ValueError, match=words):
        made.add_node(long)
    with running([longest], storage=tmp_path / "longest") as kept, running([long]) as fleeting:
        kept.write(key="a", value=1)
        fleeting.write(key="a", value=1)


@pytest.mark.parametrize("kind", [Cluster, ShardedCluster])
def test_a_file_is_no_storage(kind: Any, tmp_path: Path) -> None:
    """A file where a folder is expected is told to be one."""
    file = tmp_path / "log"
    file.write_text("", encoding="utf-8")

    with pytest.raises(NotADirectoryError, match=r"storage: expected a folder, and .* is a file"):
        kind.start(1, storage=file)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Cluster(5), r"Cluster.start\(5\)"),  # type: ignore[arg-type]
        (lambda: ShardedCluster(3), r"ShardedCluster.start\(3\)"),  # type: ignore[arg-type]
        (lambda: ShardedCluster.start("3"), "shards: expected at least 1"),  # type: ignore[arg-type]
        (lambda: ShardedCluster.start(True), "shards: expected at least 1"),
        (lambda: ShardedCluster.start(2, 1.5), "nodes: expected how many"),  # type: ignore[arg-type]
    ],
)
def test_a_class_that_is_used_wrongly(call: Callable[[], object], words: str) -> None:
    """The error says how a cluster is started."""
    with pytest.raises((TypeError, ValueError), match=words):
        call()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda c: c.write("a", 1), r"write\(key=…, value=…\); came 'a', 1"),
        (lambda c: c.write("a"), r"write\(key=…, value=…\); came 'a'"),
        (lambda c: c.submit({"key": "a"}, 1), r"write\(key=…, value=…\)"),
        (lambda c: c.write_many({"key": "a", "value": 1}), r"expected commands, a list of dicts"),
        (lambda c: c.write_many(5), r"expected commands, a list of dicts .*came 5"),
        (
            lambda c: c.write_many([{"key": "a", "value": 1}, {"key": "b", "value": {1}}]),
            r"commands\[1\]: a command is plain data.*value",
        ),
        (
            lambda c: c.write_many([{"key": "a", "value": 1}, {"key": "a"}]),
            r"commands\[1\]: expected one of value and op",
        ),
    ],
)
def test_commands_that_are_none(cluster: Cluster, call: Any, words: str) -> None:
    """The error says how a command is written, or which one is wrong."""
    with pytest.raises(CommandError, match=words):
        call(cluster)


@pytest.mark.parametrize("speed", ["fast", None, [1]])
def test_a_speed_that_is_no_number(cluster: Cluster, speed: Any) -> None:
    """A speed is a number, whatever else comes is shown."""
    with pytest.raises(ValueError, match="speed: expected more than 0 and at most 100, came"):
        cluster.speed = speed


@pytest.mark.parametrize("name", ["sped", "timing", "leader"])
def test_attributes_that_cannot_be_set(cluster: Cluster, name: str) -> None:
    """A misspelt attribute, or one that is only looked at, is refused and not kept."""
    with pytest.raises(AttributeError, match=name):
        setattr(cluster, name, 3)


def test_contracts_say_what_is_no_cluster() -> None:
    """Executors and the read contract name what was given in place of a cluster."""
    for call in (FindLeader().call, lambda given: SubmitCommand().call(given, {})):
        for given in (5, Cluster):
            with pytest.raises(TypeError, match="cluster: expected a Cluster"):
                call(given)  # type: ignore[operator]

    with pytest.raises(ResolutionError, match=r"cluster: expected a Cluster .*came 5"):
        ReadQuery(cluster=5, key="a").resolve_all()
