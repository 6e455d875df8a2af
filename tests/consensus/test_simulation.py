from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import deque

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from igniter_nb.consensus.simulation import Simulation
from igniter_nb.consensus.simulator.world import World
from igniter_nb.consensus.testing.plan import UNTIL_US, draw
from igniter_nb.consensus.testing.swarm import furnished
from tests.consensus.runs import NAMES, SEED, SLOW, led, start


def state_of(simulation: Simulation) -> tuple:
    """Return all that can be seen of a run: nodes, machines, disks, chance, what is under way."""
    world = simulation.world
    hosts = [
        (
            host.replica.machine.state,
            host.replica.storage._image.restored(),
            host.local_us(world.now_us),
            host.fuse,
            len(host.held),
        )
        for host in world.hosts.values()
    ]
    under_way = sorted(event[:2] for event in world._heap)
    return (
        simulation.status(),
        hosts,
        world.now_us,
        world.events,
        under_way,
        world.chance.getstate(),
        sorted(world.network.blocked),
    )


class TestDeterminism:
    def test_the_same_seed_gives_the_same_run(self):
        """Two runs of a seed have equal traces, byte for byte, and end in equal states."""
        one, two = Simulation.open(SEED), Simulation.open(SEED)

        assert one.trace_text() == two.trace_text()
        assert state_of(one) == state_of(two)

    def test_another_seed_gives_another_run(self):
        """The trace depends on the seed."""
        assert Simulation.open(SEED).trace_text() != Simulation.open(SEED + 1).trace_text()

    def test_hash_seeds_change_nothing(self):
        """The trace is the same in other processes with other hash seeds (scenario 67)."""
        code = (
            "import hashlib\n"
            "from igniter_nb.consensus.simulation import Simulation\n"
            f"text = Simulation.open({SEED}).trace_text()\n"
            "print(hashlib.sha256(text.encode()).hexdigest())"
        )
        text = Simulation.open(SEED).trace_text()

        printed = {
            subprocess.run(
                [sys.executable, "-c", code],
                env={**os.environ, "PYTHONHASHSEED": hash_seed},
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
            for hash_seed in ("0", "1", "4242")
        }

        assert printed == {hashlib.sha256(text.encode()).hexdigest()}

    def test_noting_nothing_changes_nothing(self):
        """A world without a trace does exactly what one with a trace does."""
        plan = draw(SEED)
        noted, silent = furnished(plan, []).world, furnished(plan, []).world
        silent.trace = None

        noted.run_until(UNTIL_US)
        silent.run_until(UNTIL_US)

        assert noted.events == silent.events
        assert [host.seen for host in noted.hosts.values()] == [
            host.seen for host in silent.hosts.values()
        ]

    def test_a_bounded_trace_keeps_the_last_events(self):
        """A deque as trace holds the end of what a list would hold, with the same numbers."""
        kept, last = World(1, NAMES, trace=[]), World(1, NAMES, trace=deque(maxlen=20))

        for world in (kept, last):
            world.run_until(200_000)

        assert list(last.trace) == kept.trace[-20:]
        assert [event.sequence for event in kept.trace] == list(range(len(kept.trace)))


@pytest.fixture(scope="module")
def opened() -> Simulation:
    """Give a run with faults, clients and invariants, at its end, with a short script."""
    simulation = Simulation.open(SEED, at_us=900_000)
    simulation.act("kill", "n2")
    simulation.run_until(1_100_000)
    simulation.act("restart", "n2")
    simulation.act("campaign", "n2")
    simulation.run_until(UNTIL_US)
    return simulation


class TestSeek:
    @settings(max_examples=25, deadline=None)
    @given(time_us=st.integers(0, UNTIL_US))
    @example(time_us=1_100_000)
    def test_seeking_gives_what_a_fresh_run_gives(self, opened, time_us):
        """Wherever one comes from, a time has the trace and the state of a fresh run to it."""
        fresh = Simulation.open(SEED, at_us=0)
        for line in opened.script:
            if line.time_us <= time_us:
                if fresh.now_us < line.time_us:  # what is done at one moment is done in one go
                    fresh.run_until(line.time_us)
                fresh.act(line.name, *line.args)
        fresh.run_until(time_us)

        opened.seek(time_us)

        assert opened.trace == fresh.trace
        assert state_of(opened) == state_of(fresh)

    def test_there_and_back_is_the_same_end(self, opened):
        """Going back and forward again leads to the trace that was there."""
        opened.seek(UNTIL_US)
        text, state = opened.trace_text(), state_of(opened)

        opened.seek(300_000)
        opened.seek(1_500_000)
        opened.seek(UNTIL_US)

        assert opened.trace_text() == text
        assert state_of(opened) == state

    def test_seeking_by_events_stands_between_two_events(self, opened):
        """One can go to the point right after any number of events."""
        opened.seek(UNTIL_US)
        events = opened.world.events

        opened.seek_event(events // 2)
        assert opened.world.events == events // 2
        before = state_of(opened)
        opened.step()
        opened.seek_event(events // 2)

        assert state_of(opened) == before

    def test_checkpoints_are_taken_every_so_many_events(self):
        """Going back costs at most the events between two checkpoints."""
        simulation = Simulation(furnished(draw(SEED), []).world, checkpoint_every=100)

        simulation.run_until(1_000_000)

        events = simulation.world.events
        assert events // 100 <= len(simulation._checkpoints) <= events // 100 + 1

    def test_the_script_ahead_is_shown_after_going_back(self, opened):
        """Lines that lie ahead stay in the script until something else is done."""
        opened.seek(UNTIL_US)
        names = [line.name for line in opened.script]

        opened.seek(1_000_000)

        assert [line.name for line in opened.script] == names == ["kill", "restart", "campaign"]
        assert [line.name for line in opened.world.script] == ["kill"]

    @pytest.mark.parametrize(("call", "told"), [("seek", "time"), ("seek_event", "number")])
    def test_before_the_beginning_there_is_nothing(self, opened, call, told):
        """A negative time or number of events is refused."""
        with pytest.raises(ValueError, match=told):
            getattr(opened, call)(-1)


class TestFork:
    def test_doing_something_else_makes_another_future(self):
        """After going back and acting, the old future of the script does not happen."""
        simulation = start()
        simulation.run_until(300_000)
        simulation.act("kill", "n1")
        simulation.run_until(600_000)
        old = simulation.trace_text()

        simulation.seek(200_000)
        simulation.act("kill", "n2")
        simulation.run_until(600_000)

        assert [line.args for line in simulation.script] == [("n2",)]
        assert simulation.trace_text() != old
        assert [view.alive for view in simulation.status()] == [True, False, True]

    def test_the_new_future_can_be_sought_in_as_well(self):
        """Nothing of the old future comes back by its checkpoints."""
        simulation = Simulation(World(1, NAMES, options=SLOW, trace=[]), checkpoint_every=20)
        simulation.run_until(300_000)
        simulation.act("kill", "n1")
        simulation.run_until(600_000)
        simulation.seek(200_000)
        simulation.act("pause", "n3")
        simulation.run_until(600_000)
        text, state = simulation.trace_text(), state_of(simulation)

        for time_us in (250_000, 599_000, 0, 600_000):
            simulation.seek(time_us)

        assert simulation.trace_text() == text
        assert state_of(simulation) == state

    def test_two_acts_of_one_moment_can_be_replaced(self):
        """Forking at the moment of an act replaces it, even right after a checkpoint."""
        simulation = Simulation(World(1, NAMES, options=SLOW, trace=[]), checkpoint_every=1)
        simulation.run_until(300_000)
        events = simulation.world.events
        simulation.act("kill", "n1")
        simulation.run_until(400_000)

        simulation.seek_event(events)
        simulation.act("kill", "n2")
        simulation.run_until(400_000)
        simulation.seek(0)
        simulation.seek(400_000)

        assert [view.alive for view in simulation.status()] == [True, False, True]

    def test_an_act_that_cannot_be_done_leaves_no_line(self):
        """A refused act is neither in the script nor in the trace, and the future stays."""
        simulation = start()
        simulation.run_until(300_000)
        simulation.act("kill", "n1")
        simulation.run_until(400_000)
        simulation.seek(200_000)
        text = simulation.trace_text()

        with pytest.raises(ValueError, match="n9"):
            simulation.act("kill", "n9")
        with pytest.raises(ValueError, match="expected an action of kill, "):
            simulation.act("explode", "n1")

        assert simulation.trace_text() == text
        assert [line.name for line in simulation.script] == ["kill"]


class TestFailure:
    def test_a_run_ends_where_something_must_never_be(self):
        """What the invariants find ends the run at its event and is kept; going back clears it."""
        simulation = start(options=SLOW)
        world = simulation.world
        led(simulation)
        simulation.run_until(400_000)
        world.at(450_000, _fail)
        simulation.run_until(440_000)
        simulation._checkpoints.take(world)

        simulation.run_until(1_000_000)
        assert str(simulation.failure) == "this must never be"
        assert simulation.now_us == 450_000
        assert not simulation.step()

        simulation.seek(430_000)
        assert simulation.failure is None


def _fail(_: object) -> None:
    raise AssertionError("this must never be")
