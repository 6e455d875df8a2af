from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from igniter_nb.consensus import ShardedCluster, StateMachine, apply
from igniter_nb.errors import CommandError, ConsensusError, LogCorruptedError, NoLeaderError
from tests.consensus.live import FAST, LONG, Counter

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
KEYS = [f"key {number}" for number in range(60)]


def start(shards: int = 3, nodes: Any = 3, **options: Any) -> ShardedCluster:
    """Start shards and wait for all leaders."""
    made = ShardedCluster.start(shards, nodes, **{"timing": FAST, "timeout": LONG, **options})
    made.wait_for_leader(LONG)
    return made


@pytest.fixture
def sharded(request: pytest.FixtureRequest) -> Iterator[ShardedCluster]:
    """Give three shards of three nodes, each with a leader."""
    if "every_driver" in request.fixturenames:
        request.getfixturevalue("every_driver")
    with start(state_machine=Counter) as made:
        yield made


@pytest.mark.usefixtures("every_driver")
def test_keys_go_to_their_shards(sharded: ShardedCluster) -> None:
    """Each key is in one shard, each shard has some, and all are read back."""
    sharded.write_many({"key": key, "value": key.upper()} for key in KEYS)
    sharded.write(key="one", value=1).write({"key": "two", "value": 2})

    assert [sharded.read(key) for key in KEYS] == [key.upper() for key in KEYS]
    assert (sharded.read("one"), sharded.read("two"), sharded.read("no", 7)) == (1, 2, 7)
    states = [cluster.state_machine_snapshot() for cluster in sharded]
    assert all(len(state) > 5 for state in states)
    assert sum(len(state) for state in states) == len(KEYS) + 2
    for number, state in enumerate(states):
        assert {sharded.shard_for(key) for key in state} == {number}
        assert sharded.cluster_for(next(iter(state))) is sharded.clusters[number]


def test_where_a_key_goes_follows_from_its_text_alone() -> None:
    """Another process with another hash seed finds the same shards, odd text included."""
    keys = ["price", "größe", "", "\ud800", "🔑"]
    code = f"""
from igniter_nb.consensus import ShardedCluster
with ShardedCluster.start(7, 1) as made:
    print([made.shard_for(key) for key in {keys!a}])
"""
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=LONG,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert said == {"[3, 0, 0, 3, 0]\n"}


@pytest.mark.usefixtures("every_driver")
def test_commands_without_a_key_need_a_shard(sharded: ShardedCluster) -> None:
    """A command of the state machine says where it goes; by its key or by a number."""
    sharded.write(type="add", by=2, shard=1).write_many([{"type": "add", "by": 3}], shard=1)
    sharded.submit({"type": "add", "by": 4}, shard=2).result(LONG)

    counts = [cluster.read("count") for cluster in sharded]

    assert counts == [None, 5, 4]


@pytest.mark.usefixtures("every_driver")
@pytest.mark.parametrize(
    ("command", "shard", "words"),
    [
        ({"type": "add", "by": 1}, None, "a command without a key goes to no shard by itself"),
        ({"type": "add", "by": 1}, 3, "shard: expected 0 to 2, came 3"),
        ({"type": "add", "by": 1}, -1, "shard: expected 0 to 2, came -1"),
        ({"key": 7, "value": 1}, None, "key"),
        ({"key": "a", "value": {1}}, None, "a command is plain data"),
    ],
)
def test_commands_that_go_nowhere(
    sharded: ShardedCluster, command: dict[str, Any], shard: int | None, words: str
) -> None:
    """They are refused, and nothing of what came with them is written."""
    good = [{"key": key, "value": 1} for key in KEYS] if shard is None else []
    for write in (
        lambda: sharded.write(command, shard=shard),
        lambda: sharded.submit(command, shard=shard),
        lambda: sharded.write_many([*good, command], shard=shard),
    ):
        with pytest.raises(CommandError, match=words):
            write()

    assert [cluster.state_machine_snapshot() for cluster in sharded] == [{}, {}, {}]


@pytest.mark.usefixtures("every_driver")
def test_a_key_in_the_wrong_shard_is_refused(sharded: ShardedCluster) -> None:
    """A number that is not that of the key would hide the value from every read."""
    right = sharded.shard_for("a")
    wrong = (right + 1) % 3

    sharded.write(key="a", value=1, shard=right)
    with pytest.raises(CommandError, match=f"'a' belongs to shard {right}, came shard={wrong}"):
        sharded.write(key="a", value=2, shard=wrong)

    assert sharded.read("a") == 1


@pytest.mark.usefixtures("every_driver")
def test_one_of_many_that_is_refused(sharded: ShardedCluster) -> None:
    """The others are written, in all shards, and the first refusal is raised."""
    commands: list[dict[str, Any]] = [{"key": key, "value": 1} for key in KEYS]
    commands[7]["expected"] = "something"

    with pytest.raises(CommandError, match="'key 7' was to hold 'something'"):
        sharded.write_many(commands)

    assert sum(sharded.read(key, 0) for key in KEYS) == len(KEYS) - 1


