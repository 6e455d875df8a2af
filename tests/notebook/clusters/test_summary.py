from __future__ import annotations

from dataclasses import replace

import pytest

from igniter_nb.notebook.clusters.words import summary
from tests.notebook.clusters.samples import (
    SAMPLES,
    both,
    crashed,
    elected,
    fresh,
    lost,
    mixed,
    node,
    partitioned,
    status,
)


def test_a_cluster_is_told_in_a_sentence() -> None:
    """Who leads, who follows, who crashed, and how far the logs go."""
    said = summary.summary(crashed())

    assert said == (
        "3 nodes: n1 leads term 2; n2 is a follower; n3 crashed; "
        "the longest log ends at 5, committed up to 5."
    )


def test_a_fresh_cluster_is_told_as_empty() -> None:
    """Before anything happened nobody leads and the logs are empty."""
    said = summary.summary(fresh())

    assert "5 nodes: nobody leads; n1, n2, n3, n4 and n5 are followers" in said
    assert "the logs are empty" in said


def test_two_leaders_are_told_apart_by_their_terms() -> None:
    """The one of the newer term comes first, the other's term is called older."""
    said = summary.summary(partitioned())

    assert "n4 leads term 2 and n1 leads the older term 1" in said
    assert "n1 and n2 are cut off from n3, n4 and n5" in said


@pytest.mark.parametrize("name", SAMPLES)
def test_every_node_is_named(name: str) -> None:
    """The sentence leaves no node out."""
    seen = SAMPLES[name]

    words = summary.summary(seen).replace(",", " ").replace(";", " ").split()

    assert [row.node_id for row in seen if row.node_id not in words] == []


def test_a_removed_node_is_no_member() -> None:
    """A node that was removed is told, but does not count."""
    said = summary.summary(mixed())

    assert said.startswith("3 nodes: ")
    assert "n2 is paused" in said
    assert "n3 is a learner" in said
    assert "n4 was removed" in said


def test_an_unknown_role_is_told_as_it_is() -> None:
    """A word that is not known here is passed on."""
    assert "n1 is retired" in summary.summary(status([node("n1", "retired")]))


def test_no_node_at_all_is_no_error() -> None:
    """An empty status, which no cluster has, is told as one."""
    assert summary.summary(status([])) == "0 nodes: nobody leads."


def test_a_lost_quorum_says_why_what_it_means_and_what_helps() -> None:
    """The banner counts, says what refuses and what still answers, and names the remedy."""
    said = summary.banner(lost())

    assert said.startswith("A write needs 3 of 5 nodes, and 2 run.")
    assert "write() and read() refuse" in said
    assert said.endswith("What helps: restart() nodes and heal() the links.")


def test_a_lost_quorum_of_running_nodes_asks_for_the_links() -> None:
    """When enough nodes run, the links are what is wrong."""
    seen = status([node("n1"), node("n2")], decides=False, blocked=both(["n1"], ["n2"]))

    said = summary.banner(seen)

    assert said.startswith("A write needs 2 of 2 nodes, and no 2 that run reach one another.")
    assert said.endswith("What helps: heal() the links.")


def test_a_lost_quorum_with_whole_links_asks_for_nodes() -> None:
    """Where no link is cut, nodes are what is missing."""
    learners = [node("n1"), node("n2", "learner"), node("n3", "crashed")]

    assert summary.banner(status(learners, decides=False)).endswith("What helps: restart() nodes.")


def test_a_restart_is_advised_only_where_a_node_can_be_restarted() -> None:
    """A node that lost its disk is never restarted; one more that is down is."""
    seen = status([node("n1"), node("n2", "crashed"), node("n3", "crashed")], decides=False)

    assert "What helps: restart() nodes" in summary.banner(seen, ["n2"])
    for said in (
        summary.banner(seen, ["n2", "n3"]),
        summary.banner(status([node("n1", "crashed")], decides=False), ["n1"]),
    ):
        assert "restart()" not in said
        assert "to start another cluster, for those that do not run lost their disks" in said


def test_a_cluster_of_which_no_node_runs_answers_nothing() -> None:
    """Without any node there is nothing that still answers."""
    said = summary.banner(status([node("n1", "crashed")], decides=False))

    assert "No node runs" in said
    assert "stale" not in said
    assert "still answers" not in said


def test_a_cluster_that_decides_has_no_banner() -> None:
    """Nothing is said where nothing is wrong."""
    assert summary.banner(elected()) == ""
    assert summary.cuts(elected()) == ""


def test_a_cut_is_told_by_its_sides() -> None:
    """An isolated node, a direction, and many cuts are told in few words."""
    rows = [node(f"n{at}") for at in range(1, 10)]
    isolated = status(rows[:3], blocked=both(["n3"], ["n1", "n2"]))
    half = status(rows[:2], blocked=(("n1", "n2"),))
    many = status(rows, blocked=tuple((f"n{at}", f"n{at + 1}") for at in range(1, 9)))

    assert summary.cuts(isolated) == "n3 is cut off from n1 and n2"
    assert summary.cuts(half) == "nothing passes from n1 to n2"
    assert summary.cuts(many).endswith("and 2 more cuts")


def test_links_of_unknown_nodes_are_not_told() -> None:
    """A link of a node that reports nothing is left out."""
    assert summary.cuts(status([node("n1")], blocked=(("n1", "n9"),))) == ""


def test_a_stopped_cluster_has_lost_nothing() -> None:
    """A cluster that was stopped is said to be, and no quorum is called lost."""
    seen = replace(status([node("n1", "crashed")], decides=False), stopped=True)

    assert summary.banner(seen) == ""
    assert "this is how it ended, at 1.2 s" in summary.summary(seen)
    assert "quorum" not in summary.summary(seen)
