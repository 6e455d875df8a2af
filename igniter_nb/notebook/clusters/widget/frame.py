"""Frame of a cluster as a page is sent it: plain data, with its sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.notebook.clusters.words import summary
from igniter_nb.notebook.page.html import line

if TYPE_CHECKING:
    from igniter_nb.consensus import ClusterStatus, Frame, NodeFrame

Facts = dict[str, Any]


def facts_of(frame: Frame) -> Facts:
    """Return those parts of what a page is sent that are about the cluster."""
    seen = frame.status
    tails = [node.tail for node in frame.nodes if node.tail]
    return {
        "at": frame.at_us,
        "steady": frame.steady,
        "leader": seen.leader,
        "decides": seen.decides,
        "quorum": seen.quorum_size,
        "headline": _headline(frame),
        "banner": _banner(seen),
        "nodes": [_node(seen, node) for node in frame.nodes],
        "cuts": [list(pair) for pair in seen.blocked],
        "flights": [list(flight) for flight in frame.flights],
        "sparks": [list(sent) for sent in frame.sparks],
        "losses": [list(sent) for sent in frame.losses],
        "first": min((tail[0].index for tail in tails), default=0),
        "newest": max((tail[-1].index for tail in tails), default=0),
        "link": [frame.latency_us, frame.loss],
        "links": [list(link) for link in frame.links],
    }


def _node(seen: ClusterStatus, node: NodeFrame) -> Facts:
    row, view = node.row, node.view
    return {
        "id": row.node_id,
        "role": summary.standing(seen, row),
        "alive": row.alive,
        "term": row.term,
        "vote": row.vote or "",
        "leader": row.leader or "",
        "commit": row.commit_index,
        "applied": row.applied_index,
        "last": row.log_size,
        "snapshot": row.snapshot_index,
        "log": [[index, term, int(committed)] for index, term, committed in node.tail],
        "match": view.match if view else -1,
        "next": view.next if view else -1,
        "timer": None if node.countdown is None else list(node.countdown),
        "votes": node.votes,
        "clock": node.clock,
        "wiped": node.wiped,
        "state": line(node.state),
    }


def _headline(frame: Frame) -> str:
    seen, leader = frame.status, frame.status.leader
    if seen.stopped:
        return "The cluster is stopped"
    leads = f"{leader} leads term {seen[leader].term}" if leader else "Nobody leads"
    if not seen.decides:
        return f"{leads}; no quorum: {seen.quorum_size} are needed, so nothing is decided"
    if not leader:
        return f"{leads}; {seen.quorum_size} must agree on one"
    return f"{leads}; {seen.quorum_size} of {frame.voters} decide"


def _banner(seen: ClusterStatus) -> str:
    said = summary.banner(seen)
    return f"Quorum lost. {said[0].upper()}{said[1:]}" if said else ""
