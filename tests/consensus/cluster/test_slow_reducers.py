"""While a reducer does not come back everyone else does: each by his own clock.

No time is measured: every call here comes back while the reducer is stuck still, or the test hangs
and its limit ends it.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from igniter_nb.consensus import Cluster, StateMachine, apply
from igniter_nb.consensus.local import loop as loop_file
from igniter_nb.consensus.state_machine.queries import whole
from igniter_nb.errors import ConsensusError, NoLeaderError, OutcomeUnknownError
from tests.consensus.live import FAST, LONG, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

SHORT = 0.05
"""Seconds that whoever calls here waits."""


class Held:
    """What holds a reducer up, and says that it does."""

    entered = threading.Event()
    release = threading.Event()


class Slow(StateMachine):
    """Has a reducer that waits for something outside; none should."""

    @apply
    def add(state, command):
        return {**state, "count": state.get("count", 0) + 1}

    @apply
    def wait(state, command):
        Held.entered.set()
        Held.release.wait(LONG)
        return {**state, "waited": True}

    @apply
    def exit(state, command):
        Held.entered.set()
        Held.release.wait(LONG)
        raise SystemExit


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Held]]:
    """Give what holds a reducer up; it is released at the end in any case."""
    monkeypatch.setattr(Held, "entered", threading.Event())
    monkeypatch.setattr(Held, "release", threading.Event())
    monkeypatch.setattr(loop_file, "LOOK_SECONDS", SHORT)
    monkeypatch.setattr(loop_file, "CALL_SECONDS", SHORT)
    yield Held
    Held.release.set()


@pytest.fixture
def stuck(held: type[Held], monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Give a cluster that a reducer holds up."""
    cluster = Cluster.start(3, timing=FAST, state_machine=Slow, timeout=LONG)
    cluster.wait_for_leader(LONG)
    cluster.write(type="add")
    cluster.timeout = SHORT
    cluster.submit(type="wait")
    assert held.entered.wait(LONG)
    monkeypatch.setattr(loop_file.Loop.call, "__defaults__", (SHORT,))
    yield cluster
    held.release.set()
    cluster.stop(LONG)


def refused(call: Callable[[], object]) -> ConsensusError:
    """Return the error of a call."""
    with pytest.raises(ConsensusError) as caught:
        call()
    return caught.value


WITH_A_TIMEOUT: dict[str, Callable[[Cluster], object]] = {
    "write": lambda cluster: cluster.write(type="add"),
    "write_many": lambda cluster: cluster.write_many([{"type": "add"}] * 3),
    "awrite": lambda cluster: asyncio.run(cluster.awrite(type="add")),
    "awrite_many": lambda cluster: asyncio.run(cluster.awrite_many([{"type": "add"}] * 3)),
    "read": lambda cluster: cluster.read("count"),
    "read at a node": lambda cluster: cluster.read("count", node="n2"),
    "aread": lambda cluster: asyncio.run(cluster.aread("count")),
    "snapshot": lambda cluster: cluster.state_machine_snapshot(),
    "wait_for_leader": lambda cluster: cluster.wait_for_leader(SHORT),
    "await_for_leader": lambda cluster: asyncio.run(cluster.await_for_leader(SHORT)),
    "add_node": lambda cluster: cluster.add_node("n4", SHORT),
    "remove_node": lambda cluster: cluster.remove_node("n3", SHORT),
    "transfer_leadership": lambda cluster: cluster.transfer_leadership(_other(cluster), SHORT),
    "step_down": lambda cluster: cluster.step_down(SHORT),
    "a contract": lambda cluster: _raise(cluster.read_contract("count")),
}

AT_ONCE: dict[str, Callable[[Cluster], object]] = {
    "kill": lambda cluster: cluster.kill("n1"),
    "restart": lambda cluster: cluster.restart("n1"),
    "heal": lambda cluster: cluster.heal(),
    "cut": lambda cluster: cluster.cut("n1", "n2"),
    "pause": lambda cluster: cluster.pause(),
    "a node's pause": lambda cluster: cluster.nodes[0].pause(),
    "skip": lambda cluster: cluster.skip(4),
    "step": lambda cluster: cluster.step(),
    "run_for": lambda cluster: cluster.run_for(1.0),
}

