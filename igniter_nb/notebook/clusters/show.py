"""Display of a cluster, its status, its events and its nodes at the end of a cell.

Loaded when the first of them is shown, see ``LATER`` in :mod:`igniter_nb.notebook.show`. Each is
looked at once, so that picture, table and text tell of the same moment. Nothing runs but that.

Where there is a kernel, a cluster that runs, and a tour, are shown by a widget, with a still in
front of it for where there is none. A terminal and a stopped cluster have the picture alone.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.consensus import (
    Cluster,
    ClusterEvents,
    ClusterStatus,
    NodeRef,
    Past,
    ShardedCluster,
    ShardedStatus,
    Simulation,
    Tour,
)
from igniter_nb.display import report_text
from igniter_nb.errors import ConsensusError
from igniter_nb.notebook.clusters.picture.picture import draw
from igniter_nb.notebook.clusters.picture.stage import looks
from igniter_nb.notebook.clusters.replay.recorder import Recorder, Recording
from igniter_nb.notebook.clusters.replay.reel import reel
from igniter_nb.notebook.clusters.words import summary
from igniter_nb.notebook.clusters.words.summary import name, role_words, standing
from igniter_nb.notebook.kernel.stills import Still, shell_of_page
from igniter_nb.notebook.page import figures, tables, theme
from igniter_nb.notebook.page.figures import beside_widget
from igniter_nb.notebook.page.html import Markup, clean, style, tag, text
from igniter_nb.notebook.page.listing import Listing
from igniter_nb.notebook.page.render import Bundle, render, widget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from igniter_nb.consensus import NodeStatus
    from igniter_nb.notebook.clusters.widget.widget import ClusterView

MOST_EVENTS: Final = 50
"""Events that are shown, the latest ones; they stand in the order in which they happened."""

MOST_SHARDS: Final = 6
"""Shards that are drawn, the first ones."""

_WIDE: Final = 120
"""Characters of a cell in a table of events."""


@render.register(Cluster)
def _cluster(shown: Cluster) -> Bundle:
    try:
        seen = shown.status()
    except ConsensusError as error:
        return {"text/plain": clean(f"<{type(shown).__name__}: {error}>")}
    if shell_of_page() is None:
        return render(seen)
    from igniter_nb.notebook.clusters.widget.widget import recording_of

    return _with_view(shown) | _recorded(seen, recording_of(shown))


@widget.register(Cluster)
def _view(shown: Cluster) -> Any:
    from igniter_nb.notebook.clusters.widget.view import driver_of
    from igniter_nb.notebook.clusters.widget.widget import view_of

    with suppress(ConsensusError):
        if driver_of(shown).own_time is not None and not shown.status().stopped:
            view = view_of(shown)
            if view.still is None:
                view.remember()
                view.still = Still(partial(_still, view), view.mark)
            return view
    return None


def _still(view: ClusterView) -> Bundle | None:
    """Draw what a widget shows, for where there is none."""
    if view.mark() is None:
        return None
    return beside_widget(_recorded(view.status(), view.recording()))


@render.register(Tour)
def _tour(shown: Tour) -> Bundle:
    return _with_view(shown) | _toured(shown)


@widget.register(Tour)
def _tour_view(shown: Tour) -> Any:
    from igniter_nb.notebook.clusters.widget.widget import ClusterView

    view = ClusterView(shown)
    view.still = Still(lambda: beside_widget(_toured(shown)), lambda: shown.name)
    return view


def _with_view(shown: object) -> Bundle:
    """Return the form of a widget, nothing where there can be none."""
    view = None if shell_of_page() is None else widget(shown)
    return {} if view is None else view.view_mimebundle()[0]


def _toured(shown: Tour) -> Bundle:
    from igniter_nb.notebook.clusters.widget.earlier import record

    run, recorder = Past(Simulation.replay(shown.recording)), Recorder()
    run.seek(run.first_us)
    record(run, recorder, shown.steps[-1].until_us)
    run.seek(shown.steps[0].until_us)
    notes = [(step.until_us, step.heading) for step in shown.steps]
    picture = _recorded(run.status(), recorder.recording(), notes)
    steps = [
        tag("li", None, tag("strong", None, text(f"{step.heading}. ")), text(step.text))
        for step in shown.steps
    ]
    parts = [
        tag("p", None, tag("strong", None, text(shown.title))),
        Markup(picture["text/html"]),
        tag("ol", {"style": style(max_width="60em")}, *steps),
    ]
    return picture | {
        "text/html": str(tag("div", {"class": "igniter-nb"}, *parts)),
        "text/plain": clean(str(shown)),
    }


@render.register(ShardedCluster)
def _sharded(shown: ShardedCluster) -> Bundle:
    try:
        seen = shown.status()
    except ConsensusError as error:
        return {"text/plain": clean(f"<{type(shown).__name__}: {error}>")}
    return render(seen)


@render.register(ShardedStatus)
def _shards(shown: ShardedStatus) -> Bundle:
    parts = [tag("p", None, tag("strong", None, text(f"{shown.title}: {shown.headline}")))]
    for number, shard in enumerate(shown.shards[:MOST_SHARDS]):
        drawn = draw(shard)
        said = [text(f"Shard {number}. {_caption(shard)}")]
        parts += [*_banner(shard), figures.figure(drawn.svg, drawn.alt, drawn.width, caption=said)]
    if len(shown) > MOST_SHARDS:
        parts.append(tag("p", None, text(f"The table has all {len(shown)} shards.")))
    parts.append(figures.details(text("All nodes as a table"), tables.report(shown)))
    return {
        "text/html": str(tag("div", {"class": "igniter-nb"}, *parts)),
        "text/plain": clean(str(shown)),
    }


@render.register(ClusterStatus)
def _status(shown: ClusterStatus) -> Bundle:
    return _recorded(shown, Recording())


def _recorded(
    shown: ClusterStatus, recording: Recording, notes: Sequence[tuple[int, str]] = ()
) -> Bundle:
    """Show a cluster as it is, with how it came to be so where scripts run."""
    drawn = draw(shown, entries=recording.entries, signs=recording.signs)
    figure = figures.figure(drawn.svg, drawn.alt, drawn.width, caption=[text(_caption(shown))])
    about = {"stage": drawn.stage, "looks": looks(recording.roles, drawn.stage["radius"])}
    parts = [
        *_banner(shown),
        figures.played("replay", reel(recording, about, notes), figure),
        tag("div", {"style": style(overflow_x="auto")}, tables.report(shown)),
        figures.details(text("Votes and logs as a table"), _logs(shown)),
    ]
    return {
        "text/html": str(tag("div", {"class": "igniter-nb"}, *parts)),
        "image/svg+xml": drawn.svg,
        "text/plain": clean(str(shown)),
    }


@render.register(ClusterEvents)
def _events(shown: ClusterEvents) -> Bundle:
    latest = replace(shown, rows=shown.rows[-MOST_EVENTS:])
    headline = shown.headline
    if len(shown) > MOST_EVENTS:
        headline += f"; the latest {MOST_EVENTS} of them, to_frame() has all"
    report = _listing(shown.title, headline, latest.records())
    return {
        "text/html": str(tables.report(report, limit=_WIDE)),
        "text/plain": clean(report_text(report, limit=_WIDE)),
    }


@render.register(NodeRef)
def _node(shown: NodeRef) -> Bundle:
    who = f"{type(shown).__name__} {shown.node_id}"
    try:
        row = shown.status
    except ConsensusError as error:
        return {"text/plain": clean(f"<{who}: {error}>")}
    known = {name: value for name, value in row._asdict().items() if name != "alive"}
    report = _listing(f"Node {name(row.node_id)}", _headline(row), [known])
    plain = clean(f"<{who}: {row.role}, term {row.term}>")
    return {"text/html": str(tables.report(report)), "text/plain": plain}


def _listing(title: str, headline: str, records: Sequence[Mapping[str, object]]) -> Listing:
    columns = tuple(records[0]) if records else ()
    return Listing(title, headline, columns, tuple(tuple(each.values()) for each in records))


def _headline(row: NodeStatus) -> str:
    if not row.alive:
        return f"{role_words(row.role)}; the rest is what it was last"
    return f"{role_words(row.role)} in term {row.term}"


# --- around the picture -------------------------------------------------------------------------


def _banner(shown: ClusterStatus) -> list[Markup]:
    """Say above the picture that the quorum is lost, and what that means."""
    said = summary.banner(shown)
    if not said:
        return []
    looks = style(
        border_left=f"4px solid {theme.VERMILION}",
        background="rgba(213,94,0,.1)",
        padding="0.5em 0.9em",
        margin="0.4em 0",
        max_width="60em",
    )
    mark = tag("span", {"style": style(color=theme.VERMILION), "aria-hidden": "true"}, text("✕ "))
    return [
        tag("div", {"style": looks}, mark, tag("strong", None, text("Quorum lost. ")), text(said))
    ]


def _caption(shown: ClusterStatus) -> str:
    said = f"Seen at {shown.seconds:.3f} s of the cluster's own time. {summary.summary(shown)}"
    if all(row.alive for row in shown.rows):
        return said
    return f"{said} Of a node that does not run, all but that is what it was last."


def _logs(shown: ClusterStatus) -> Markup:
    """Write what the picture says of each node as a table, for those who cannot see it."""
    facts = [_facts(shown, position) for position in range(len(shown.rows))]
    columns = [each for each in facts[0] if any(fact[each] for fact in facts)] if facts else []
    rows = [
        [tables.row_heading(fact[columns[0]]), *(tables.cell(text(fact[at])) for at in columns[1:])]
        for fact in facts
    ]
    return tables.table(text("What each node said of its vote and its log"), columns, rows)


def _facts(shown: ClusterStatus, position: int) -> dict[str, str]:
    row = shown.rows[position]
    views = shown.progress if shown.leader else ()
    view = next((each for each in views if each.node_id == row.node_id), None)
    return {
        "node": name(row.node_id),
        "role": role_words(standing(shown, row)),
        "voted": name(row.vote) if row.vote else "",
        "follows": name(row.leader) if row.leader and row.leader != row.node_id else "",
        "applied": f"{row.applied_index:,}",
        "compacted up to": f"{row.snapshot_index:,}" if row.snapshot_index else "",
        "last entries": _entries(
            [(at.index, at.term, at.committed) for at in shown.tails[position]]
        ),
        "the leader knows": f"match {view.match:,}, next {view.next:,}" if view else "",
    }


def _entries(tail: Sequence[tuple[int, int, bool]]) -> str:
    """Say which entries are of which term, and which are committed."""
    said = []
    for (term, committed), run in groupby(tail, key=lambda at: at[1:]):
        indexes = [at[0] for at in run]
        first, last = indexes[0], indexes[-1]
        which = f"{first:,}" if first == last else f"{first:,} to {last:,}"
        said.append(f"{which} of term {term}{'' if committed else ', not known to be committed'}")
    return "; ".join(said) or "none"
