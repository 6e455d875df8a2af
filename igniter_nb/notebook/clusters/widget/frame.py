"""Frame of a cluster as a page is sent it: plain data, with its sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.notebook.clusters.words import summary
from igniter_nb.notebook.clusters.words.entries import entry_words
from igniter_nb.notebook.clusters.words.sides import sides
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
        "banner": _banner(frame),
        "nodes": [_node(seen, node) for node in frame.nodes],
        "entries": {f"{each.index}:{each.term}": [*entry_words(each)] for each in frame.entries},
        "sides": [side._asdict() | {"nodes": [*side.nodes]} for side in sides(seen)],
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
        "short": line(node.short),
    }


def _headline(frame: Frame) -> str:
    seen, leader = frame.status, frame.status.leader
    if seen.stopped:
        when = f"Stopped at {seen.seconds:.1f} s."
        return f"{when} {f'{leader} led' if leader else 'Nobody led'}. This is how it ended."
    who = f"{leader} leads." if leader else "Nobody leads."
    need = f"{seen.need[0].upper()}{seen.need[1:]}"
    if seen.lack:
        return f"{who} {need}, and {seen.lack}: nothing is decided."
    return f"{who} {need}{'' if leader else ', and so does an election'}."


def _banner(frame: Frame) -> str:
    wiped = [node.row.node_id for node in frame.nodes if node.wiped]
    said = summary.banner(frame.status, wiped)
    return f"Quorum lost. {said[0].upper()}{said[1:]}" if said else ""
