"""Failures that can depend on the machine: they end the node that has them, and nothing else."""

from __future__ import annotations

import builtins
import errno
import pickle
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from igniter_nb.consensus.state_machine.declaration import StateMachine, apply
from igniter_nb.consensus.state_machine.machine import Failure, Machine
from igniter_nb.consensus.state_machine.reducers import NodeFailedError, of_this_node
from igniter_nb.errors import (
    CommandError,
    ConsensusError,
    LogCorruptedError,
    NoLeaderError,
    OutcomeUnknownError,
)
from tests.consensus.inventory import entry
from tests.consensus.live import leader_of, running, until
from tests.consensus.state_machine.test_reducers import at_depth, nested

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus.cluster.cluster import Cluster
    from igniter_nb.consensus.simulator.world import World


class Disk:
    """What a reducer should not use: a thing outside that fails for a while.

    Attributes:
        fails: how often it will fail yet.
        error: as what.
    """

    fails = 0
    error: BaseException = OSError(errno.ENOSPC, "No space left on device")


class Ledger(StateMachine):
    """Counts, with a reducer that uses the disk and one that needs all the memory there is."""

    @apply
    def add(state, command):
        return {**state, "count": state.get("count", 0) + 1}

    @apply
    def note(state, command):
        if Disk.fails:
            Disk.fails -= 1
            raise Disk.error
        return {**state, "noted": command["what"]}

    @apply
    def grow(state, command):
        raise MemoryError


@pytest.fixture(autouse=True)
def disk(monkeypatch: pytest.MonkeyPatch) -> type[Disk]:
    """Give the disk, which works at first."""
    monkeypatch.setattr(Disk, "fails", 0)
    return Disk


def ended(world: World) -> dict[str, str]:
    """Say of nodes that ended by themselves why."""
    return {
        node: str(host.replica.failure)
        for node, host in world.hosts.items()
        if host.replica.failure is not None and not host.replica.alive
    }


def states(cluster: Cluster) -> list[Any]:
    """Return the states of the nodes that run, once all have applied the same."""

    def settled(world: World) -> list[Any] | None:
        replicas = [host.replica for host in world.hosts.values() if host.replica.alive]
        same = len({replica.machine.applied for replica in replicas}) == 1
        return [replica.machine.state for replica in replicas] if same else None

    found: list[Any] = until(cluster, settled)
    return found


# -- whose an error is

OWN = (MemoryError, OSError, ImportError)
"""What can depend on the machine, with all subclasses; a list of its own, as a check."""


def made(kind: type[BaseException]) -> BaseException:
    """Make an error of any class."""
    if issubclass(kind, UnicodeError) and kind is not UnicodeError:
        unicode: dict[str, tuple[Any, ...]] = {
            "UnicodeDecodeError": ("utf-8", b"x", 0, 1, "why"),
            "UnicodeEncodeError": ("utf-8", "x", 0, 1, "why"),
            "UnicodeTranslateError": ("x", 0, 1, "why"),
        }
        return kind(*unicode[kind.__name__])
    if issubclass(kind, BaseExceptionGroup):
        return kind("several", [ValueError("one")])
    return kind("why")


EVERY = sorted(
    (
        each
        for each in vars(builtins).values()
        if isinstance(each, type) and issubclass(each, BaseException)
    ),
    key=lambda each: each.__name__,
)


class Raising(StateMachine):
    """Raises what a test says."""

    error: BaseException

    @apply
    def fail(state, command):
        raise Raising.error