LOOKS: dict[str, Callable[[Cluster], Any]] = {
    "leader": lambda cluster: cluster.leader.node_id in {"n1", "n2", "n3"},
    "nodes": lambda cluster: len(cluster.nodes) == 3,
    "quorum_size": lambda cluster: cluster.quorum_size == 2,
    "alive_count": lambda cluster: cluster.alive_count == 3,
    "has_quorum": lambda cluster: cluster.has_quorum(),
    "status": lambda cluster: len(cluster.status()) == 3,
    "events": lambda cluster: len(cluster.events) > 0,
    "trace": lambda cluster: len(cluster.trace()) > 0,
    "span": lambda cluster: cluster.span[1] > 0,
    "speed": lambda cluster: cluster.speed == 1.0,
    "a node's state": lambda cluster: cluster.nodes[0].state in ({}, {"count": 1}),
    "a node's role": lambda cluster: cluster.nodes[0].role in {"leader", "follower"},
    "a stale read": lambda cluster: cluster.read("count", consistency="stale") == 1,
    "a stale read, awaited": lambda cluster: (
        asyncio.run(cluster.aread("count", consistency="stale")) == 1
    ),
    "repr": lambda cluster: "the reducer 'wait' has been running since" in repr(cluster),
    "a node's repr": lambda cluster: "s ago>" in repr(cluster.nodes[0]),
    "display": lambda cluster: "n1" in cluster._repr_mimebundle_()["text/plain"],
    "recording": lambda cluster: len(str(cluster.recording())) > 0,
}


def _other(cluster: Cluster) -> str:
    leader = cluster.status().leader
    return next(ref.node_id for ref in cluster.nodes if ref.node_id != leader)


def _raise(contract: Any) -> None:
    error = contract.result.errors[0] if contract.resolve_all().result.errors else None
    raise ConsensusError(f"the cluster is busy: {error}")


@pytest.mark.parametrize("name", WITH_A_TIMEOUT)
def test_every_timeout_is_kept(stuck: Cluster, name: str) -> None:
    """Whoever waits with a timeout comes back, and hears what the cluster is busy with."""
    error = refused(lambda: WITH_A_TIMEOUT[name](stuck))

    assert "the cluster is busy: " in error.message
    assert not Held.release.is_set()


@pytest.mark.parametrize("name", AT_ONCE)
def test_what_cannot_be_done_now_is_refused(stuck: Cluster, name: str) -> None:
    """What is done at once is done soon, or not at all."""
    error = refused(lambda: AT_ONCE[name](stuck))

    assert error.message.startswith("the cluster is busy: the reducer 'wait' has been running")
    assert error.message.endswith("nothing was done. Ask again, or give it up: stop()")


@pytest.mark.parametrize("name", LOOKS)
def test_what_was_known_is_shown(stuck: Cluster, name: str) -> None:
    """Whoever looks sees what was so when the reducer began."""
    assert LOOKS[name](stuck)


def waited(host: Any) -> bool:
    """Say whether a node has carried the command out that waits."""
    return "waited" in host.replica.machine.state


def test_the_age_of_what_is_shown_is_told(stuck: Cluster) -> None:
    """It is in the status, in its headline, and gone when the reducer has come back."""
    found = stuck.status()

    assert found.age > 0
    assert found.busy == "the reducer 'wait'"
    assert f"as of {found.age:.1f} s ago, the reducer 'wait' has been running" in found.headline
    Held.release.set()
    until(
        stuck,
        lambda world: all(h.replica.machine.state.get("waited") for h in world.hosts.values()),
    )
    assert (stuck.status().age, stuck.status().busy) == (0.0, "")
    assert "ago" not in repr(stuck)


def test_what_was_proposed_is_not_known_and_what_was_not_is_not_done(stuck: Cluster) -> None:
    """A write that waits behind the reducer says so, and has no effect ever after."""
    error = refused(lambda: stuck.write(type="add"))
    assert isinstance(error, NoLeaderError)
    assert error.message.endswith("nothing was done")

    Held.release.set()
    stuck.timeout = LONG
    stuck.write(type="add")

    assert stuck.read("count") == 2


def test_a_write_whose_reducer_is_stuck_is_not_known(held: type[Held]) -> None:
    """It was proposed: it takes effect when the reducer comes back."""
    with Cluster.start(3, timing=FAST, state_machine=Slow, timeout=LONG) as cluster:
        cluster.wait_for_leader(LONG)
        cluster.write(type="add")
        cluster.timeout = SHORT

        error = refused(lambda: cluster.write(type="wait"))

        assert isinstance(error, OutcomeUnknownError)
        assert "the reducer 'wait' has been running for" in error.message
        held.release.set()
        cluster.timeout = LONG
        assert cluster.read("waited") is True


