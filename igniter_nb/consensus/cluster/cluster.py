"""Handle of a cluster of Raft nodes: starts it, writes, reads, breaks it and looks at it.

``write`` returns when the command is durable on a majority and applied by the leader that answers;
``read`` is linearizable unless less is asked for. Without a majority both refuse.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Never, Self

from igniter_nb.consensus.cluster import drivers, lifetime
from igniter_nb.consensus.cluster.arguments import (
    count,
    folder_of,
    link,
    seed_of,
    speed_of,
    timing_of,
)
from igniter_nb.consensus.cluster.node_ref import NodeRef
from igniter_nb.consensus.cluster.protocol import faults_of, own_time_of
from igniter_nb.consensus.contracts import ReadQuery
from igniter_nb.consensus.state_machine.commands import check_key, encode, encode_all, fields_of
from igniter_nb.consensus.state_machine.queries import get, whole
from igniter_nb.consensus.status.events import ClusterEvents
from igniter_nb.consensus.status.names import name_problems, node_names
from igniter_nb.consensus.timing import Timing, seconds
from igniter_nb.consensus.waiting import awaited, raise_first, settled
from igniter_nb.display import Live, display
from igniter_nb.errors import ConsensusError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from igniter_nb.consensus.cluster.protocol import Driver, Faults, OwnTime
    from igniter_nb.consensus.simulator.recording import Recording
    from igniter_nb.consensus.state_machine.declaration import StateMachine
    from igniter_nb.consensus.state_machine.machine import Machine, Outcome
    from igniter_nb.consensus.status.status import ClusterStatus
    from igniter_nb.consensus.tours import Tour
    from igniter_nb.raft import NodeId

Consistency = Literal["linearizable", "lease", "stale"]


class Cluster(Live):
    """A state machine, replicated by some nodes; made by :meth:`start`.

    It is a context manager that stops at its end. It also stops when the process ends, when the
    cell that started it runs again, and when nobody holds it any more. In a process that is forked
    from its own all its nodes are down: they run here, where it goes on, and it is refused there.

    Examples:
        >>> with Cluster.start(3) as cluster:
        ...     outcome = cluster.write(key="price", value=99)
        ...     cluster.read("price")
        99
    """

    __slots__ = ("__weakref__", "_driver", "_timeout", "_timing")

    def __init__(
        self,
        driver: Driver,
        timing: Timing | None = None,
        timeout: float = 5.0,
        *,
        paused: bool = False,
        kin: Driver | None = None,
    ) -> None:
        if not hasattr(driver, "life"):
            raise TypeError("Cluster is not called; start one with Cluster.start(5)")
        self._timing, self._timeout = timing_of(timing), seconds("timeout", timeout)
        self._driver = driver
        lifetime.watch(self, driver.life, None if kin is None else kin.life)
        driver.start(paused=paused)

    @classmethod
    def start(  # noqa: PLR0913 -- all but the first are named and have defaults
        cls,
        nodes: int | Iterable[NodeId] = 5,
        *,
        state_machine: type[StateMachine] | None = None,
        timing: Timing | None = None,
        timeout: float = 5.0,
        storage: str | Path | None = None,
        snapshot_every: int = 10_000,
        latency: float | None = None,
        seed: int = 0,
        trace: bool = False,
        verbose: bool = False,
    ) -> Self:
        """Start a cluster; it has no leader yet, see :meth:`wait_for_leader`.

        Args:
            nodes: names of the nodes, or how many there are to be: ``n1``, ``n2`` ….
            state_machine: what is replicated; without one, keys and values.
            timing: how soon a leader is missed; see :class:`Timing` for the defaults and why.
            timeout: seconds that a write or a read waits for an answer.
            storage: folder in which the nodes keep their logs, so that a cluster that is started
                there later goes on, with the members that it then had; without one they keep
                them in memory, for as long as the cluster lives, whatever happens to a node.
            snapshot_every: entries after which a node compacts its log; 0 for never.
            latency: seconds that a message is under way; none if left out, but that on a page
                that shows the cluster messages can be seen on their way, as long as no call waits.
            seed: what election timeouts and lost messages follow from.
            trace: whether :meth:`trace` has messages and commits too; that takes time.
            verbose: whether each event is printed as it happens.

        Raises:
            ValueError: names are missing, wrong or doubled, or unknown to the cluster that the
                folder holds, or too long for folders of their own in it; it holds another state
                machine; ``storage`` is an empty text; or a number makes no sense.
            TypeError: ``state_machine`` is no state machine, ``timing`` no :class:`Timing`,
                ``storage`` no path, or ``seed`` no int.
            LogCorruptedError: logs in the folder are damaged, missing or another node's, of so many
                nodes that the others are no majority; fewer stay down, as if they had crashed. Or
                the folder is of another version, or has lost what it knows of its cluster.
            ConsensusError: another cluster has the folder.
            OSError: the folder cannot be used, or those of so many nodes in it; fewer stay down.
        """
        timing, path, seed = timing_of(timing), folder_of(storage), seed_of(seed)
        names, timeout = node_names(nodes), seconds("timeout", timeout)
        count("snapshot_every", snapshot_every)
        quality = None if latency is None else link(latency, 0.0)
        lifetime.end_earlier_run()
        driver = None
        try:
            driver = drivers.DRIVERS[drivers.LOCAL](
                names,
                machine=state_machine,
                timing=timing,
                path=path,
                snapshot_every=snapshot_every,
                link=quality,
                seed=seed,
                details=trace,
                verbose=verbose,
            )
            return cls(driver, timing, timeout)
        except BaseException:  # an interrupt, too, leaves no folder locked
            if driver is not None:
                driver.discard()
            raise

    def stop(self, timeout: float = 2.0) -> None:
        """End all nodes; who waits for an answer hears of it. A second time does nothing.

        Status and events can be looked at afterwards. A reducer that does not come back in time is
        given up with the cluster; its folder is free when it does, or when the process ends.

        Args:
            timeout: seconds to wait for the loop to end.
        """
        self._driver.life.stop(seconds("timeout", timeout))

    def __enter__(self) -> Self:
        """Use as a context manager."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    # -- leaders -------------------------------------------------------------------------------

    @property
    def leader(self) -> NodeRef | None:
        """Who leads now, as far as the nodes know; None if nobody does."""
        leader = self._driver.leader()
        return None if leader is None else self._ref(leader)

    def _ref(self, node_id: NodeId) -> NodeRef:
        return NodeRef(self._driver, node_id, owner=self)

    def _own(self, node: object) -> Any:
        """Return how a node is named, which was given by name or as a :class:`NodeRef`.

        Raises:
            ValueError: it is a node of another cluster.
        """
        if not isinstance(node, NodeRef):
            return node
        if not node.is_of(self._driver):
            raise ValueError(
                f"{node.node_id!r} was given as a node of another cluster; "
                "take it from this one's nodes, or give its name"
            )
        return node.node_id

    def _wait(self, future: Future[NodeId]) -> NodeId:
        self._driver.refuse_inside()
        return settled(future).result()

    def _faults(self, wanted: str) -> Faults:
        return faults_of(self._driver, wanted)

    def _own_time(self, wanted: str) -> OwnTime:
        return own_time_of(self._driver, wanted)

    def wait_for_leader(self, timeout: float = 2.0) -> NodeRef:
        """Wait until a node leads and knows all that was committed before it.

        Args:
            timeout: seconds.

        Raises:
            NoLeaderError: nobody leads in time; it says whether anybody can.
        """
        return self._ref(self._wait(self._driver.leads(timeout)))

    async def await_for_leader(self, timeout: float = 2.0) -> NodeRef:  # noqa: ASYNC109 -- as its twin
        """Wait as :meth:`wait_for_leader` does, in a coroutine."""
        return self._ref(await awaited(self._driver.leads(timeout)))

    def transfer_leadership(self, to: NodeId | NodeRef, timeout: float = 2.0) -> NodeRef:
        """Let a node take over, without a pause in which nobody leads (thesis 3.10).

        Raises:
            ConsensusError: it is down; or did not take over, and the old leader leads on.
            NoLeaderError: nobody led in time.
            ValueError: there is no such node, or it has no vote.
        """
        return self._ref(self._wait(self._driver.hand_over(self._own(to), timeout)))

    # -- writing -------------------------------------------------------------------------------

    def write(
        self, command: Mapping[str, Any] | None = None, /, *more: Never, **fields: Any
    ) -> Self:
        """Write a command, and wait until it is committed and applied.

        It is durable on a majority then, and applied by the leader that answers. When leaders
        change meanwhile it is sent again and takes effect once all the same (thesis 6.3). Who
        interrupts the wait with Ctrl-C does not take it back: it may still take effect.

        ``expected`` compares type and value: 1, 1.0 and True are three. None stands for a key that
        is not there, and one that holds None counts as such.

        Args:
            command: the command as a mapping, or its fields by keyword.
            more: nothing; a key and a value are told by keyword.
            fields: without a state machine of your own ``key`` and ``value``, or ``key`` and
                ``op="delete"``, with ``expected`` only if the key holds that now; with one,
                ``type`` and whatever its reducer takes.

        Returns:
            The cluster.

        Raises:
            CommandError: the command is no plain data, or it was refused; nothing was changed.
            NoLeaderError: nobody leads, or nobody did in time; nothing was written.
            QuorumLostError: too few nodes run to decide; nothing was written.
            OutcomeUnknownError: it was sent and not confirmed in time.
        """
        self._driver.refuse_inside()
        settled(self.submit(command, *more, **fields)).result()
        return self

    def submit(
        self, command: Mapping[str, Any] | None = None, /, *more: Never, **fields: Any
    ) -> Future[Outcome]:
        """Write a command without waiting for what comes of it; see :meth:`write`.

        Where more is submitted than the cluster can take, it waits until that has caught up.

        Returns:
            A future of what came of it, with index and term of the entry; a coroutine awaits it as
            ``asyncio.wrap_future(future)``. It raises what :meth:`write` raises, but for a command
            that is no plain data: that is raised here.
        """
        data = encode(fields_of(command, more, fields))
        return self._driver.write((data,), self._timeout)[0]

    def write_many(self, commands: Iterable[Mapping[str, Any]], /) -> Self:
        """Write commands, in order, and wait until all are committed and applied.

        An error names the command by its place: ``commands[2]`` is the third.

        Raises:
            CommandError: one is no plain data, then nothing is written; or one was refused, then
                the others were written.
            ConsensusError: as for :meth:`write`, of the first that failed.
        """
        self._driver.refuse_inside()
        raise_first(self.submit_many(commands))
        return self

    def submit_many(self, commands: Iterable[Mapping[str, Any]], /) -> list[Future[Outcome]]:
        """Write commands, in order, as :meth:`submit` does; return a future of each."""
        return self._driver.write(encode_all(commands), self._timeout)

    async def awrite(
        self, command: Mapping[str, Any] | None = None, /, *more: Never, **fields: Any
    ) -> Self:
        """Write as :meth:`write` does, in a coroutine."""
        await awaited(self.submit(command, *more, **fields))
        return self

    async def awrite_many(self, commands: Iterable[Mapping[str, Any]], /) -> Self:
        """Write as :meth:`write_many` does, in a coroutine."""
        futures = self.submit_many(commands)
        await asyncio.gather(*map(awaited, futures), return_exceptions=True)
        raise_first(futures)
        return self

    # -- reading -------------------------------------------------------------------------------

    def read(
        self,
        key: str,
        default: Any = None,
        *,
        consistency: Consistency = "linearizable",
        node: NodeId | NodeRef | None = None,
    ) -> Any:
        """Read what a key holds; a copy, yours to change.

        Args:
            key: of a state that is a dict.
            default: returned if it is not there.
            consistency: ``"linearizable"``: as of now, confirmed by a majority (thesis 6.4);
                ``"lease"``: the same without asking while a lease holds, see :class:`Timing`;
                ``"stale"``: what one node has applied, maybe old, also without a majority.
            node: which node answers; the leader, or of a stale read whoever has most.

        Raises:
            NoLeaderError: nobody leads, the node does not run, or nobody answered in time.
            QuorumLostError: too few nodes run to confirm an answer.
            CommandError: the key is no str, or the state no dict.
            ValueError: there is no such node or consistency, or reads by lease are off.
        """
        self._driver.refuse_inside()
        return settled(self._get(key, default, consistency, node)).result()

    async def aread(
        self,
        key: str,
        default: Any = None,
        *,
        consistency: Consistency = "linearizable",
        node: NodeId | NodeRef | None = None,
    ) -> Any:
        """Read as :meth:`read` does, in a coroutine."""
        return await awaited(self._get(key, default, consistency, node))

    def state_machine_snapshot(
        self, *, consistency: Consistency = "linearizable", node: NodeId | NodeRef | None = None
    ) -> Any:
        """Read the whole state, as :meth:`read` reads a key of it."""
        self._driver.refuse_inside()
        return settled(self._read(whole, consistency, node)).result()

    def read_contract(self, key: str) -> ReadQuery:
        """Return a contract that finds the leader and reads a key.

        It keeps its answer; ``update_inputs(cluster=cluster)`` lets it read again.
        """
        return ReadQuery(cluster=self, key=key)

    def _get(self, key: str, default: Any, *how: Any) -> Future[Any]:
        check_key(key)
        return self._read(partial(get, key, default), *how)

    def _read(
        self,
        query: Callable[[Machine], Any],
        consistency: Consistency,
        node: NodeId | NodeRef | None,
    ) -> Future[Any]:
        timeout, leases = self._timeout, self._timing.lease_reads
        return self._driver.read(
            query, consistency, self._own(node), timeout=timeout, leases=leases
        )

    # -- looking -------------------------------------------------------------------------------

    @property
    def nodes(self) -> tuple[NodeRef, ...]:
        """The nodes, those that were removed too, in the order of their names."""
        return tuple(self._ref(node_id) for node_id in self._driver.names())

    @property
    def quorum_size(self) -> int:
        """How many voters must agree."""
        return self._driver.quorum_size()

    @property
    def alive_count(self) -> int:
        """How many members run."""
        return self._driver.alive_count()

    def has_quorum(self) -> bool:
        """Say whether enough nodes run, and reach one another, to decide something."""
        return self._driver.has_quorum()

    def status(self, at: float | None = None) -> ClusterStatus:
        """Return every node as it is, or was when a reducer began that runs: a table.

        Args:
            at: as it was at this time, in seconds of its own time; as it is now if left out.

        Raises:
            ConsensusError: it keeps its logs in a folder, and an earlier time is asked for; or
                that was not computed within :attr:`timeout`.
            ValueError: the time is not in :attr:`span`.
        """
        if at is None:
            return self._driver.status()
        return self._own_time("status(at=…)").status_at(at, self._timeout)

    @property
    def events(self) -> ClusterEvents:
        """What a person follows: elections, crashes, faults; the latest of them."""
        return ClusterEvents(self._driver.events())

    def trace(self) -> ClusterEvents:
        """Return the latest events, with ``trace=True`` every message and commit among them."""
        return ClusterEvents(self._driver.trace(), "traced events")

    def __repr__(self) -> str:
        """Write how many nodes run, and who leads."""
        life = self._driver.life
        if life.stopping:
            return f"<Cluster, {'of another process' if life.foreign else 'stopped'}>"
        try:
            found = self.status()
        except ConsensusError as error:  # it is busy
            return f"<Cluster: {error}>"
        return f"<Cluster {found.title}: {found.headline}>"

    # -- members -------------------------------------------------------------------------------

    def add_node(self, node_id: NodeId, timeout: float = 5.0) -> NodeRef:
        """Add a node: it gets the log without a vote first, then a vote (thesis 4.2.1).

        Raises:
            ValueError: the name is wrong, was used before, or is too long for a folder of its own
                in that of the cluster.
            NoLeaderError: it was not done in time; asked again, it goes on from there.
        """
        if problems := name_problems(node_id):
            raise ValueError("; ".join(problems))
        return self._ref(self._wait(self._driver.join(node_id, timeout)))

    def remove_node(self, node_id: NodeId | NodeRef, timeout: float = 5.0) -> Self:
        """Take a node out; it is stopped, and its name is not used again.

        Raises:
            ValueError: there is no such node, or it is the last one.
            QuorumLostError: too few of the others run to decide anything without it.
            NoLeaderError: it was not done in time; it may still happen.
        """
        self._wait(self._driver.leave(self._own(node_id), timeout))
        return self

    def step_down(self, timeout: float = 2.0) -> NodeRef:
        """Let the leader hand over to whoever has most of the log (thesis 3.10).

        Returns:
            The new leader.

        Raises:
            NoLeaderError: nobody leads, or there is nobody to hand over to.
        """
        return self._ref(self._wait(self._driver.step_down(timeout)))

    # -- faults ---------------------------------------------------------------------------------

    def kill(self, node_id: NodeId | NodeRef) -> Self:
        """Crash a node; what its storage has stays.

        Raises:
            ValueError: there is no such node.
        """
        self._faults("kill").act_on("kill", self._own(node_id))
        return self

    def restart(self, node_id: NodeId | NodeRef) -> Self:
        """Start a crashed node from what its storage kept.

        Raises:
            ValueError: there is no such node, or it was removed.
            LogCorruptedError: its folder holds a damaged log; the node stays down.
            OSError: its folder cannot be used; the node stays down.
        """
        self._faults("restart").act_on("restart", self._own(node_id))
        return self

    def skip(self, index: int) -> Self:
        """Let all nodes pass over an entry that ended nodes, and start these again.

        It is the way past a command that no node can apply, for example one that asks for more
        memory than there is: for all nodes alike, and whenever they start again, in a folder too,
        it counts as refused. A command that a node has applied cannot be passed over. Nobody knows
        of that after a restart of the process: whoever was told that the command took effect is
        then told something else.

        Args:
            index: of the entry; the error of whoever wrote it, and :attr:`Cluster.events`, say it.

        Raises:
            ValueError: no node ended by it, or one has applied it.
            OSError: it cannot be kept in the folder; then nothing was done.
        """
        self._faults("skip").skip(index)
        return self

    def partition(self, *groups: NodeId | NodeRef | Iterable[NodeId | NodeRef]) -> Self:
        """Cut the links between nodes of different groups; others reach everyone.

        Raises:
            ValueError: a node is unknown or in two groups, or there are fewer than two.
        """
        self._faults("partition").part(map(self._group, groups))
        return self

    def _group(self, group: Any) -> tuple[Any, ...]:
        if isinstance(group, str | NodeRef) or not hasattr(group, "__iter__"):
            return (self._own(group),)
        return tuple(map(self._own, group))

    def isolate(self, node_id: NodeId | NodeRef) -> Self:
        """Cut a node off from all others."""
        self._faults("isolate").act_on("isolate", self._own(node_id))
        return self

    def heal(self) -> Self:
        """Mend all links; how slow and lossy they are stays."""
        self._faults("heal").act("heal")
        return self

    def slow(self, node_id: NodeId | NodeRef, *, latency: float = 0.0, loss: float = 0.0) -> Self:
        """Say how bad a node's links to all others are, in both directions.

        Args:
            node_id: the node.
            latency: seconds that a message is under way.
            loss: share of the messages that never arrive, 0 to 1.

        Raises:
            ValueError: there is no such node, or a number makes no sense.
        """
        self._faults("slow").relink(self._own(node_id), link(latency, loss))
        return self

    def cut(self, sender: NodeId | NodeRef, recipient: NodeId | NodeRef) -> Self:
        """Cut a link in one direction: what the one sends does not reach the other.

        Raises:
            ValueError: there is no such node, or it is named twice.
        """
        self._faults("cut").act_between("cut", self._own(sender), self._own(recipient))
        return self

    def mend(self, sender: NodeId | NodeRef, recipient: NodeId | NodeRef) -> Self:
        """Mend a link in one direction.

        Raises:
            ValueError: there is no such node, or it is named twice.
        """
        self._faults("mend").act_between("mend", self._own(sender), self._own(recipient))
        return self

    def link(
        self,
        sender: NodeId | NodeRef,
        recipient: NodeId | NodeRef,
        *,
        latency: float = 0.0,
        loss: float = 0.0,
    ) -> Self:
        """Say how bad a link is, in one direction; see :meth:`slow` for all links of a node.

        Args:
            sender: from whom.
            recipient: to whom.
            latency: seconds that a message is under way.
            loss: share of the messages that never arrive, 0 to 1.

        Raises:
            ValueError: there is no such node, it is named twice, or a number makes no sense.
        """
        ends = self._own(sender), self._own(recipient)
        self._faults("link").act_between("link", *ends, *link(latency, loss))
        return self

    def act(self, name: str, *args: Any) -> Self:
        """Do any of the things that :mod:`igniter_nb.consensus.simulator.actions` knows.

        Args:
            name: of the action, for example ``"power_cut"``, ``"wipe"``, ``"clock_rate"``.
            args: what it takes; ``"leader"`` stands for whoever leads.

        Raises:
            ValueError: there is no such action, or it cannot be done to what is named.
            TypeError: it takes other arguments.
        """
        self._faults(name).act(name, *map(self._own, args))
        return self

    # -- time ----------------------------------------------------------------------------------

    @property
    def timing(self) -> Timing:
        """How soon a leader is missed; said at the start."""
        return self._timing

    @property
    def timeout(self) -> float:
        """Seconds that whoever writes, reads, forks or looks back waits; may be set to others."""
        return self._timeout

    @timeout.setter
    def timeout(self, timeout: float) -> None:
        self._timeout = seconds("timeout", timeout)

    @property
    def speed(self) -> float:
        """Seconds of the cluster's time in a second; may be set, up to 100.

        Elections and latencies are of its time. Timeouts are real seconds at any speed: a slow
        cluster needs longer ones. On a page that shows the cluster its time goes more slowly for
        some seconds after a fault, but not while a call waits; this stays what was said.
        """
        return self._own_time("speed").speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._own_time("speed").set_pace(speed=speed_of(speed))

    @property
    def paused(self) -> bool:
        """Whether its time stands still."""
        return self._own_time("paused").paused

    def pause(self) -> Self:
        """Let its time stand still; what is asked of it meanwhile waits, until its timeout."""
        self._own_time("pause").set_pace(paused=True)
        return self

    def resume(self) -> Self:
        """Let its time go on."""
        self._own_time("resume").set_pace(paused=False)
        return self

    def step(self) -> ClusterEvents:
        """Pause, let things happen until there is something to tell, and tell it.

        A message counts too. Where nothing happens, a second of the cluster's time passes.
        """
        return ClusterEvents(self._own_time("step").step(), "steps")

    def run_for(self, seconds: float) -> ClusterEvents:
        """Pause, let so much of its own time pass as fast as it goes, and tell what happened.

        Args:
            seconds: of its own time.

        Raises:
            ValueError: the number is negative, endless or none.
        """
        return ClusterEvents(self._own_time("run_for").run_for(seconds), "events")

    @staticmethod
    def tour(name: str) -> Tour:
        """Return a guided tour: a run of the engine, told step by step.

        In a notebook it is a widget, which may be left at any step to try for oneself. It has a
        cluster of its own; this one stays as it is.

        Args:
            name: ``"election"``, ``"replication"``, ``"partition"``, ``"figure 8"`` (of the paper)
                or ``"lost quorum"``.

        Raises:
            ValueError: there is no such tour; says which there are.
        """
        from igniter_nb.consensus.tours import tour  # noqa: PLC0415 -- for whoever takes one

        return tour(name)

    # -- on a page -----------------------------------------------------------------------------

    @property
    def shown(self) -> Self:
        """What its widget shows: itself, or a cluster that was made there.

        On a page a cluster that has stopped can be started again, forked, or gone on with from a
        moment of its past. What is shown then is another cluster, the widget's own: it stops when
        something else is shown or the widget is closed. Keep what is worth it with :meth:`fork`.

        Examples:
            >>> with Cluster.start(3) as cluster:
            ...     cluster.shown is cluster
            True
        """
        found: Self = display().shown(self)
        return found

    # -- back ----------------------------------------------------------------------------------

    @property
    def span(self) -> tuple[float, float]:
        """From when to when one can go back, in seconds of its own time."""
        return self._own_time("span").span()

    def recording(self) -> Recording:
        """Return how it came to be what it is; ``str`` of that is a text for :meth:`replay`.

        Raises:
            ConsensusError: it keeps its logs in a folder.
            ValueError: it ran for so long that its beginning was dropped.
        """
        return self._own_time("recording").recording()

    def fork(self, at: float | None = None, *, paused: bool = False) -> Self:
        """Start another cluster that has the same past, up to a moment, and its own future.

        This one goes on as it is. What somebody waits for here is not waited for there.

        Args:
            at: seconds of its own time; now if left out.
            paused: whether its time stands still at first.

        Raises:
            ConsensusError: it keeps its logs in a folder; or that was not computed within
                :attr:`timeout`.
            ValueError: the time is not in :attr:`span`.
        """
        lifetime.end_earlier_run()
        driver = self._own_time("fork").fork(at, self._timeout)
        made = type(self)(driver, self._timing, self._timeout, paused=paused)
        made.speed = self.speed
        return made

    @classmethod
    def replay(
        cls,
        run: Recording | str | int,
        *,
        at: float | None = None,
        state_machine: type[StateMachine] | None = None,
        timeout: float = 5.0,
    ) -> Self:
        """Open a run that was recorded, or that a seed of the test suite stands for.

        Its time stands still; :meth:`resume` lets what was recorded happen from there on, until
        something else is done to it.

        Args:
            run: a recording, its text, or a seed.
            at: where to stand, in seconds of its own time; at the end if left out.
            state_machine: what was replicated, if that was a state machine of your own.
            timeout: seconds that a write or a read waits for an answer, and that a reducer may take
                while the run is repeated up to there.

        Raises:
            ValueError: it is no recording, one of another state machine, or the time is negative.
            ConsensusError: it cannot be repeated by this version; or a reducer does not come back.
        """
        timeout = seconds("timeout", timeout)
        lifetime.end_earlier_run()
        driver, timing = drivers.replayed(run, at, state_machine, timeout=timeout)
        return cls(driver, timing, timeout, paused=True)
