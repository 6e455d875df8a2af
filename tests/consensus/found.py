"""Bugs that were found in this code: what each was, and what finds it again.

A bug that was found once must stay findable: each row is a seed that runs again with the ordinary
tests, or names the test that was written for it. A seed draws another run when
:mod:`igniter_nb.consensus.testing.faults` draws differently; then the row stays for what it says,
and its seed is one seed more.
"""

from __future__ import annotations

from typing import NamedTuple


class Found(NamedTuple):
    """A bug that a seed found.

    Attributes:
        seed: the seed.
        what: what was wrong, as a sentence.
        where: ``"core"``, ``"replica"``, ``"world"`` or ``"harness"``.
    """

    seed: int
    what: str
    where: str


class Directed(NamedTuple):
    """A bug that reading, a scenario or a schedule found.

    Attributes:
        test: the test that finds it again, ``file::name`` below ``tests``.
        what: what was wrong, as a sentence.
    """

    test: str
    what: str


FOUND = [
    Found(2, "A node that waits to be added failed its own invariants: it has no voter.", "core"),
    Found(8, "The same, of a learner that had a snapshot to come.", "core"),
    Found(
        1076,
        "A learner never forgot a dead leader, so it gave no vote when it was needed as a voter.",
        "core",
    ),
    Found(15, "A plan resumed nodes that were to stay frozen while a majority served.", "harness"),
    Found(57, "A disk told to fail survived the repair of its node.", "harness"),
    Found(32, "A removed node was asked to serve reads for ever.", "harness"),
    Found(
        397, "A frozen leader's message under way changed the membership of the rest.", "harness"
    ),
]

ELSEWHERE = [
    Directed(
        "raft/test_reads.py::test_an_answer_to_an_earlier_life_answers_no_read",
        "A late answer to a read of an earlier life made a later read stale.",
    ),
    Directed(
        "raft/test_reads.py::test_a_single_voter_does_not_wait_for_learners",
        "A lone voter with a silent learner never answered a read.",
    ),
    Directed(
        "raft/test_reads.py::test_a_follower_that_restarts_does_not_break_a_lease",
        "A follower that restarted voted within a lease that it had confirmed.",
    ),
    Directed(
        "raft/test_elections.py::test_a_leader_that_removes_itself_may_be_needed_to_be_elected_again",
        "A leader that had removed itself, uncommitted, never ran again (thesis figure 4.6).",
    ),
    Directed(
        "raft/test_changes.py::test_a_new_leader_goes_on_with_leaving",
        "A new leader never left a joint configuration that it knew to be committed.",
    ),
    Directed(
        "raft/test_ready.py::test_a_snapshot_of_what_a_newer_one_covers_is_not_taken",
        "A snapshot of our own behind one that the leader had sent was an assertion.",
    ),
    Directed(
        "raft/test_elections.py::test_a_leader_without_a_majority_steps_down",
        "A leader that was cut off led for up to two election timeouts.",
    ),
    Directed(
        "consensus/scenarios/test_durability.py"
        "::test_a_leader_that_cannot_write_does_not_lead_for_ever",
        "A leader whose disk hung led on by heartbeats alone.",
    ),
    Directed(
        "raft/test_paper_servers.py::test_who_is_refused_does_not_hold_an_election_off",
        "A candidate that was refused held off everybody's election.",
    ),
    Directed(
        "raft/test_core.py::test_an_unreachable_follower_is_sent_one_message_at_a_time",
        "A follower reported as unreachable was sent to again at once.",
    ),
    Directed(
        "raft/test_leases.py::test_a_follower_does_not_forget_a_leader_for_a_term_it_heard_of",
        "A follower that heard of a later term voted within a lease that it had confirmed.",
    ),
    Directed(
        "raft/test_leases.py::test_a_lease_is_a_tick_shorter_than_the_timeout",
        "A lease outlasted a follower's timeout by the tick that it may count too early.",
    ),
    Directed(
        "raft/test_leases.py::test_a_countdown_is_not_shortened_below_what_leases_rest_on",
        "An election timeout set by hand elected a leader within a lease.",
    ),
    Directed(
        "raft/test_leases.py::test_an_answer_to_an_old_term_rewinds_nobody",
        "An answer to a message of an old term made a leader send a whole log again.",
    ),
    Directed(
        "raft/test_leases.py::test_an_answer_from_before_a_node_was_added_again_is_no_error",
        "A late answer of a node that was removed and added again was an assertion.",
    ),
    Directed(
        "consensus/state_machine/test_reducers.py::test_how_deep_a_node_is_does_not_matter",
        "A deep reducer succeeded on one node and ran out of stack on another.",
    ),
    Directed(
        "consensus/cluster/test_cluster_folders.py::test_a_node_without_its_folder_does_not_come_back",
        "A node came back with an empty folder, voted, and an acknowledged write was gone.",
    ),
    Directed(
        "consensus/cluster/test_cluster_travel.py::test_looking_does_not_cost_the_recording",
        "A read in a replay dropped what lay ahead, and a tour told what then never happened.",
    ),
    Directed(
        "consensus/simulator/test_arguments.py::test_what_makes_no_sense_is_refused_before_anything_is_done",
        "An act that failed half way left a world that its recording did not lead to.",
    ),
    Directed(
        "consensus/cluster/test_cluster_travel.py::test_removed_nodes_stay_removed",
        "In a fork a node that was removed came back under its name, with its votes.",
    ),
    Directed(
        "consensus/cluster/test_cluster_travel.py::test_a_future_that_does_not_come_is_not_there",
        "After another future had begun, the end of the old one could still be looked at.",
    ),
    Directed(
        "consensus/cluster/test_cluster_travel.py::"
        "test_what_is_due_and_has_not_happened_has_not_happened_there",
        "In the past of a paused cluster, what was due had happened that still waited.",
    ),
]
