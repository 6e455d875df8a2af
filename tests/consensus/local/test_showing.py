"""What is different about a cluster while somebody watches."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest

from igniter_nb.consensus import Recording, Simulation
from igniter_nb.consensus.local.driver import Driver, forked
from igniter_nb.consensus.local.loop import Request
from igniter_nb.consensus.local.showing import (
    LEAST_US,
    LOST_US,
    MOST_US,
    REST_US,
    SHOWN_US,
    SLOWEST,
    is_led,
)
from igniter_nb.consensus.simulator.journal import Journal
from igniter_nb.consensus.simulator.observe import world_status
from igniter_nb.consensus.simulator.script import act
from igniter_nb.consensus.simulator.world import Options, World
from igniter_nb.consensus.state_machine.commands import encode
from igniter_nb.consensus.transport import Link
from tests.consensus.live import FAST

REST, LEAST, LOST, MOST = (us / 1e6 for us in (REST_US, LEAST_US, LOST_US, MOST_US))


class Stage:
    """A cluster of which a test is the loop, 10 milliseconds at a time."""

    def __init__(self, driver: Driver | None = None, nodes: int = 5, **options: Any) -> None:
        if driver is None:
            made = Options(config=FAST.config(), **options)
            names = [f"n{at}" for at in range(1, nodes + 1)]
            driver = Driver(World(1, names, options=made, trace=Journal()))
            driver.world.details = False
        self.driver, self.loop, self.world = driver, driver.loop, driver.world
        self.run(1.0)

    def run(self, seconds: float) -> Stage:
        """Let time pass."""
        for _ in range(round(seconds * 100)):
            self.loop._let_pass(10_000)
            self.driver._turn()
        return self

    def watched(self, *, is_here: bool = True) -> Stage:
        """Let a page watch, or not any more, for long enough."""
        self.driver.showing.watch(self, is_here=is_here)
        return self.run(REST)

    def act(self, name: str, *args: object) -> None:
        """Do something to it, and let the loop notice."""
        act(self.world, name, *args)
        self.driver._turn()

    def kill_leader(self) -> str:
        """Kill the leader; return its name."""
        leader = self.world.leader().replica.node_id
        self.act("kill", leader)
        return leader

    def write(self, key: str, *, hurries: bool = True) -> Request:
        """Write a key, as a call of the program or as a page."""
        request = Request(60_000_000, data=encode({"key": key, "value": 1}))
        request.hurries = hurries
        self.driver._client.take(request)
        return request

    @property
    def lines(self) -> list[tuple[Any, ...]]:
        """What the tape says of messages that can be seen."""
        return [line.args for line in self.loop.tape if line.name == "show"]

    def slow_for(self) -> float:
        """Return for how many seconds it goes slowly from now on."""
        count = 0
        while self.driver.showing.is_slow:
            self.run(0.01)
            count += 1
        return count / 100


def test_messages_take_time_while_a_page_watches():
    """They do from soon after the page came until it is gone, and not before."""
    stage = Stage()
    assert (stage.world.network.shown_us, stage.lines) == (0, [])

    stage.watched()
    assert stage.world.network.shown_us == SHOWN_US
    stage.world.details = True
    stage.run(0.1)
    sent = [event for event in stage.world.trace if event.kind == "send"]
    assert {event.detail[1] - event.time_us for event in sent} == {SHOWN_US}

    stage.watched(is_here=False)
    assert stage.world.network.shown_us == 0
    assert stage.lines == [(SHOWN_US,), (0,)]


def test_a_call_that_waits_finds_the_network_as_the_program_has_it():
    """A write of the program is decided at once; some moments after it messages take time again."""
    stage = Stage().watched()
    before_us = stage.world.now_us

    answer = stage.write("x")
    assert stage.world.network.shown_us == 0
    stage.world.settle()
    stage.driver._turn()
    stage.world.settle()
    stage.driver._turn()

    assert answer.done()
    assert stage.world.now_us == before_us
    stage.run(REST - 0.05)
    assert stage.world.network.shown_us == 0
    stage.run(0.1)
    assert stage.world.network.shown_us == SHOWN_US


def test_what_a_page_asks_for_hurries_nobody():
    """A write that a page asked for is seen going round."""
    stage = Stage().watched()

    answer = stage.write("x", hurries=False)

    assert stage.world.network.shown_us == SHOWN_US
    stage.run(0.01)
    assert not answer.done()
    stage.run(0.1)
    assert answer.done()


def test_many_calls_one_after_the_other_leave_few_lines():
    """The network is as the program has it between them, so nothing is changed for each."""
    stage = Stage().watched()

    for at in range(50):
        answer = stage.write(f"k{at}")
        stage.run(0.02)
        assert answer.done()

    assert stage.lines == [(SHOWN_US,), (0,)]


def test_an_election_is_seen_slowly():
    """After a crash time passes at a tenth until the next leader has committed; then it eases."""
    stage = Stage().watched()
    before_us, shown = stage.world.now_us, []

    old = stage.kill_leader()
    assert stage.loop.pace == SLOWEST
    while stage.driver.showing.is_slow:
        stage.run(0.05)
        shown.append((stage.loop.pace, is_led(stage.world)))

    assert stage.world.leader().replica.node_id != old
    assert all(is_over for pace, is_over in shown if pace > SLOWEST)
    paces = [pace for pace, _ in shown]
    assert paces == sorted(paces)
    assert {*paces} == {0.1, 0.2, 0.4, 0.8, 1.0}
    passed_us = stage.world.now_us - before_us
    assert 100_000 < passed_us < 1_500_000, "some tenths of a second, of the cluster's time"
    assert len(shown) * 0.05 > passed_us / 1e6 * 2


def test_a_leader_that_a_page_asks_to_step_down_is_seen_to():
    """As after a crash time passes at a tenth until the next leader has committed."""
    stage = Stage().watched()
    stage.loop.call = lambda work, *_: work()
    old, shown = stage.world.leader().replica.node_id, []

    answer = stage.driver.unhurried.step_down(60.0)
    stage.driver._turn()

    assert stage.loop.pace == SLOWEST
    assert not is_led(stage.world), "the old leader hands over"
    while stage.driver.showing.is_slow:
        stage.run(0.05)
        host = stage.world.leader()
        shown.append((stage.loop.pace, host and host.replica.node_id))
    assert answer.result() == shown[-1][1] != old
    assert all(leader != old for pace, leader in shown if pace > SLOWEST)
    stage.driver.step_down(60.0)
    assert not stage.driver.showing.is_slow, "who asks in the program is not held up"


def test_who_leaves_by_a_page_hurries_nobody():
    """Messages go on to take time while a node is taken out."""
    stage = Stage().watched()
    stage.loop.call = lambda work, *_: work()
    other = next(n for n in stage.world.hosts if n != stage.world.leader().replica.node_id)

    answer = stage.driver.unhurried.leave(other, 60.0)
    stage.driver._turn()

    assert stage.world.network.shown_us == SHOWN_US
    stage.run(2.0)
    assert answer.result() == other


def test_a_fault_that_changes_nothing_is_seen_for_a_moment():
    """A follower that crashes, or comes back, slows time down for about a second."""
    stage = Stage().watched()
    other = next(n for n in stage.world.hosts if n != stage.world.leader().replica.node_id)

    stage.act("kill", other)
    assert LEAST < stage.slow_for() < LEAST + 1.0
    stage.act("restart", other)
    assert LEAST < stage.slow_for() < LEAST + 1.0
    stage.act("clock_rate", other, 900)
    assert stage.slow_for() == 0.0


def test_where_nobody_can_lead_it_ends_after_some_seconds():
    """Without a quorum there is nothing to wait for."""
    stage = Stage().watched()

    for node in ("n1", "n2", "n3"):
        stage.act("kill", node)

    assert LOST < stage.slow_for() < LOST + 1.0


def test_a_leader_without_a_majority_is_no_leader_to_wait_for():
    """An isolated leader leads on for a while; slow motion lasts until another one does."""
    stage = Stage().watched()
    old = stage.world.leader().replica.node_id
    assert is_led(stage.world)

    stage.act("isolate", old)

    assert not is_led(stage.world)
    stage.slow_for()
    assert stage.world.leader().replica.node_id != old
    stage.act("pause", stage.world.leader().replica.node_id)
    assert not is_led(stage.world)


def test_slow_motion_has_an_end_in_any_case():
    """Where a leader could be elected and never is, it ends all the same."""
    stage = Stage().watched()
    for node in stage.world.hosts:
        stage.world.hosts[node].set_clock(stage.world.now_us, rate=1)

    stage.kill_leader()

    assert MOST < stage.slow_for() < MOST + 1.0


@pytest.mark.parametrize("how", ["skip", "speed", "call", "gone"])
def test_slow_motion_ends_at_once(how):
    """By a click, a speed that is said, a call of the program, or when nobody watches."""
    stage = Stage().watched()
    stage.kill_leader()
    assert stage.loop.pace == SLOWEST

    if how == "skip":
        stage.driver.showing.skip()
    elif how == "speed":
        stage.driver._set_pace(None, 2.0)
    elif how == "call":
        stage.write("x")
    else:
        stage.driver.showing.watch(stage, is_here=False)
    stage.driver._turn()

    assert stage.loop.pace == (2.0 if how == "speed" else 1.0)
    assert not stage.driver.showing.is_slow
    assert stage.loop.brake == inf


def test_a_fault_right_after_a_call_is_seen_as_well():
    """Messages take time from the fault on, although a call ended just now."""
    stage = Stage().watched()
    stage.write("x")
    stage.run(0.05)
    assert stage.world.network.shown_us == 0

    stage.kill_leader()

    assert stage.driver.showing.is_slow
    assert stage.world.network.shown_us == SHOWN_US


def test_time_that_stands_still_is_not_counted():
    """Slow motion goes on when time does."""
    stage = Stage().watched()
    stage.kill_leader()
    stage.loop.paused = True

    stage.run(MOST + 1.0)

    assert stage.driver.showing.is_slow
    stage.loop.paused = False
    stage.run(LEAST / 2)
    assert stage.driver.showing.is_slow


def test_a_slow_speed_that_was_said_stays():
    """Who said a twentieth sees it at that speed."""
    stage = Stage().watched()
    stage.loop.speed = 0.05

    stage.kill_leader()

    assert stage.loop.pace == 0.05
    assert not stage.driver.showing.is_slow


def test_nothing_changes_where_it_was_said_how_long_messages_take():
    """Who said that they take none wants it quick; who said something else sees slow motion."""
    none, some = Stage(may_show=False).watched(), Stage(link=Link(5_000, 5_000)).watched()

    for stage in (none, some):
        assert stage.world.network.shown_us == 0
        stage.kill_leader()
        assert stage.lines == []

    assert not none.driver.showing.is_slow
    assert some.driver.showing.is_slow
    said = Stage().watched()
    said.act("links", 0, 0)
    said.run(REST)
    assert (said.world.network.shown_us, said.world.network.link.latency_us_max) == (0, 0)
    said.act("show", SHOWN_US)
    assert said.world.network.link.latency_us_max == 0


def test_nobody_watches_and_nothing_is_different():
    """A cluster that is not shown has no line on its tape, and its own speed, whatever happens."""
    stage = Stage()

    stage.kill_leader()
    stage.write("x")
    stage.run(1.0)

    assert stage.lines == []
    assert stage.loop.brake == inf


def test_faults_of_before_slow_nothing_down():
    """Who begins to watch sees what happens from then on."""
    stage = Stage()
    stage.kill_leader()
    stage.run(1.0)

    stage.watched()

    assert not stage.driver.showing.is_slow


def test_a_run_that_was_watched_repeats_exactly():
    """Whoever replays it, or goes on from it, has the same messages at the same times."""
    stage = Stage().watched()
    stage.write("x")
    stage.run(0.5)
    stage.kill_leader()
    stage.slow_for()
    stage.write("y")
    stage.run(0.2)
    text = str(Recording.of(stage.world, stage.loop.tape))

    run = Simulation.replay(Recording.from_text(text))
    run.seek(run.span_us[1])

    assert world_status(run.world).rows == world_status(stage.world).rows
    assert run.world.events == stage.world.events
    assert run.world.network.shown_us == stage.world.network.shown_us


def test_what_is_known_to_come_is_left_alone():
    """A recorded run that is played on a page goes as it went."""
    stage = Stage()
    stage.kill_leader()
    stage.run(1.0)
    recording = Recording.of(stage.world, stage.loop.tape)
    run = Simulation.replay(recording)
    run.seek(500_000)

    played = Stage(forked(run, onwards=True))
    played.watched()

    assert played.world.now_us < recording.until_us
    assert played.lines == []
    assert not played.driver.showing.is_slow
    played.run(1.0)
    assert played.world.network.shown_us == SHOWN_US
