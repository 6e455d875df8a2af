"""Each rule that is broken on purpose is found: by random runs, or by a story made for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from igniter_nb.consensus.testing.invariants import InvariantViolationError
from igniter_nb.consensus.testing.plan import draw
from igniter_nb.consensus.testing.swarm import furnished, simulate
from tests.consensus import directed
from tests.consensus.scenarios import test_clients, test_durability
from tests.raft import (
    test_scenarios_membership,
    test_scenarios_reads,
    test_scenarios_snapshots,
)
from tests.raft.mutations import MUTANTS
from tests.raft.transcript import mismatches, play

BUDGET = 200
"""Seeds; the rarest of these faults is met by six in a hundred, the usual one by every third."""

SEEDS = {
    "vote_twice": "one vote in a term",
    "vote_not_kept": "durable before it is said|a node keeps its word",
    "any_log_may_lead": "votes go to who is up to date|leader completeness",
    "leader_does_not_step_down": "election safety|log matching|has one leader",
    "old_terms_by_counting": "a leader commits entries of its own term|leader completeness",
    "leader_counts_itself_early": "committed on a quorum",
    "cut_after_previous": "committed on a quorum|leader completeness",
    "conflicts_stay": "log matching|committed on a quorum|committed entries are immutable",
    "commit_beyond_the_match": "committed entries are immutable|committed on a quorum",
    "reads_before_they_are_applied": "not linearizable|reads .* is written",
    "changes_overlap": "membership changes one by one",
    "said_before_durable": "durable before it is said|a node keeps its word",
    "sync_does_nothing": "a node keeps its word|durable before it is said",
    "applied_before_committed": "snapshot <= applied <= commit|state machine safety",
}
"""The checks that find a mutant in random runs; any of them may be first."""

TRANSCRIPTS = Path(__file__).parents[2] / "raft" / "transcripts"


def retold(name):
    """Play a transcript, and fail if it tells something else."""
    path = TRANSCRIPTS / name
    text = path.read_text("utf-8")
    found = mismatches(text, play(text, path))
    assert not found, f"{name} is told differently from line {found[0].step.line} on"


STORIES = {
    "votes_without_sender": (directed.a_vote_comes_twice, "Election Safety"),
    "index_before_term": (directed.a_long_log_of_an_old_term_runs, "Leader Completeness"),
    "replies_of_any_term": (directed.a_yes_comes_two_terms_late, "durable on a quorum"),
    "any_previous_entry": (directed.entries_come_after_another_entry, "Log Matching"),
    "reads_without_a_round": (directed.an_old_leader_is_read, "is not linearizable"),
    "reads_before_the_terms_first_commit": (
        test_scenarios_reads.test_reads_before_the_terms_first_commit_all_wait_and_see_it,
        "a read waits for the first commit of the term",
    ),
    "lease_without_drift": (directed.a_slow_clock_is_leased_to, "is not linearizable"),
    "lease_kept_after_a_transfer": (
        directed.a_leader_hands_over_and_is_read_by_lease,
        "is not linearizable",
    ),
    "change_before_the_terms_first_commit": (
        test_scenarios_membership.test_without_the_erratums_rule_two_leaders_could_commit_apart,
        "DID NOT RAISE",
    ),
    "cut_changes_stay_in_force": (lambda: retold("51_fall_back.txt"), "is told differently"),
    "snapshot_with_the_first_membership": (
        test_scenarios_snapshots.test_the_membership_is_in_the_snapshot,
        "the membership is in the snapshot",
    ),
    "chunks_are_mixed": (
        lambda: test_scenarios_snapshots.test_a_new_leaders_snapshot_begins_anew(2),
        "never a mixture",
    ),
    "sessions_are_ignored": (
        test_clients.test_a_command_that_is_sent_again_takes_effect_once,
        "it took effect twice",
    ),
    "waiters_by_index_alone": (
        test_durability.test_who_waits_for_an_index_hears_of_its_own_entry_only,
        "another entry is at its index, and it hears ok",
    ),
}
"""The story that finds a mutant, and words of the check that does."""


def test_every_mutant_is_looked_for():
    """Scenario 69: each mutant is found by seeds or by a story, and there are many."""
    assert sorted([*SEEDS, *STORIES]) == sorted(MUTANTS)
    assert len(MUTANTS) >= 14


@pytest.mark.parametrize("name", SEEDS)
def test_random_runs_find_a_broken_rule(name):
    """Scenario 69: within two hundred seeds the simulator's checks find it, and say which rule."""
    with MUTANTS[name]():
        wrong = next((verdict for verdict in map(simulate, range(BUDGET)) if not verdict), None)

    assert wrong is not None, f"{BUDGET} seeds and no check found {name}: {MUTANTS[name].__doc__}"
    with pytest.raises(AssertionError, match=SEEDS[name]):
        raise AssertionError(wrong.wrong)


@pytest.mark.parametrize("name", STORIES)
def test_a_story_finds_a_broken_rule(name):
    """Scenario 69: what random runs meet rarely is found by a story in which it does harm."""
    story, words = STORIES[name]
    story()  # in order without the mutant

    with MUTANTS[name](), pytest.raises((AssertionError, pytest.fail.Exception)) as found:
        story()

    assert words in str(found.value), f"another check found {name}: {found.value}"


@pytest.mark.parametrize("seed", range(5))
def test_without_a_mutant_nothing_is_found(seed):
    """Scenario 69: the checks are silent when all rules hold, and mutants leave nothing behind."""
    for mutant in MUTANTS.values():
        with mutant():
            pass

    verdict = simulate(seed)

    assert verdict, str(verdict)


def broken(plan):
    """Run a plan; return the invariant that breaks, None if none does."""
    run = furnished(plan, [])
    try:
        run.world.run_until(plan.until_us)
    except InvariantViolationError as violation:
        return violation.invariant
    except ValueError:
        return None  # a fault names a node that another one, left out, would have added
    return None


def shrunk(plan, invariant):
    """Leave out of a plan every fault without which the same invariant breaks all the same."""
    size = max(1, len(plan.actions) // 2)
    while size:
        at = 0
        while at < len(plan.actions):
            fewer = plan._replace(actions=plan.actions[:at] + plan.actions[at + size :])
            if broken(fewer) == invariant:
                plan = fewer
            else:
                at += size
        size //= 2
    return plan


def test_a_failing_seed_shrinks_and_replays():
    """Scenario 67: of a failing seed's faults those stay that it needs, and fail the same way."""
    with MUTANTS["any_log_may_lead"]():
        plans = (draw(seed) for seed in range(BUDGET))
        plan = next(plan for plan in plans if len(plan.actions) > 3 and broken(plan))
        invariant = broken(plan)

        small = shrunk(plan, invariant)

        assert len(small.actions) < len(plan.actions)
        assert [broken(small) for _ in range(2)] == [invariant] * 2
        for at in range(len(small.actions)):
            without = small.actions[:at] + small.actions[at + 1 :]
            assert broken(small._replace(actions=without)) != invariant
