from __future__ import annotations

import pickle

import pytest

from igniter_nb.consensus.simulator.host import HELD_MOST
from igniter_nb.consensus.simulator.script import act
from igniter_nb.consensus.simulator.world import Options, World
from igniter_nb.consensus.state_machine.commands import encode
from igniter_nb.consensus.storage import MemoryStorage
from igniter_nb.consensus.testing.plan import draw
from igniter_nb.consensus.testing.swarm import furnished
from igniter_nb.errors import LogCorruptedError
from igniter_nb.raft import Role
from tests.consensus.runs import NAMES, SEED, SLOW, Answers, led, start


class TestWorld:
    def test_a_cold_start_elects_one_leader(self):
        """Nodes that start together elect one leader within a few timeouts (scenario 1)."""
        for count in (1, 3, 5, 7):
            simulation = start(names=[f"n{n}" for n in range(1, count + 1)])

            led(simulation)
            simulation.run_until(1_000_000)

            roles = [view.role for view in simulation.status()]
            assert roles.count(Role.LEADER) == 1, roles

    @pytest.mark.parametrize("stepwise", [False, True])
    def test_a_write_is_applied_everywhere_and_answered(self, stepwise):
        """Both ways to carry out effects commit a write and tell its waiter."""
        simulation = start(options=Options(config=SLOW.config, stepwise=stepwise))
        name, answers = led(simulation), Answers()

        simulation.world.propose(
            simulation.world.hosts[name], encode({"key": "a", "value": 1}), answers
        )
        simulation.run_until(simulation.now_us + 100_000)

        assert answers == ["ok"]
        machines = [host.replica.machine for host in simulation.world.hosts.values()]
        assert [machine.get("a") for machine in machines] == [1, 1, 1]

    def test_everything_at_once_needs_no_time(self):
        """Without latency a write is committed and applied by all at the time it is made."""
        world = World(1, NAMES)
        while world.leader() is None:
            world.step()
        now = world.now_us

        world.propose(world.leader(), encode({"key": "a", "value": 1}))
        world.settle()

        assert world.now_us == now
        assert {host.replica.machine.get("a") for host in world.hosts.values()} == {1}

    def test_a_node_without_work_is_not_woken(self):
        """Of a settled cluster only heartbeats and their answers are events."""
        world = World(1, NAMES, options=Options(config=SLOW.config))
        while world.leader() is None:
            world.step()
        world.settle()
        before = world.events

        world.run_until(world.now_us + 15_000 * 10)

        assert world.events - before <= 10 * 8

    def test_wake_ups_do_not_pile_up(self):
        """However often deadlines move, few wake-ups are under way."""
        simulation = start()
        led(simulation)

        for _ in range(50):
            simulation.run_until(simulation.now_us + 20_000)
            assert len(simulation.world._heap) < 40

    def test_a_power_cut_takes_what_was_not_synced(self):
        """A write that is not synced is gone after a power cut and stays after a kill."""
        kept = {}
        for name, args in (("power_cut", (0, 0)), ("kill", ())):
            simulation = start()
            led(simulation)
            simulation.run_until(simulation.now_us + 100_000)
            leader = simulation.world.leader()
            simulation.act("slow_disk", leader.replica.node_id, 20_000, 20_000)
            last = leader.replica.core.log.last_index
            simulation.world.propose(leader, encode({"key": "a", "value": 1}))
            simulation.run_until(simulation.now_us + 1_000)

            simulation.act(name, leader.replica.node_id, *args)
            simulation.act("restart", leader.replica.node_id)

            kept[name] = leader.replica.core.log.last_index - last
        assert kept == {"power_cut": 0, "kill": 1}

    def test_a_failed_disk_ends_the_life(self):
        """A node whose sync fails is down and does not go on (scenario 35)."""
        simulation = start()
        name = led(simulation)

        simulation.act("break_disk", name)
        simulation.world.propose(simulation.world.hosts[name], encode({"key": "a", "value": 1}))
        simulation.run_until(simulation.now_us + 100_000)

        replica = simulation.world.hosts[name].replica
        assert not replica.alive
        assert isinstance(replica.failure, OSError)

    def test_a_paused_node_does_later_what_came_in_between(self):
        """A paused node misses nothing: what arrived is taken, in order, when it goes on."""
        simulation = start()
        name = led(simulation)
        other = next(each for each in NAMES if each != name)
        simulation.act("pause", other)
        simulation.world.propose(simulation.world.hosts[name], encode({"key": "a", "value": 1}))
        simulation.run_until(simulation.now_us + 30_000)
        replica = simulation.world.hosts[other].replica
        assert replica.machine.get("a") is None

        simulation.act("resume", other)
        simulation.run_until(simulation.now_us + 60_000)

        assert replica.machine.get("a") == 1

    def test_a_paused_node_keeps_no_more_than_its_buffer(self):
        """What a paused node is sent for hours is lost, not kept for ever."""
        world = World(1, NAMES, options=Options(config=SLOW.config))
        act(world, "pause", "n3")

        world.run_until(120_000_000)

        assert len(world.hosts["n3"].held) == HELD_MOST

    def test_a_clock_cannot_stand_still(self):
        """A rate of nothing is refused, and says what to do instead."""
        with pytest.raises(ValueError, match="a pause stops a node"):
            start().act("clock_rate", "n1", 0)

    def test_a_fuse_ends_a_life_between_two_events(self):
        """A node told to crash at its n-th event handles one less than that."""
        simulation = start()
        name = led(simulation)
        simulation.run_until(simulation.now_us + 100_000)
        simulation.act("kill_after", name, 3)

        while simulation.world.hosts[name].replica.alive:
            simulation.step()

        assert "n1 stops" in simulation.trace_text() or f"{name} stops" in simulation.trace_text()
        assert simulation.world.hosts[name].fuse == 0

    def test_a_fast_clock_runs_for_an_election_sooner(self):
        """A clock of twice the speed halves the timeouts of its node (scenario 65)."""
        times = {}
        for rate in (500, 1_000, 2_000):
            simulation = start(names=["n1"])
            simulation.act("clock_rate", "n1", rate)
            led(simulation)
            times[rate] = simulation.now_us

        assert times[500] == pytest.approx(2 * times[1_000], rel=0.05)
        assert times[2_000] == pytest.approx(times[1_000] / 2, rel=0.05)

    def test_a_jump_forward_ends_a_timeout_and_one_back_delays_it(self):
        """A clock that jumps moves the node's timers, and never takes ticks back."""
        times = {}
        for jump in (-200_000, 0, 200_000):
            simulation = start(names=["n1"])
            simulation.run_until(20_000)
            simulation.act("clock_jump", "n1", jump)
            led(simulation)
            times[jump] = simulation.now_us

        assert times[200_000] == pytest.approx(20_000, abs=3_000)
        assert times[-200_000] == pytest.approx(times[0] + 200_000, abs=3_000)

    def test_a_world_goes_on_from_its_pickle(self):
        """A pickled world does what the original does, clients and faults included."""
        world = furnished(draw(SEED), []).world
        world.run_until(700_000)
        copy = pickle.loads(pickle.dumps(world))  # noqa: S301 - its own bytes

        for each in (world, copy):
            each.trace = []
            each.run_until(1_400_000)

        assert copy.trace == world.trace
        assert copy.events == world.events

    def test_a_name_is_used_once(self):
        """A node that was there cannot be set up again under its name."""
        world = World(1, NAMES)

        with pytest.raises(ValueError, match="never used"):
            world.add_host("n2")

    def test_a_node_that_cannot_start_is_not_there(self):
        """When a new node's storage is damaged, the error is raised and the world is as before."""
        closed = []

        class Damaged(MemoryStorage):
            def load(self):
                raise LogCorruptedError("damaged")

            def close(self):
                closed.append(True)

        def storage(node_id):
            return Damaged() if node_id == "n4" else MemoryStorage()

        world = World(1, NAMES, storage=storage)

        with pytest.raises(LogCorruptedError, match="damaged"):
            world.add_host("n4")

        assert list(world.hosts) == NAMES
        assert closed == [True]

    def test_a_new_node_is_added_and_catches_up(self):
        """An added voter gets the log and is a member on all nodes (scenario 47)."""
        simulation = start()
        name = led(simulation)
        simulation.world.propose(simulation.world.hosts[name], encode({"key": "a", "value": 1}))
        simulation.run_until(simulation.now_us + 100_000)

        simulation.act("add_voter", "n4")
        simulation.run_until(simulation.now_us + 200_000)

        host = simulation.world.hosts["n4"]
        assert host.replica.machine.get("a") == 1
        assert host.replica.core.configuration.voters == ("n1", "n2", "n3", "n4")


