"""Summary of a cluster in words: below its picture, and for those who cannot see it.

Only what the nodes reported is said, with the cluster's own time at which they did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from igniter_nb.notebook.page.html import line
from igniter_nb.text import shorten

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from igniter_nb.consensus import ClusterStatus, NodeStatus

NAME: Final = 24
"""Longest name that is written out, in characters."""

MOST_CUTS: Final = 6
"""Most sentences about links that are cut."""

_ARE: Final = {
    "follower": ("is a follower", "are followers"),
    "candidate": ("is a candidate", "are candidates"),
    "pre-candidate": ("is a pre-candidate", "are pre-candidates"),
    "learner": ("is a learner", "are learners"),
    "crashed": ("crashed", "crashed"),
    "paused": ("is paused", "are paused"),
    "removed": ("was removed", "were removed"),
}


def name(node_id: str) -> str:
    """Write the name of a node on one line."""
    return shorten(line(node_id), NAME)


def names(node_ids: Sequence[str]) -> str:
    """Write names, with commas and one "and"."""
    said = [name(each) for each in node_ids]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def standing(seen: ClusterStatus, row: NodeStatus) -> str:
    """Return the key of :data:`igniter_nb.notebook.page.theme.ROLES` for a node.

    Two nodes may report that they lead: the one in the older term has not heard of the other yet.
    """
    if row.role != "leader":
        return row.role
    leader = seen.leader
    is_old = leader is not None and row.term < seen[leader].term
    return "superseded" if is_old else row.role


def role_words(role: str) -> str:
    """Write what a node is."""
    return "leader, older term" if role == "superseded" else line(role)


def summary(seen: ClusterStatus) -> str:
    """Say in a sentence who is what, and what of the logs and links is worth telling."""
    members = len(_members(seen))
    count = f"{members} node{'' if members == 1 else 's'}"
    parts = [f"{count}: {_leaders(seen)}", *_others(seen), _logs(seen.rows)]
    said = "; ".join(part for part in parts if part)
    cut = cuts(seen)
    ends = [f"; quorum lost: {reason(seen)}"] if not (seen.decides or seen.stopped) else []
    ends = [f"; this is how it ended, at {seen.seconds:.1f} s"] if seen.stopped else ends
    ends += [f"; {cut}"] if cut else []
    return f"{said}{''.join(ends)}."


def _leaders(seen: ClusterStatus) -> str:
    leading = sorted(
        (row for row in seen.rows if row.role == "leader"), key=lambda row: row.term, reverse=True
    )
    said = [
        f"{name(row.node_id)} leads {'the older ' * (at > 0)}term {row.term}"
        for at, row in enumerate(leading)
    ]
    return " and ".join(said) if said else "nobody leads"


def _others(seen: ClusterStatus) -> list[str]:
    said = []
    for role, (one, many) in _ARE.items():
        of_it = [row.node_id for row in seen.rows if row.role == role]
        if of_it:
            said.append(f"{names(of_it)} {one if len(of_it) == 1 else many}")
    known = {*_ARE, "leader"}
    said += [
        f"{name(row.node_id)} is {line(row.role)}" for row in seen.rows if row.role not in known
    ]
    return said


def _logs(rows: Sequence[NodeStatus]) -> str:
    if not rows:
        return ""
    longest = max(row.log_size for row in rows)
    if not longest:
        return "the logs are empty"
    committed = max(row.commit_index for row in rows)
    return f"the longest log ends at {longest:,}, committed up to {committed:,}"


def _members(seen: ClusterStatus) -> list[NodeStatus]:
    return [row for row in seen.rows if row.role != "removed"]


def reason(seen: ClusterStatus) -> str:
    """Say why nothing can be decided."""
    return f"{seen.need}, and {seen.lack}"


def banner(seen: ClusterStatus, wiped: Container[str] = ()) -> str:
    """Say what it means that the quorum is lost; empty when it is not.

    Args:
        seen: the cluster.
        wiped: nodes that lost their disks, and are not restarted for that.
    """
    if seen.decides or seen.stopped:
        return ""
    running = seen.votes.running
    down = [row.node_id for row in _members(seen) if not row.alive]
    back = "restart() nodes"
    if down and all(node in wiped for node in down):
        back = "to start another cluster, for those that do not run lost their disks"
    if not running:
        return f"No node runs, so nothing is written or read. What helps: {back}."
    remedies = ["heal() the links"] if seen.blocked else []
    if running < seen.quorum_size or not remedies:
        remedies.insert(0, back)
    why = reason(seen)
    return (
        f"{why[0].upper()}{why[1:]}. While that lasts nothing new is committed: write() and "
        'read() refuse rather than answer from an old state; read(key, consistency="stale") still '
        f"answers. What helps: {' and '.join(remedies)}."
    )


def cuts(seen: ClusterStatus) -> str:
    """Say between which nodes nothing passes; empty when all links are whole."""
    said = [
        *(f"{names(few)} {_is(few)} cut off from {names(many)}" for few, many in _sides(seen)),
        *(f"nothing passes from {name(one)} to {name(other)}" for one, other in one_way(seen)),
    ]
    if len(said) > MOST_CUTS:
        said = [*said[:MOST_CUTS], f"and {len(said) - MOST_CUTS} more cuts"]
    return "; ".join(said)


def _is(node_ids: Sequence[str]) -> str:
    return "is" if len(node_ids) == 1 else "are"


def both_ways(seen: ClusterStatus) -> list[tuple[str, str]]:
    """Return the pairs of nodes that cannot reach each other, once each, in the nodes' order."""
    blocked = set(seen.blocked)
    order = [row.node_id for row in seen.rows]
    return [
        (one, other)
        for at, one in enumerate(order)
        for other in order[at + 1 :]
        if (one, other) in blocked and (other, one) in blocked
    ]


def one_way(seen: ClusterStatus) -> list[tuple[str, str]]:
    """Return the pairs of nodes of which the first cannot reach the second, but the reverse."""
    blocked = set(seen.blocked)
    known = {row.node_id for row in seen.rows}
    return [
        (one, other)
        for one, other in seen.blocked
        if (other, one) not in blocked and {one, other} <= known
    ]


def _sides(seen: ClusterStatus) -> list[tuple[list[str], list[str]]]:
    """Put pairs together: nodes that miss the same others are told as one, the fewer ones first.

    No two of a group miss each other, and of two groups either all miss all or none misses any.
    """
    missing: dict[str, list[str]] = {row.node_id: [] for row in seen.rows}
    for one, other in both_ways(seen):
        missing[one].append(other)
        missing[other].append(one)
    groups: dict[tuple[str, ...], list[str]] = {}
    for node_id, others in missing.items():
        groups.setdefault(tuple(others), []).append(node_id)
    sides = [*groups.items()]
    return [
        (group, other) if len(group) <= len(other) else (other, group)
        for at, (others, group) in enumerate(sides)
        for _, other in sides[at + 1 :]
        if other[0] in others
    ]
