from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path

import pytest

from igniter_nb.consensus.simulation import Simulation
from igniter_nb.consensus.testing.plan import KINDS, draw
from igniter_nb.consensus.testing.swarm import Verdict, simulate
from igniter_nb.raft import RaftLog
from tests.consensus.found import ELSEWHERE, FOUND, Directed, Found

SEEDS = int(os.environ.get("IGNITER_SEEDS", "2000"))
"""How many seeds of five nodes ``make simulation`` runs; and a tenth as many of fewer."""

FIRST = int(os.environ.get("IGNITER_FIRST_SEED", "0"))
"""The first of them."""

CHUNK, NODES = 10, 5

TESTS = Path(__file__).parents[2]


def pool() -> ProcessPoolExecutor:
    """Start a process for each core; fresh ones, so that nothing of this one is in them."""
    return ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"))


def told(failing: list[Verdict], total: str) -> str:
    """Write what a person needs to go on: the first failure in full, the others in a line."""
    others = "\n".join(f"seed {each.seed}: {each.wrong.splitlines()[0]}" for each in failing[1:])
    return f"{len(failing)} of {total} failed. The first:\n{failing[0]}\nThe others:\n{others}"


def seeds(*, five: bool, number: int) -> list[int]:
    """Return the first seeds that draw a cluster of five nodes, or of fewer."""
    drawn = (seed for seed in count(FIRST) if (len(draw(seed).node_ids) == NODES) is five)
    return list(islice(drawn, number))


@pytest.mark.simulation
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize(("five", "number"), [(True, SEEDS), (False, SEEDS // 10)])
def test_every_seed_is_safe_and_live(five: bool, number: int):
    """In thousands of clusters with faults nothing that must never be happens, and all serve."""
    with pool() as workers:
        verdicts = list(workers.map(simulate, seeds(five=five, number=number), chunksize=CHUNK))

    failing = [verdict for verdict in verdicts if not verdict]
    assert not failing, told(failing, f"{number} seeds from {FIRST}")
    print(
        f"\n{number} seeds: {sum(v.events for v in verdicts):,} events, "
        f"{sum(v.elections for v in verdicts):,} elections, "
        f"{sum(v.committed for v in verdicts):,} entries, "
        f"{sum(v.answered for v in verdicts):,} operations answered and "
        f"{sum(v.unknown for v in verdicts):,} not"
    )


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_no_seed_ever_fails():
    """It runs seed after seed until it is stopped or one fails, which is printed."""
    with pool() as workers:
        for first in count(FIRST, CHUNK * 50):
            verdicts = list(
                workers.map(simulate, range(first, first + CHUNK * 50), chunksize=CHUNK)
            )
            failing = [verdict for verdict in verdicts if not verdict]
            assert not failing, told(failing, f"{CHUNK * 50} seeds from {first}")
            print(f"seeds {first} to {first + CHUNK * 50 - 1}: nothing found", flush=True)


@pytest.mark.parametrize("found", FOUND, ids=lambda each: f"seed-{each.seed}")
def test_what_was_found_once_is_not_found_again(found: Found):
    """A seed that once found a bug passes."""
    verdict = simulate(found.seed)

    assert verdict, f"once it found this: {found.what}\n{verdict}"


@pytest.mark.parametrize("found", ELSEWHERE, ids=lambda each: each.test.partition("::")[2])
def test_what_was_found_elsewhere_has_its_test(found: Directed):
    """A bug that no seed found names the test that finds it again."""
    file, _, name = found.test.partition("::")

    assert f"def {name}(" in (TESTS / file).read_text("utf-8"), found.what


class TestVerdict:
    def test_a_verdict_sums_up(self):
        """A verdict that is fine says in one line what happened."""
        verdict = simulate(1)

        assert verdict
        for part in ("seed 1: ", " events, ", " elections, ", " entries, ", "live again in"):
            assert part in str(verdict)

    def test_a_failing_verdict_says_how_to_go_on(self, monkeypatch):
        """A failure has the seed, what is wrong, the faults, the end of the trace, the way in."""
        monkeypatch.setattr(RaftLog, "is_up_to_date", lambda *_: True)

        failing = next(verdict for verdict in map(simulate, range(50)) if not verdict)

        text = str(failing)
        assert text.startswith(f"seed {failing.seed}: ")
        for part in (
            "options: ",
            "what went wrong before:",
            "lines of the trace:",
            "from igniter_nb.consensus import Simulation",
            f"Simulation.open(seed={failing.seed}, at_us=",
        ):
            assert part in text

    def test_a_failing_run_opens_where_it_failed(self, monkeypatch):
        """What a verdict names can be opened, ends in the same failure, and can be gone back in."""
        monkeypatch.setattr(RaftLog, "is_up_to_date", lambda *_: True)
        failing = next(verdict for verdict in map(simulate, range(50)) if not verdict)

        opened = Simulation.open(seed=failing.seed, at_us=100_000_000)

        assert str(opened.failure) == failing.wrong
        opened.seek(opened.now_us - 50_000)
        assert opened.failure is None

    def test_an_error_of_the_code_is_a_verdict(self, monkeypatch):
        """Whatever the code raises fails the seed and says where."""
        monkeypatch.setattr(RaftLog, "term_at", _broken)

        verdict = simulate(0)

        assert not verdict
        assert "RuntimeError('broken')" in verdict.wrong
        assert "_broken" in verdict.wrong


def _broken(*_: object) -> None:
    raise RuntimeError("broken")


class TestPlans:
    def test_every_kind_of_fault_is_drawn(self):
        """Among some seeds each kind of fault occurs, and no seed has all of them."""
        plans = [draw(seed) for seed in range(60)]

        assert {kind for plan in plans for kind in plan.kinds} == set(KINDS)
        assert all(len(plan.kinds) < len(KINDS) for plan in plans)

    def test_clusters_differ(self):
        """Seeds differ in size, options, network and clients (swarm testing)."""
        plans = [draw(seed) for seed in range(60)]

        assert {len(plan.node_ids) for plan in plans} >= {3, 5}
        assert {plan.options.config.pre_vote for plan in plans} == {True, False}
        assert {plan.options.config.check_quorum for plan in plans} == {True, False}
        assert {plan.options.snapshot_every > 0 for plan in plans} == {True, False}
        assert {plan.habits.sessions > 0 for plan in plans} == {True, False}
        assert max(plan.options.link.loss for plan in plans) > 0.2
        assert max(plan.options.link.loss for plan in plans) <= 0.3

    def test_a_plan_is_the_same_each_time(self):
        """A seed draws one plan."""
        assert draw(5) == draw(5)
        assert draw(5) != draw(6)

    def test_faults_read_as_lines(self):
        """A plan can be read: time, action and arguments."""
        fault = next(fault for seed in range(60) for fault in draw(seed).actions if fault.args)

        time, _, call = str(fault).partition(" ")

        assert float(time) == fault.time_us / 1e6
        assert call.startswith(f"{fault.name}(")