def test_a_flood_of_writes_is_refused(stuck: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever submits more than the cluster takes hears that, in time."""
    monkeypatch.setattr(loop_file, "MOST_CALLS", 3)

    error = refused(lambda: [stuck.submit(type="add") for _ in range(10)])

    assert "the cluster is busy" in error.message


def test_an_awaited_write_can_be_cancelled(stuck: Cluster) -> None:
    """Who cancels a coroutine that waits takes its request back."""

    async def cancelled() -> None:
        stuck.timeout = LONG
        task = asyncio.ensure_future(stuck.awrite(type="add"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    Held.release.set()

    stuck.write(type="add")
    assert stuck.read("count") == 2


# -- giving up


def test_a_reducer_that_never_ends_is_given_up_with_the_cluster(stuck: Cluster) -> None:
    """Everyone who waits hears that it has ended: in line, at the nodes, looking, as a goal."""
    stuck.timeout = LONG
    loop = stuck._driver.loop
    waiting: list[Future[Any]] = [
        stuck.submit(type="add"),
        stuck._driver.leads(LONG),
        stuck._driver.read(whole, "stale", None, timeout=LONG, leases=False),
        loop.submit(int),
    ]

    stuck.stop(0.0)

    errors = [future.exception(0) for future in waiting]
    assert all("the cluster is stopped" in str(error) for error in errors)
    assert repr(stuck) == "<Cluster, stopped>"
    found = stuck.status()
    assert found.stopped
    assert found.headline.startswith("stopped at ")
    assert stuck.nodes[0].state in ({}, {"count": 1})
    with pytest.raises(ConsensusError, match="the cluster is stopped"):
        stuck.write(type="add")


@pytest.mark.parametrize("kind", ["wait", "exit"])
def test_what_comes_back_too_late_has_no_effect(held: type[Held], kind: str) -> None:
    """The loop ends at once when the reducer comes back, and nothing follows from that."""
    cluster = Cluster.start(1, timing=FAST, state_machine=Slow, timeout=LONG)
    cluster.wait_for_leader(LONG)
    cluster.write(type="add")
    future = cluster.submit(type=kind)
    assert held.entered.wait(LONG)
    cluster.stop(0.0)
    assert isinstance(future.exception(0), OutcomeUnknownError)
    done: list[int] = []
    refused(lambda: cluster._driver.loop.call(lambda: done.append(1)))

    held.release.set()
    cluster._driver.loop._thread.join(LONG)

    replica = cluster._driver.world.hosts["n1"].replica
    assert not replica.alive
    assert not done
    assert replica.machine.state == {"count": 1}
    assert cluster._driver.loop.failure is None
    assert cluster.status()["n1"].state_machine == {"count": 1}


def test_a_folder_is_free_when_the_reducer_has_come_back(held: type[Held], tmp_path: Any) -> None:
    """What was given up keeps its folder until then; the command is carried out at the next start.

    Nobody waits for that moment, which may never come.
    """
    options: dict[str, Any] = {"timing": FAST, "state_machine": Slow, "timeout": LONG}
    cluster = Cluster.start(1, storage=tmp_path, **options)
    cluster.wait_for_leader(LONG)
    cluster.submit(type="wait")
    assert held.entered.wait(LONG)
    cluster.stop(0.0)
    assert "is in use" in refused(lambda: Cluster.start(1, storage=tmp_path)).message
    assert "is stopped" in refused(lambda: cluster.write(type="add")).message
    assert (cluster.status().stopped, cluster._driver.loop.over) == (True, False)
    held.release.set()
    cluster._driver.loop._thread.join(LONG)

    with Cluster.start(1, storage=tmp_path, **options) as again:
        again.wait_for_leader(LONG)
        assert again.read("waited") is True


def test_a_callback_that_does_not_come_back_is_code_of_others_too(held: type[Held]) -> None:
    """What is called with an answer may take its time: the others look, and can give it up."""
    cluster = Cluster.start(3, timing=FAST, timeout=LONG)
    cluster.wait_for_leader(LONG)

    def callback(_: object) -> None:
        held.entered.set()
        held.release.wait(LONG)

    cluster.submit(key="x", value=1).add_done_callback(callback)
    assert held.entered.wait(LONG)
    cluster.timeout = SHORT

    assert "what was to be called with an answer has been running" in repr(cluster)
    assert "the cluster is busy" in refused(lambda: cluster.write(key="x", value=2)).message
    future = cluster.submit(key="x", value=3)
    cluster.stop(0.0)
    assert isinstance(future.exception(0), ConsensusError)
    held.release.set()
    cluster._driver.loop._thread.join(LONG)
    assert cluster._driver.loop.failure is None


def test_a_cluster_that_does_work_of_its_own_says_so(held: type[Held]) -> None:
    """Where the loop is held up by nothing that is others', nobody looks, and nobody hangs."""
    cluster = Cluster.start(3, timing=FAST, timeout=LONG)
    node = cluster.wait_for_leader(LONG)
    cluster._driver.loop.submit(lambda: held.entered.set() or held.release.wait(LONG))
    assert held.entered.wait(LONG)
    cluster.timeout = SHORT

    assert repr(cluster).startswith("<Cluster: the cluster is busy: it did not come to this")
    assert repr(node).startswith(f"<NodeRef {node.node_id}: the cluster is busy")
    assert isinstance(refused(lambda: cluster.write(key="x", value=1)), OutcomeUnknownError)
    assert isinstance(refused(lambda: cluster.read("x")), NoLeaderError)
    cluster.stop(0.0)
    held.release.set()
    assert cluster._driver.loop.stop(LONG)