@pytest.mark.parametrize("kind", EVERY)
def test_every_error_is_the_commands_or_the_nodes(
    kind: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each class of Python is a refusal, or what the node ends by; the state stays either way."""
    monkeypatch.setattr(Raising, "error", made(kind), raising=False)
    machine = Machine(Raising)
    command = entry(machine, {"type": "fail"})
    outcome: list[Any] = []

    def work() -> None:  # as in a loop, whose thread no interrupt hits
        try:
            outcome.append(machine.apply(command))
        except NodeFailedError as error:
            outcome.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    if issubclass(kind, OWN):
        assert isinstance(outcome[0], NodeFailedError)
        assert machine.applied == 0
    else:
        assert outcome[0].failure is Failure.REFUSED
    assert machine.state == {}


def caused(cause: BaseException, *, hidden: bool = False) -> BaseException:
    """Return an error that was raised while another one was handled."""
    error: BaseException = CommandError("refused") if hidden else KeyError("x")
    error.__context__ = cause  # as Python does it
    error.__suppress_context__ = hidden  # as with `from None`
    return error


@pytest.mark.parametrize(
    ("error", "own"),
    [
        (FileNotFoundError("no such file"), True),
        (TimeoutError("too slow"), True),
        (ConnectionResetError("gone"), True),
        (ModuleNotFoundError("no module"), True),
        (caused(OSError("disk")), True),
        (caused(MemoryError(), hidden=True), True),
        (ExceptionGroup("several", [ValueError(), ExceptionGroup("x", [OSError()])]), True),
        (caused(ValueError()), False),
        (ExceptionGroup("several", [ValueError(), KeyError()]), False),
        (CommandError("refused"), False),
        (SystemExit(3), False),
    ],
    ids=repr,
)
def test_what_came_of_a_failure_of_the_machine_is_one(error: BaseException, own: bool) -> None:
    """An error that was raised because of such a failure, or has one in a group, counts as it."""
    assert of_this_node(error) is own


def test_a_circle_of_causes_has_an_end() -> None:
    """Errors that name one another as the cause are looked at once."""
    one, other = ValueError(), ValueError()
    one.__cause__, other.__cause__ = other, one

    assert not of_this_node(one)


class Guarded(StateMachine):
    """Looks after its own stack, as it thinks."""

    @apply
    def dive(state, command):
        try:
            return {**state, "reached": nested(command["levels"])}
        except RecursionError:
            raise ValueError("too deep") from None


@pytest.mark.parametrize("levels", [800, 900, 1_000_000])
def test_a_spent_stack_that_was_caught_is_judged_alike(levels: int) -> None:
    """A reducer that makes another error of a spent stack is run again on a fresh one, too."""
    shallow, deep = Machine(Guarded), Machine(Guarded)
    command = {"type": "dive", "levels": levels}

    outcomes = [at_depth(0, shallow, command), at_depth(150, deep, command)]

    assert outcomes[0] == outcomes[1]


def test_no_thread_for_a_fresh_stack_is_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no thread can be had to run it again, nobody knows what the command would do."""
    machine = Machine(Guarded)

    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)

    with pytest.raises(NodeFailedError, match="can't start new thread, for a stack of its own"):
        machine.apply(entry(machine, {"type": "dive", "levels": 1_000_000}))


def test_a_failure_travels_with_its_index() -> None:
    """A world that is put away keeps of which entry a node died."""
    error = NodeFailedError("it could not")
    error.index = 7

    again = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own

    assert (again.index, again.message) == (7, "it could not")


# -- in a cluster


@pytest.mark.parametrize("nodes", [3, 5])
def test_a_failure_of_one_node_ends_that_node(nodes: int, disk: type[Disk]) -> None:
    """The others carry the command out, its writer hears that, and the node catches up later."""
    with running(nodes, state_machine=Ledger) as cluster:
        cluster.write(type="add")
        disk.fails = 1

        cluster.write(type="note", what="this")

        (node,) = until(cluster, ended)
        assert cluster.status()[node].role == "crashed"
        assert states(cluster) == [{"count": 1, "noted": "this"}] * (nodes - 1)
        assert "No space left on device" in str(cluster._driver.world.hosts[node].replica.failure)
        cluster.restart(node)
        assert states(cluster) == [{"count": 1, "noted": "this"}] * nodes


