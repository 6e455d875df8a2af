"""Sharded cluster: several clusters, each of which holds its share of the keys.

What always holds:

1. A key belongs to one shard, which follows from the key's text and the number of shards alone: the
   same in every process, under every Python.
2. Each shard is a cluster of its own: what one has lost the others still do, and nothing is
   decided across two of them. Commands of one call that go to different shards have no order.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never, Self

from igniter_nb.consensus.cluster.arguments import folder_of, seed_of, shards_of
from igniter_nb.consensus.cluster.cluster import Cluster
from igniter_nb.consensus.state_machine.commands import check_key, encode_all, fields_of
from igniter_nb.consensus.status.names import node_names
from igniter_nb.consensus.status.status import ShardedStatus
from igniter_nb.consensus.waiting import awaited, raise_first
from igniter_nb.display import Shown
from igniter_nb.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from igniter_nb.consensus.cluster.cluster import Consistency
    from igniter_nb.consensus.cluster.node_ref import NodeRef
    from igniter_nb.consensus.state_machine.machine import Outcome
    from igniter_nb.consensus.status.names import Nodes

FOLDER = "shard-{}"


class ShardedCluster:
    """Clusters that share the keys among them; made by :meth:`start`.

    A command goes to the shard of its ``key``. One that has no key needs ``shard=``, a number from
    0, which therefore is no field of a command that is given by keyword.

    Args:
        clusters: the shards, in their order; they stop with it.

    Attributes:
        clusters: the shards, to be looked at and broken one by one.

    Examples:
        >>> with ShardedCluster.start(2, nodes=1) as cluster:
        ...     written = cluster.write(key="price", value=99)
        ...     cluster.read("price")
        99
    """

    def __init__(self, clusters: Sequence[Cluster]) -> None:
        if isinstance(clusters, int):
            raise TypeError("ShardedCluster is not called; start one with ShardedCluster.start(3)")
        if not clusters:
            raise ValueError("expected at least one shard")
        self.clusters = tuple(clusters)

    @classmethod
    def start(
        cls,
        shards: int = 3,
        nodes: Nodes = 3,
        *,
        storage: str | Path | None = None,
        seed: int = 0,
        **options: Any,
    ) -> Self:
        """Start the shards; they have no leaders yet, see :meth:`wait_for_leader`.

        Args:
            shards: how many; the same ever after for a folder, since keys follow from it.
            nodes: of each shard, as for :meth:`Cluster.start`.
            storage: folder that has one folder for each shard.
            seed: each shard has its own, counted from this one.
            options: all others of :meth:`Cluster.start`, the same for each shard.

        Raises:
            ValueError: the folder holds another number of shards; or as for a cluster.
            LogCorruptedError: the folder holds a damaged log.
        """
        shards, path, seed = shards_of(shards), folder_of(storage), seed_of(seed)
        folders, names = _folders(path, shards), node_names(nodes)
        with ExitStack() as undo:  # if one cannot be started, those before it are stopped
            clusters = [
                undo.enter_context(
                    Cluster.start(names, storage=folder, seed=seed + number, **options)
                )
                for number, folder in enumerate(folders)
            ]
            undo.pop_all()
        return cls(clusters)

    def stop(self, timeout: float = 2.0) -> None:
        """End all shards; see :meth:`Cluster.stop`.

        Args:
            timeout: seconds to wait for each.
        """
        for cluster in self.clusters:
            cluster.stop(timeout)

    def __enter__(self) -> Self:
        """Use as a context manager."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def __len__(self) -> int:
        """Count the shards."""
        return len(self.clusters)

    def __iter__(self) -> Iterator[Cluster]:
        """Iterate over the shards."""
        return iter(self.clusters)

    # -- keys ----------------------------------------------------------------------------------

    def shard_for(self, key: str) -> int:
        """Return the number of the shard that a key belongs to."""
        check_key(key)
        digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest, "big") % len(self.clusters)

    def cluster_for(self, key: str) -> Cluster:
        """Return the shard that a key belongs to."""
        return self.clusters[self.shard_for(key)]

    def _place(self, command: Mapping[str, Any], shard: int | None) -> int:
        """Say where a command goes.

        Raises:
            CommandError: it has neither a key nor a shard, or they do not fit each other.
        """
        if shard is not None and not 0 <= shard < len(self.clusters):
            raise CommandError(f"shard: expected 0 to {len(self.clusters) - 1}, came {shard!r}")
        if "key" not in command:
            if shard is None:
                raise CommandError("a command without a key goes to no shard by itself; say shard=")
            return shard
        place = self.shard_for(command["key"])
        if shard not in (None, place):
            raise CommandError(f"{command['key']!r} belongs to shard {place}, came shard={shard}")
        return place

    # -- writing -------------------------------------------------------------------------------

    def write(
        self,
        command: Mapping[str, Any] | None = None,
        /,
        *more: Never,
        shard: int | None = None,
        **fields: Any,
    ) -> Self:
        """Write a command to its shard and wait, as :meth:`Cluster.write` does."""
        given = fields_of(command, more, fields)
        self.clusters[self._place(given, shard)].write(given)
        return self

    def submit(
        self,
        command: Mapping[str, Any] | None = None,
        /,
        *more: Never,
        shard: int | None = None,
        **fields: Any,
    ) -> Future[Outcome]:
        """Write a command to its shard without waiting, as :meth:`Cluster.submit` does."""
        given = fields_of(command, more, fields)
        return self.clusters[self._place(given, shard)].submit(given)

    def write_many(
        self, commands: Iterable[Mapping[str, Any]], /, *, shard: int | None = None
    ) -> Self:
        """Write commands, those of a shard in order, and wait until all are committed and applied.

        Raises:
            CommandError: one is no plain data or goes to no shard, then nothing is written; or one
                was refused, then the others were written.
            ConsensusError: as for :meth:`Cluster.write`, of the first that failed.
        """
        raise_first(self.submit_many(commands, shard=shard))
        return self

    async def awrite(
        self,
        command: Mapping[str, Any] | None = None,
        /,
        *more: Never,
        shard: int | None = None,
        **fields: Any,
    ) -> Self:
        """Write as :meth:`write` does, in a coroutine."""
        await awaited(self.submit(command, *more, shard=shard, **fields))
        return self

    async def awrite_many(
        self, commands: Iterable[Mapping[str, Any]], /, *, shard: int | None = None
    ) -> Self:
        """Write as :meth:`write_many` does, in a coroutine."""
        futures = self.submit_many(commands, shard=shard)
        await asyncio.gather(*map(awaited, futures), return_exceptions=True)
        raise_first(futures)
        return self

    def submit_many(
        self, commands: Iterable[Mapping[str, Any]], /, *, shard: int | None = None
    ) -> list[Future[Outcome]]:
        """Write commands without waiting; return a future of each, in their order."""
        placed: list[list[tuple[int, Mapping[str, Any]]]] = [[] for _ in self.clusters]
        given = (
            commands
            if hasattr(commands, "keys") or not hasattr(commands, "__iter__")
            else [*commands]
        )
        encode_all(given)  # so that nothing is written if one is no plain data
        for index, command in enumerate(given):
            placed[self._place(command, shard)].append((index, command))
        futures: dict[int, Future[Outcome]] = {}
        for cluster, own in zip(self.clusters, placed, strict=True):
            submitted = cluster.submit_many(command for _, command in own)
            futures |= zip((index for index, _ in own), submitted, strict=True)
        return [futures[index] for index in sorted(futures)]

    # -- reading -------------------------------------------------------------------------------

    def read(
        self, key: str, default: Any = None, *, consistency: Consistency = "linearizable"
    ) -> Any:
        """Read what a key holds from its shard, as :meth:`Cluster.read` does."""
        return self.cluster_for(key).read(key, default, consistency=consistency)

    async def aread(
        self, key: str, default: Any = None, *, consistency: Consistency = "linearizable"
    ) -> Any:
        """Read as :meth:`read` does, in a coroutine."""
        return await self.cluster_for(key).aread(key, default, consistency=consistency)

    # -- looking -------------------------------------------------------------------------------

    def wait_for_leader(self, timeout: float = 2.0) -> tuple[NodeRef, ...]:
        """Wait until each shard has a leader; return them in the order of the shards.

        Args:
            timeout: seconds, for each.

        Raises:
            NoLeaderError: a shard has none in time.
        """
        return tuple(cluster.wait_for_leader(timeout) for cluster in self.clusters)

    async def await_for_leader(self, timeout: float = 2.0) -> tuple[NodeRef, ...]:  # noqa: ASYNC109 -- as its twin
        """Wait as :meth:`wait_for_leader` does, in a coroutine."""
        waits = [cluster.await_for_leader(timeout) for cluster in self.clusters]
        return tuple(await asyncio.gather(*waits))

    def has_quorum(self) -> bool:
        """Say whether each shard has enough nodes to decide something."""
        return all(cluster.has_quorum() for cluster in self.clusters)

    def status(self) -> ShardedStatus:
        """Return every node of every shard as it is now: a table in a notebook."""
        return ShardedStatus(tuple(cluster.status() for cluster in self.clusters))

    _repr_mimebundle_ = Shown()

    def __repr__(self) -> str:
        """Write how many nodes and shards there are, and how many shards have a leader."""
        found = self.status()
        return f"<ShardedCluster {found.title}: {found.headline}>"


def _folders(storage: str | Path | None, shards: int) -> list[Path | None]:
    """Return the folder of each shard.

    Raises:
        ValueError: there are folders of another number of shards.
    """
    if storage is None:
        return [None] * shards
    made = [Path(storage) / FOLDER.format(number) for number in range(shards)]
    found = len(list(Path(storage).glob(FOLDER.format("*"))))
    if found not in (0, shards):
        raise ValueError(
            f"{storage} holds {found} shards, came shards={shards}: the keys would be looked for "
            f"in the wrong ones. Start it with shards={found}, or in another folder"
        )
    return [*made]
