"""Clusters to look at: what nodes may report, made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.consensus import ClusterStatus, NodeStatus
from igniter_nb.consensus.status.status import LogEntry, PeerView

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def node(node_id: str, role: str = "follower", **other: Any) -> NodeStatus:
    """Make what a node reports: without more, one that follows n1 in term 1 with three entries."""
    facts = {"term": 1, "vote": "n1", "leader": "n1", "commit_index": 3, "applied_index": 3}
    facts |= {"log_size": 3, "snapshot_index": 0, "state_machine": {"a": 1}}
    facts["alive"] = role not in ("crashed", "removed")
    return NodeStatus(node_id=node_id, role=role, **{**facts, **other})


def log(terms: Sequence[int], committed: int, first: int = 1) -> tuple[LogEntry, ...]:
    """Make the last entries of a log from their terms."""
    return tuple(
        LogEntry(at, term, committed=at <= committed) for at, term in enumerate(terms, first)
    )


def status(rows: Iterable[NodeStatus], **other: Any) -> ClusterStatus:
    """Make the status of a cluster: without more, one that decides, with three entries each."""
    rows = tuple(rows)
    facts: dict[str, Any] = {"seconds": 1.25, "quorum_size": len(rows) // 2 + 1, "decides": True}
    facts["tails"] = tuple(log([1] * row.log_size, row.commit_index) for row in rows)
    return ClusterStatus(rows, **{**facts, **other})


def both(ones: Iterable[str], others: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Name the links between two groups of nodes, in both directions."""
    pairs = [(one, other) for one in ones for other in others]
    return tuple(sorted([*pairs, *((other, one) for one, other in pairs)]))


def elected(count: int = 5) -> ClusterStatus:
    """Return a cluster of which n1 leads."""
    names = [f"n{at}" for at in range(1, count + 1)]
    rows = [node(name, "leader" if name == "n1" else "follower") for name in names]
    return status(rows, progress=tuple(PeerView(name, 3, 4) for name in names[1:]))


def fresh() -> ClusterStatus:
    """Return a cluster in which nothing has happened."""
    nothing = {"term": 0, "vote": None, "leader": None, "commit_index": 0, "applied_index": 0}
    rows = [node(f"n{at}", **nothing, log_size=0, state_machine={}) for at in range(1, 6)]
    return status(rows, seconds=0.0)


def crashed() -> ClusterStatus:
    """Return a cluster of which a former leader crashed; n1 leads the next term."""
    n2 = node("n2", term=2, commit_index=4, log_size=5)
    n3 = node("n3", "crashed", vote="n3", leader="n3", commit_index=3, log_size=4)
    return status(
        [node("n1", "leader", term=2, commit_index=5, log_size=5), n2, n3],
        tails=(log([1, 1, 1, 2, 2], 5), log([1, 1, 1, 2, 2], 4), log([1] * 4, 3)),
        progress=(PeerView("n2", 5, 6), PeerView("n3", 0, 5)),
    )


def partitioned() -> ClusterStatus:
    """Return a cluster in two parts, each with a node that leads as far as it knows."""
    later = {"term": 2, "vote": "n4", "leader": "n4"}
    rows = [
        node("n1", "leader", log_size=5),
        node("n2", log_size=5),
        node("n3", **later, log_size=4, commit_index=4),
        node("n4", "leader", **later, log_size=4, commit_index=4),
        node("n5", **later, log_size=4),
    ]
    return status(
        rows,
        blocked=both(["n1", "n2"], ["n3", "n4", "n5"]),
        tails=(
            *(log([1] * 5, 3) for _ in range(2)),
            *(log([1, 1, 1, 2], 4) for _ in range(2)),
            log([1, 1, 1, 2], 3),
        ),
        progress=tuple(PeerView(f"n{at}", 4, 5) for at in (1, 2, 3, 5)),
    )


def lost() -> ClusterStatus:
    """Return a cluster that has lost its quorum; one link works in one direction only."""
    alone = {"leader": None, "term": 2}
    rows = [
        node("n1", "crashed"),
        node("n2", "crashed"),
        node("n3", "crashed"),
        node("n4", "candidate", **alone, vote="n4"),
        node("n5", "pre-candidate", **alone, vote=None),
    ]
    return status(rows, decides=False, blocked=(("n4", "n5"),))


def mixed() -> ClusterStatus:
    """Return a cluster with every other role and logs far apart, one of them compacted."""
    rows = [
        node("n1", "leader", commit_index=112, log_size=112, snapshot_index=50),
        node("n2", "paused", commit_index=112, log_size=112, snapshot_index=50),
        node("n3", "learner", commit_index=40, log_size=44, vote=None),
        node("n4", "removed", commit_index=60, log_size=60, snapshot_index=60),
    ]
    tails = (log([3] * 12, 112, 101), log([3] * 12, 112, 101), log([1] * 7 + [2] * 5, 40, 33), ())
    return status(rows, tails=tails, quorum_size=2, progress=(PeerView("n3", 44, 45),))


def large(count: int, *, cut: bool = False) -> ClusterStatus:
    """Return a large cluster with full tails, whole or in two halves."""
    names = [f"n{at}" for at in range(1, count + 1)]
    at_end = {"term": 12, "commit_index": 211, "log_size": 212}
    rows = [node(name, "leader" if name == "n1" else "follower", **at_end) for name in names]
    half = count // 2
    return status(
        rows,
        tails=tuple(log([11] * 6 + [12] * 6, 211, 201) for _ in names),
        progress=tuple(PeerView(name, 212, 213) for name in names[1:]),
        blocked=both(names[:half], names[half:]) if cut else (),
    )


SAMPLES = {
    "fresh": fresh(),
    "one": elected(1),
    "two": elected(2),
    "three": elected(3),
    "five": elected(5),
    "seven": large(7),
    "twenty": large(20),
    "twenty in two halves": large(20, cut=True),
    "crashed": crashed(),
    "partitioned": partitioned(),
    "lost": lost(),
    "mixed": mixed(),
}
"""Clusters by what they are."""