def test_a_command_that_no_node_can_apply_ends_all_and_not_the_loop() -> None:
    """Its writer hears at once which command and which entry, and what to do."""
    with running(3, state_machine=Ledger) as cluster:
        cluster.write(type="add")

        with pytest.raises(OutcomeUnknownError) as caught:
            cluster.write(type="grow")

        message = caught.value.message
        (index,) = {host.replica.failure.index for host in cluster._driver.world.hosts.values()}
        assert f"it could not apply entry {index}, the command" in message
        assert '{"type":"grow"}' in message
        assert "raised MemoryError" in message
        assert f"skip({index})" in message
        assert isinstance(caught.value.__cause__, NodeFailedError)
        assert cluster._driver.loop.failure is None
        with pytest.raises(
            NoLeaderError, match=f"n1, n2, n3 ended: it could not apply entry {index}"
        ):
            cluster.write(type="add")


def test_a_reads_failure_is_its_askers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that is spent while a state is copied is told who asked for it; no node ends."""
    with running(3) as cluster:
        cluster.write(key="x", value=1)

        def thaw(_: object) -> None:
            raise MemoryError("too little")

        with monkeypatch.context() as patched:
            patched.setattr("igniter_nb.consensus.state_machine.machine.thaw", thaw)
            for consistency in ("linearizable", "stale"):
                with pytest.raises(MemoryError):
                    cluster.read("x", consistency=consistency)

        assert cluster.read("x") == 1
        assert cluster.alive_count == 3


@pytest.mark.parametrize("error", [MemoryError("spent"), OSError("gone"), LogCorruptedError("bad")])
def test_a_snapshot_that_cannot_be_taken_over_ends_that_node(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is with what a node gets from its leader; the others go on."""
    with running(3, snapshot_every=5) as cluster:
        behind = next(ref.node_id for ref in cluster.nodes if ref.node_id != leader_of(cluster))
        cluster.kill(behind)
        cluster.write_many({"key": "x", "value": n} for n in range(6_000))
        until(cluster, lambda world: world.leader().replica.core.log.first_index > 5)
        monkeypatch.setattr(Machine, "restore", lambda *_: (_ for _ in ()).throw(error))

        cluster.restart(behind)

        assert behind in until(cluster, ended)
        assert cluster.write(key="x", value="after").read("x") == "after"


def test_a_snapshot_that_cannot_be_made_ends_that_node(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where memory is spent for a snapshot the node ends, and the write of the others is kept."""
    with running(3, snapshot_every=3) as cluster:
        leader = leader_of(cluster)
        snapshot = Machine.snapshot
        own = cluster._driver.world.hosts[leader].replica.machine

        def fails(machine: Machine) -> bytes:
            if machine is own:
                raise MemoryError("spent")
            return snapshot(machine)

        monkeypatch.setattr(Machine, "snapshot", fails)
        for number in range(10):
            cluster.write(key="x", value=number)

        assert ended(cluster._driver.world) == {leader: "spent"}
        assert cluster.read("x") == 9
        assert "its memory is spent" in str(cluster.events)


def test_of_all_that_are_started_one_failure_keeps_no_other_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who starts all nodes hears of the first that could not be started; the others run."""
    with running(3) as cluster:
        for node in ("n1", "n2", "n3"):
            cluster.kill(node)
        storage = cluster._driver.world.hosts["n1"].replica.storage

        def load() -> None:
            raise MemoryError("too little")

        with monkeypatch.context() as patched:
            patched.setattr(storage, "load", load)
            with pytest.raises(MemoryError):
                cluster.act("restart", "all")

        assert cluster.alive_count == 2
        assert cluster.restart("n1").alive_count == 3


@pytest.fixture(params=[ConsensusError, ValueError])
def anything(request: pytest.FixtureRequest) -> Callable[[], BaseException]:
    """Give what is raised by code of our own."""
    return lambda: request.param("a bug")


def test_a_bug_of_ours_is_not_taken_for_a_failure_of_the_machine(
    anything: Callable[[], BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What else is raised while an entry is applied ends the cluster, which says so."""
    with running(1) as cluster:

        def broken(*_: object) -> None:
            raise anything()

        monkeypatch.setattr(Machine, "apply", broken)
        with pytest.raises(ConsensusError, match="a bug"):
            cluster.write(key="x", value=1)

        assert isinstance(cluster._driver.loop.failure, type(anything()))
        assert sys.exc_info() == (None, None, None)
