from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from igniter_nb.consensus.simulation import Simulation
from igniter_nb.consensus.simulator import tape as tapes
from igniter_nb.consensus.simulator.options import Line
from igniter_nb.consensus.simulator.script import act
from igniter_nb.consensus.simulator.tape import NOWHERE, Tape, play
from igniter_nb.consensus.simulator.world import World
from igniter_nb.consensus.transport import Link
from igniter_nb.errors import ConsensusError
from tests.consensus.virtual import Bench

NODES = ("n1", "n2", "n3")

MOVES = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 300)),
    st.tuples(st.just("put"), st.integers(0, 9)),
    st.tuples(st.just("add"), st.integers(1, 9)),
    st.tuples(st.just("get"), st.sampled_from(("", *NODES))),
    st.tuples(
        st.sampled_from(("kill", "restart", "pause", "resume", "isolate", "power_cut", "campaign")),
        st.sampled_from(NODES),
    ),
    st.tuples(st.sampled_from(("heal",)), st.none()),
    st.tuples(st.just("slow"), st.sampled_from(NODES)),
)


def done(bench: Bench, move: tuple[str, object]) -> None:
    """Do to a world what a person, or a program, may do to a cluster."""
    name, what = move
    world = bench.world
    if name == "wait":
        bench.run(what / 1000)
    elif name == "put":
        bench.put(what)
    elif name == "add":
        bench.add(what)
    elif name == "get":
        bench.get(node=what or None)
    elif name == "heal":
        act(world, "heal")
    elif name == "slow":
        for other in NODES:
            if other != what:
                act(world, "link", what, other, 5_000, 20_000, 0.1)
    else:
        act(world, name, what)
    bench.settle()


class Twin(Bench):
    """A bench whose world keeps a tape from its first moment."""

    def __init__(self) -> None:
        super().__init__(link=Link(1_000, 5_000), snapshot_every=7)

    def run(self, seconds: float) -> None:
        if not isinstance(self.world.script, Tape):
            self.world.script = Tape()
            self.world.script.look(self.world)
        super().run(seconds)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(moves=st.lists(MOVES, max_size=25))
def test_whatever_came_from_outside_a_run_repeats_exactly(moves):
    """Writes, reads, faults at any moment: the tape gives the same trace, byte for byte."""
    bench = Twin()
    for move in moves:
        done(bench, move)
    bench.run(0.3)
    world = bench.world

    again = Simulation.rewind(world.script.copy())
    again.run_until(world.now_us)

    begun = len(world.trace) - len(again.trace)
    assert again.trace_text() == "".join(f"{event}\n" for event in world.trace[begun:])
    assert begun == len(NODES), "all but the starts, which came before the tape"
    for node, host in world.hosts.items():
        twin = again.world.hosts[node]
        assert twin.seen == host.seen, f"{node} is not what it was"
        assert twin.replica.machine.state == host.replica.machine.state


@settings(max_examples=25, deadline=None)
@given(at_us=st.integers(0, 1_500_000), end_us=st.integers(0, 1_500_000))
def test_going_back_in_a_taped_run_gives_what_was_seen(at_us, end_us):
    """From anywhere to anywhere: the nodes are what they were at that moment."""
    bench = Twin()
    for value in range(10):
        bench.put(value)
        bench.run(0.05)
    act(bench.world, "kill", bench.leader_id)
    bench.run(1.0)
    past = Simulation.rewind(bench.world.script.copy())
    past.seek(end_us)

    past.seek(at_us)

    fresh = Simulation.rewind(bench.world.script.copy())
    fresh.run_until(at_us)
    assert past.status() == fresh.status()
    assert past.now_us == at_us


class TestAhead:
    def test_doing_what_lies_ahead_keeps_the_rest(self):
        """A line that lay ahead and is done leaves those after it ahead."""
        lines = [Line(0, 0, "kill", ("n1",)), Line(5, 10, "restart", ("n1",))]
        tape = Tape(ahead=lines)

        tape.append(lines[0])

        assert [*tape] == lines[:1]
        assert [*tape.ahead] == lines[1:]

    def test_doing_something_else_drops_what_lay_ahead(self):
        """A new future begins with whatever was not recorded."""
        tape = Tape(ahead=[Line(0, 0, "kill", ("n1",))])
        tape.ends = (1_000, 5)

        tape.append(Line(0, 0, "kill", ("n2",)))

        assert not tape.ahead
        assert tape.ends == NOWHERE

    def test_a_run_that_goes_another_way_says_so(self):
        """Where the lines do not fit the run, it ends and says at which line, and what to do."""
        world = World(1, NODES, trace=[])
        world.script = Tape(ahead=[Line(0, 0, "kill", ("n1",)), Line(5, 0, "heal", ())])

        with pytest.raises(ConsensusError, match=r"heal was to come after event 5 at 0.000000 s"):
            play(world, world.script, 2_000_000)


class TestBounds:
    def test_checkpoints_get_sparse_where_they_are_old(self, monkeypatch):
        """However long it runs there are few checkpoints, and the first one stays."""
        monkeypatch.setattr(tapes, "EVERY_US", 1_000)
        monkeypatch.setattr(tapes, "EVERY_US_PER_BYTE", 0)
        monkeypatch.setattr(tapes, "MOST_CHECKPOINTS", 8)
        world = World(1, NODES, trace=[])
        tape = world.script = Tape()
        for at in range(100):
            tape.look(world)
            assert len(tape.checkpoints) <= 8
            world.run_until((at + 1) * 1_000)

        times = [each.time_us for each in tape.checkpoints]
        assert times == sorted(times)
        assert times[0] == 0
        assert times[-1] == 99_000

    def test_large_checkpoints_are_few(self, monkeypatch):
        """Where worlds are large the oldest go, and what can be gone back to with them."""
        monkeypatch.setattr(tapes, "EVERY_US", 1_000)
        monkeypatch.setattr(tapes, "EVERY_US_PER_BYTE", 0)
        monkeypatch.setattr(tapes, "MOST_BYTES", 50_000)
        world = World(1, NODES, trace=[])
        tape = world.script = Tape()
        for at in range(20):
            tape.look(world)
            world.run_until((at + 1) * 1_000)

        sizes = [len(each.data) for each in tape.checkpoints]
        assert sum(sizes) <= 50_000 or len(sizes) == 2
        assert tape.checkpoints[0].time_us > 0
        past = Simulation.rewind(tape.copy())
        assert past.span_us[0] == tape.checkpoints[0].time_us
        past.seek(world.now_us)
        assert past.world.hosts["n1"].seen == world.hosts["n1"].seen

    def test_the_oldest_lines_go_with_what_can_be_gone_back_to(self, monkeypatch):
        """Beyond the most lines the first ones are dropped; what is left still repeats exactly."""
        monkeypatch.setattr(tapes, "MOST_LINES", 40)
        monkeypatch.setattr(tapes, "EVERY_LINES", 10)
        bench = Twin()
        tape = bench.world.script
        for value in range(100):
            bench.put(value)
            bench.run(0.02)
            tape.look(bench.world)

        assert tape.dropped > 0
        assert len([*tape]) <= 41
        assert len(tape) > 100
        past = Simulation.rewind(tape.copy())
        past.seek(bench.world.now_us)
        for node, host in bench.world.hosts.items():
            assert past.world.hosts[node].seen == host.seen
        with pytest.raises(ValueError, match=r"its first [0-9]+ lines were dropped"):
            past.recording()