@pytest.mark.usefixtures("every_driver")
def test_the_commands_of_a_shard_keep_their_order(sharded: ShardedCluster) -> None:
    """Of many writes to a key in one call the last one counts."""
    sharded.write_many({"key": key, "value": number} for number in range(20) for key in "abcdef")

    assert [sharded.read(key) for key in "abcdef"] == [19] * 6


def test_a_shard_that_is_lost_is_the_only_one(sharded: ShardedCluster) -> None:
    """With a majority of one shard dead, the others write and read; the status tells."""
    lost = sharded.shard_for("a")
    other = next(key for key in KEYS if sharded.shard_for(key) != lost)
    for ref in sharded.clusters[lost].nodes:
        ref.kill()

    sharded.write(key=other, value=1)

    assert sharded.read(other) == 1
    assert not sharded.has_quorum()
    with pytest.raises(NoLeaderError):
        sharded.write(key="a", value=1)
    with pytest.raises(NoLeaderError):
        sharded.read("a", consistency="stale")
    found = sharded.status()
    assert found.headline == "2 of 3 shards have a leader that can decide"
    assert found.title == "3 shards of 9 nodes, 6 alive"
    assert repr(sharded) == f"<ShardedCluster {found.title}: {found.headline}>"


def test_shards_of_the_same_names_do_not_meet(sharded: ShardedCluster) -> None:
    """All shards have nodes n1 to n3, which are other nodes."""
    refs = sharded.wait_for_leader(LONG)

    assert len(sharded) == len(refs) == 3
    sharded.clusters[0].kill("n1")
    assert [cluster.alive_count for cluster in sharded] == [2, 3, 3]
    assert sharded.has_quorum()


@pytest.mark.usefixtures("every_driver")
def test_the_async_twins(sharded: ShardedCluster) -> None:
    """Coroutines write and read as their twins do."""

    async def use() -> list[Any]:
        await sharded.await_for_leader(LONG)
        await sharded.awrite(key="one", value=1)
        await sharded.awrite_many({"key": key, "value": key} for key in KEYS)
        with pytest.raises(CommandError):
            await sharded.awrite_many([{"key": "one", "value": 2, "expected": 7}])
        return [await sharded.aread(key) for key in ["one", *KEYS]]

    assert asyncio.run(use()) == [1, *KEYS]


@pytest.mark.usefixtures("every_driver")
def test_all_shards_stop_together() -> None:
    """At the end no shard runs."""
    with start(2, 1) as sharded:
        sharded.write(key="a", value=1)

    assert [cluster.alive_count for cluster in sharded] == [0, 0]
    with pytest.raises(ConsensusError, match="the cluster is stopped"):
        sharded.write(key="a", value=1)


def test_a_folder_keeps_all_shards(tmp_path: Path) -> None:
    """Shards that are started in their folder again have their keys, and are as many."""
    with start(2, 1, storage=tmp_path) as sharded:
        sharded.write_many({"key": key, "value": key} for key in KEYS)

    with start(2, 1, storage=tmp_path) as sharded:
        assert [sharded.read(key) for key in KEYS] == KEYS
    with pytest.raises(ValueError, match="holds 2 shards, came shards=3: the keys would be"):
        ShardedCluster.start(3, 1, storage=tmp_path)


def test_a_shard_that_cannot_be_started_stops_the_others(tmp_path: Path) -> None:
    """When one folder is damaged, those before it are let go again."""
    with start(2, 1, storage=tmp_path) as sharded:
        for key in KEYS:
            sharded.write(key=key, value=key)
    (log,) = [each for each in (tmp_path / "shard-1" / "n1").iterdir() if each.stat().st_size > 99]
    data = bytearray(log.read_bytes())
    data[len(data) // 2] ^= 0xFF
    log.write_bytes(data)

    for _ in range(2):  # the second time the first shard's folder is free again
        with pytest.raises(LogCorruptedError):
            ShardedCluster.start(2, 1, storage=tmp_path)


@pytest.mark.parametrize("shards", [0, -1])
def test_no_shards(shards: int) -> None:
    """At least one shard is needed, however it is made."""
    with pytest.raises(
        ValueError, match=f"shards: expected at least 1, a whole number, came {shards}"
    ):
        ShardedCluster.start(shards)
    with pytest.raises(ValueError, match="expected at least one shard"):
        ShardedCluster([])


def test_every_option_of_a_cluster_serves() -> None:
    """Shards have names, machines and whatever else a cluster can be started with."""

    class Upper(StateMachine):
        @apply("say")
        def say(state, command):
            return {**state, command["key"]: command["text"].upper()}

    with start(2, {"b", "a"}, state_machine=Upper, snapshot_every=5) as sharded:
        sharded.write(type="say", key="greeting", text="hello")

        assert sharded.read("greeting") == "HELLO"
        assert [row.node_id for row in sharded.status()[0]] == ["a", "b"]
