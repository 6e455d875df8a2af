"""Whoever goes back in a cluster waits for what is computed again by his own clock."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from igniter_nb.consensus import Cluster, Simulation, StateMachine, apply
from igniter_nb.consensus.local.travel import travel
from igniter_nb.consensus.state_machine.reducers import unlock_in_reducers
from igniter_nb.errors import ConsensusError
from tests.consensus.live import FAST, LONG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHORT = 0.05
"""Seconds that whoever calls here waits."""

DAY_US = 86_400_000_000


class Held:
    """What holds a reducer up when it runs again."""

    holds = False
    release = threading.Event()


class Later(StateMachine):
    """Has a reducer that comes back the first time and no more."""

    @apply
    def add(state, command):
        if Held.holds:
            Held.release.wait(LONG)
        return {**state, "count": state.get("count", 0) + command["by"]}


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Give a cluster that cannot be gone back in, since a reducer holds that up."""
    monkeypatch.setattr(Held, "release", threading.Event())
    monkeypatch.setattr(Held, "holds", False)
    with Cluster.start(3, timing=FAST, state_machine=Later, timeout=LONG) as cluster:
        cluster.wait_for_leader(LONG)
        cluster.write(type="add", by=4)
        Held.holds = True
        cluster.timeout = SHORT
        yield cluster
        Held.release.set()


def travellers() -> list[threading.Thread]:
    """Find the threads in which a past is computed."""
    return [each for each in threading.enumerate() if each.name == "igniter-travel"]


BACK: dict[str, Callable[[Cluster], object]] = {
    "status": lambda cluster: cluster.status(at=cluster.span[1]),
    "fork": lambda cluster: cluster.fork(),
    "fork at": lambda cluster: cluster.fork(at=cluster.span[1]),
    "replay": lambda cluster: Cluster.replay(
        str(cluster.recording()), state_machine=Later, timeout=SHORT
    ),
}


@pytest.mark.parametrize("name", BACK)
def test_a_timeout_is_kept_on_the_way_back(cluster: Cluster, name: str) -> None:
    """Who goes back past a reducer that does not come back hears which it is, and on what."""
    with pytest.raises(ConsensusError) as caught:
        BACK[name](cluster)

    assert "not done within 0.05 s" in caught.value.message
    assert "the reducer 'add' has been running for" in caught.value.message
    assert "on the command {'type': 'add', 'by': 4}" in caught.value.message


def test_what_was_given_up_has_no_effect(cluster: Cluster) -> None:
    """When the reducer comes back its thread ends, and who asks again goes back."""
    with pytest.raises(ConsensusError):
        cluster.status(at=cluster.span[1])
    Held.release.set()
    for each in travellers():
        each.join(LONG)
    cluster.timeout = LONG

    found = cluster.status(at=cluster.span[1])

    assert not travellers()
    assert found["n1"].state_machine == {"count": 4}
    assert cluster.read("count") == 4


def test_our_own_work_is_given_up_too() -> None:
    """Where no reducer runs the run stops between two events, and it is told how far it came."""
    run = Simulation.start(7, ["n1", "n2", "n3"])

    with pytest.raises(ConsensusError, match=r"to go to 86400\.000 s.*where it goes on; nothing"):
        travel(run, DAY_US, 0.0)

    for each in travellers():
        each.join(LONG)
    assert not travellers()
    assert run.now_us < DAY_US


def test_who_interrupts_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is the person's, and what is computed for nobody ends."""
    run = Simulation.start(7, ["n1", "n2", "n3"])

    def interrupted(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("igniter_nb.consensus.local.travel.is_done", interrupted)
    with pytest.raises(KeyboardInterrupt):
        travel(run, DAY_US, LONG)

    for each in travellers():
        each.join(LONG)
    assert not travellers()


def test_a_run_that_went_another_way_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the run found by itself is raised, and no other moment is shown in its place."""
    run = Simulation.start(7, ["n1", "n2", "n3"])
    error = ConsensusError("the run went another way than was recorded")
    monkeypatch.setattr(run, "seek", lambda _: setattr(run, "failure", error))

    with pytest.raises(ConsensusError, match="went another way"):
        travel(run, 1_000_000, LONG)


def test_where_there_are_no_threads_one_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a browser's Python whoever asks computes it."""

    def refused(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    run = Simulation.start(7, ["n1", "n2", "n3"])

    travel(run, 1_000_000, LONG)

    assert run.now_us == 1_000_000
    assert unlock_in_reducers(None) is None, "what this thread runs next has nothing to do with it"