class TestClient:
    def test_what_a_person_writes_is_read_anywhere(self):
        """A write and a linearizable read at another node are acts, and their ends are lines."""
        simulation = start()
        simulation.act("write", "a", 1)
        other = next(name for name in NAMES if name != led(simulation))
        simulation.run_until(simulation.now_us + 50_000)

        simulation.act("write", "a", 2)
        simulation.run_until(simulation.now_us + 50_000)
        simulation.act("read", other, "a")
        simulation.run_until(simulation.now_us + 50_000)

        told = [event.detail for event in simulation.trace if event.kind == "client"]
        assert told == [
            "nobody leads, a = 1 is not written",
            "a = 2 is kept at 2 of term 1",
            f"{other} holds a = 2",
        ]

    def test_a_write_that_nobody_confirms_stays_open(self):
        """Killing the leader over a write leaves it open whether it is kept (scenario 27)."""
        simulation = start()
        name = led(simulation)
        simulation.run_until(simulation.now_us + 50_000)

        simulation.act("write", "a", 1)
        simulation.act("kill", name)
        simulation.act("read", name, "a")

        told = [event.detail for event in simulation.trace if event.kind == "client"]
        assert told == [
            "a = 1: nobody can tell whether it is kept",
            f"{name} is down, a is not read",
        ]

    def test_a_write_whose_place_is_taken_is_lost(self):
        """What an isolated leader took is lost when another leader's entry takes its place."""
        simulation = start()
        name = led(simulation)
        simulation.run_until(simulation.now_us + 50_000)
        simulation.act("isolate", name)
        simulation.act("write", "a", "lost")
        simulation.run_until(simulation.now_us + 400_000)

        simulation.act("heal")
        simulation.run_until(simulation.now_us + 400_000)

        told = [event.detail for event in simulation.trace if event.kind == "client"]
        assert told == ["a = 'lost' is lost: another entry took its place at 2"]
