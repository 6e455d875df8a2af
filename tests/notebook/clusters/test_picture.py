"""The picture of a cluster: what was reported and nothing else, readable by everyone, harmless."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igniter_nb.consensus.status.status import LogEntry, PeerView
from igniter_nb.notebook.clusters.picture.picture import WIDEST, draw
from igniter_nb.notebook.clusters.words.summary import role_words, standing
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.figures import SMALLEST
from tests.notebook.clusters.samples import (
    SAMPLES,
    both,
    crashed,
    elected,
    fresh,
    large,
    lost,
    mixed,
    node,
    partitioned,
    status,
)

if TYPE_CHECKING:
    from igniter_nb.consensus import ClusterStatus

NS = "{http://www.w3.org/2000/svg}"
each_sample = pytest.mark.parametrize("seen", SAMPLES.values(), ids=SAMPLES)


def parsed(seen: ClusterStatus) -> ET.Element:
    """Draw and read as XML, which fails if it is not well-formed."""
    return ET.fromstring(draw(seen).svg)  # noqa: S314 -- our own picture


def groups(root: ET.Element, kind: str) -> list[ET.Element]:
    """Return the groups of a kind, in order."""
    return [group for group in root.iter(f"{NS}g") if group.get("class") == kind]


def texts(root: ET.Element) -> list[str]:
    """Return the texts that are drawn."""
    return [each.text or "" for each in root.iter(f"{NS}text")]


def boxes(log: ET.Element) -> list[tuple[bool, int]]:
    """Return the entries that are drawn in a row: whether filled, and how many in a run."""
    runs = [run for run in log.iter(f"{NS}g") if run.find(f"{NS}rect") is not None]
    return [("hollow" not in str(run.get("class")), len(run.findall(f"{NS}rect"))) for run in runs]


def arrows(root: ET.Element) -> int:
    """Count the lines from a leader to its followers."""
    follows = groups(groups(root, "links")[0], "follows") if groups(root, "links") else []
    return sum(str(group[0].get("d")).count("M") for group in follows)


@each_sample
def test_every_node_role_and_term_is_written(seen: ClusterStatus) -> None:
    """Names, roles, terms and votes are texts; what is drawn can be read."""
    root = parsed(seen)

    words = " ".join(texts(root))
    assert [group.get("data-node") for group in groups(root, "node")] == [r.node_id for r in seen]
    assert [group.get("data-role") for group in groups(root, "node")] == [r.role for r in seen]
    for row in seen:
        assert row.node_id in words
        assert role_words(standing(seen, row)) in words
        assert f"term {row.term}" in words
        assert (f"voted {row.vote}" if row.vote else "no vote") in words


@each_sample
def test_the_sentence_is_on_the_picture(seen: ClusterStatus) -> None:
    """Title and label say what the picture shows, for those who cannot see it."""
    drawn = draw(seen)

    root = parsed(seen)

    assert root.get("role") == "img"
    assert root.get("aria-label") == root.findtext(f"{NS}title") == drawn.alt
    assert all(row.node_id in drawn.alt for row in seen)


@each_sample
def test_the_time_is_the_clusters_own(seen: ClusterStatus) -> None:
    """The picture says when it was seen."""
    assert any(
        f"seen at {seen.seconds:.3f} s of the cluster" in each for each in texts(parsed(seen))
    )


@each_sample
def test_the_same_status_is_the_same_picture(seen: ClusterStatus) -> None:
    """Bytes do not differ from call to call, and ids hold nothing but what is shown."""
    first, again = draw(seen).svg, draw(seen).svg

    ids = re.findall(r'\bid="([^"]+)"', first)
    assert first == again
    assert len(ids) == 1


def test_two_pictures_on_a_page_do_not_meet() -> None:
    """Pictures of different statuses have different ids."""
    ids = [parsed(seen).get("id") for seen in SAMPLES.values()]

    assert len(set(ids)) == len(ids)


@each_sample
def test_one_style_sheet_repaints_for_dark_pages(seen: ClusterStatus) -> None:
    """Colours are attributes, so that they survive without a style sheet; the one is for dark."""
    svg = draw(seen).svg

    sheet = parsed(seen).findtext(f"{NS}style") or ""
    assert svg.count("<style>") == 1
    assert sheet.startswith("@media (prefers-color-scheme:dark){")
    assert "style=" not in svg
    assert all(each.get("fill") for each in parsed(seen).iter(f"{NS}text") if each.get("class"))


UNPAINTED = {
    "ig-cluster",
    "links",
    "logs",
    "log",
    "node",
    "legend",
    "line",
    "solid",
    "cut",
    "cross",
}
"""Classes of groups, and of what has one colour that stands out on light and dark."""


def test_every_class_with_a_colour_is_repainted() -> None:
    """What has a pair of colours has a rule in the style sheet of the dark page."""
    for seen in SAMPLES.values():
        root = parsed(seen)
        sheet = root.findtext(f"{NS}style") or ""
        used = {part for each in root.iter() for part in str(each.get("class", "")).split()}
        missing = {each for each in used - UNPAINTED if not re.search(rf"\.{each}\b", sheet)}
        assert missing == set()


def test_sizes_are_bounded() -> None:
    """Seven nodes with full logs take less than 60 KB, twenty in two halves less than 100 KB."""
    assert len(draw(large(7)).svg) < 60_000
    assert len(draw(large(20, cut=True)).svg) < 100_000


@each_sample
def test_a_picture_is_no_wider_than_a_page(seen: ClusterStatus) -> None:
    """A usual page holds it without shrinking it much."""
    assert draw(seen).width <= 1000


# --- nothing but what was reported --------------------------------------------------------------


@each_sample
def test_entries_are_those_that_were_reported(seen: ClusterStatus) -> None:
    """A box stands for a reported entry; it is filled if its node knows it to be committed."""
    for log, tail in zip(groups(parsed(seen), "log"), seen.tails, strict=True):
        drawn = [filled for filled, count in boxes(log) for _ in range(count)]

        assert drawn == [at.committed for at in tail][len(tail) - len(drawn) :]
        assert bool(drawn) == bool(tail)


@each_sample
def test_terms_stand_in_the_entries(seen: ClusterStatus) -> None:
    """The number in a box is the term of its entry: the colour is not all that tells it."""
    for log, tail in zip(groups(parsed(seen), "log"), seen.tails, strict=True):
        count = sum(many for _, many in boxes(log))
        written = [
            each.text
            for run in log.iter(f"{NS}g")
            if run.get("text-anchor") == "middle"
            for each in run.findall(f"{NS}text")
        ]

        assert written == [str(at.term) for at in tail][len(tail) - count :]


def test_a_line_goes_only_to_who_says_that_it_follows() -> None:
    """A leader is joined with those that named it: no crashed one, no candidate, no cut one."""
    assert arrows(parsed(fresh())) == 0
    assert arrows(parsed(elected())) == 4
    assert arrows(parsed(crashed())) == 1
    assert arrows(parsed(partitioned())) == 3
    assert arrows(parsed(lost())) == 0


def test_what_the_leader_knows_is_shown_only_of_a_leader() -> None:
    """Match and next are those of the one that leads; without one there are none."""
    known = texts(parsed(large(20)))
    assert "n1 knows" in known
    assert "match 212 · next 213" in known
    assert "matches up to here" in texts(parsed(crashed()))

    nobody = status([node("n1"), node("n2")], progress=(PeerView("n2", 3, 4),))

    assert not any("match" in each or "knows" in each for each in texts(parsed(nobody)))


def test_a_picture_is_no_wider_than_a_small_page() -> None:
    """What has many entries shows fewer of them, the latest, before it is wider than a notebook."""
    for seen in (elected(5), large(5), crashed(), partitioned(), mixed()):
        assert draw(seen).width <= WIDEST

    assert str(large(5).rows[0].log_size) in texts(parsed(large(5)))


def test_all_letters_can_be_read_when_a_picture_has_shrunk() -> None:
    """The smallest letters of a picture have nine pixels on a page, however narrow that is."""
    for seen in SAMPLES.values():
        sizes = [float(each) for each in re.findall(r'font-size="([\d.]+)"', draw(seen).svg)]

        assert min(sizes) * SMALLEST >= 9


def test_a_log_without_drawn_entries_says_why() -> None:
    """Empty, compacted and far behind are words, not a gap."""
    behind = status(
        [node("n1", log_size=30), node("n2", log_size=900)],
        tails=((), tuple(LogEntry(at, 1, committed=True) for at in range(889, 901))),
    )

    assert "empty" in texts(parsed(fresh()))
    assert "compacted up to 60" in texts(parsed(mixed()))
    assert "ends at 30" in texts(parsed(behind))


def test_indexes_stand_above_the_columns() -> None:
    """The first and the last index of each run of columns are written."""
    words = texts(parsed(mixed()))

    ends = [each for each in words if each in {"41", "42", "43", "44", "109", "110", "112"}]
    assert ends == ["42", "44", "110", "112"]


def test_a_long_term_is_left_out_of_its_box_not_squeezed() -> None:
    """A term of many digits would not fit; its colour and the node's term remain."""
    seen = status([node("n1", term=10**9)], tails=((LogEntry(1, 10**9, committed=True),),))

    words = texts(parsed(seen))

    assert str(10**9) not in words
    assert f"term {10**9}" in words


# --- not by colour alone ------------------------------------------------------------------------


def test_each_role_has_its_own_drawing() -> None:
    """Without any colour, shape and marks still differ from role to role."""
    rows = [node("n1", role) for role in theme.ROLES if role != "superseded"]
    drawn = {}
    for row in rows:
        root = parsed(status([row]))
        figure = groups(root, "node")[0]
        drawn[row.role] = tuple(
            (each.tag, each.get("stroke-dasharray"), each.get("r"))
            for each in figure
            if each.tag not in (f"{NS}text", f"{NS}title")
        )

    assert len(set(drawn.values())) == len(rows)


def test_a_crashed_node_is_crossed_and_its_log_pale() -> None:
    """A node that does not run has a cross, the word, and a paler log."""
    root = parsed(crashed())

    figure = next(each for each in groups(root, "node") if each.get("data-role") == "crashed")
    assert any(each.get("class") == "cross" for each in figure)
    assert "crashed" in texts(figure)
    assert [log.get("opacity") is not None for log in groups(root, "log")] == [False, False, True]


def test_a_partition_is_a_place() -> None:
    """Who cannot reach one another stand apart, and each side says what it can."""
    root = parsed(partitioned())

    sides = [each for each in root.iter(f"{NS}rect") if "side" in str(each.get("class"))]
    assert [each.get("class") for each in sides] == ["side idle", "side decides"]
    assert [each.get("stroke-dasharray") for each in sides] == ["5 4", None]
    assert {"2 of 5: cannot decide", "3 of 5: can decide"} <= {*texts(root)}
    assert not groups(root, "cut")
    boxes = [[float(each.get(name, "")) for name in ("y", "height")] for each in sides]
    assert boxes[0][0] + boxes[0][1] < boxes[1][0]
    assert not any("decide" in each for each in texts(parsed(elected())))


def test_the_leader_of_an_older_term_has_a_hollow_crown() -> None:
    """Of two that lead, the one of the newer term is the leader."""
    root = parsed(partitioned())

    crowns = [
        each.get("class") for each in root.iter(f"{NS}path") if "crown" in str(each.get("class"))
    ]
    assert crowns == ["crown open", "crown"]
    assert "leader, older term" in texts(root)


def test_a_cut_link_is_broken_and_explained() -> None:
    """Links that carry nothing are dashed, marked, and in the legend; so is a single direction."""
    cut = replace(elected(), blocked=both(["n2"], ["n3", "n4"]))
    assert "nothing passes" in texts(parsed(cut))
    dashed = groups(parsed(cut), "cut")[0][0]
    assert dashed.get("stroke-dasharray")
    assert str(dashed.get("d")).count("M") == 4

    assert "nothing passes this way" in texts(parsed(lost()))
    assert "nothing passes" not in texts(parsed(elected()))


def test_a_lost_quorum_is_the_headline() -> None:
    """The first line says that the quorum is lost, the second why."""
    words = texts(parsed(lost()))

    assert words[0] == "Quorum lost · nobody leads"
    assert words[1].startswith("a write needs 3 of 5 nodes, and 2 run")


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_texts_stand_out_from_what_they_stand_on() -> None:
    """Names in nodes and terms in entries have a contrast of at least 4.5 on light and dark."""
    for look in theme.TERMS:
        assert contrast(look.ink, look.fill) >= 4.5
    for look in theme.ROLES.values():
        assert contrast(look.name.light, look.fill.light) >= 4.5
        assert contrast(look.name.dark, look.fill.dark) >= 4.5
    for look in theme.TERMS:
        assert contrast(look.stroke.light, theme.PAPER.light) >= 3
        assert contrast(look.stroke.dark, theme.PAPER.dark) >= 3


# --- hostile ------------------------------------------------------------------------------------

NASTY = [
    "<script>alert(1)</script>",
    "]]>",
    "\"'><b>",
    "a\nb\r\tc",
    "\ud800",
    "nul\0",
    "\u202ex",
    "",
]
anything = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=[])))


class Hostile:
    """A state that must not be asked anything."""

    def __repr__(self) -> str:
        raise RuntimeError("no")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    __hash__ = None


@given(st.lists(anything, min_size=1, max_size=9, unique=True), anything)
@settings(max_examples=60)
def test_hostile_names_and_roles_do_no_harm(names: list[str], role: str) -> None:
    """Whatever names and roles hold, the picture is well-formed and nothing in it is markup."""
    rows = [node(name, role, vote=names[0], leader=names[-1]) for name in names]
    rows[0] = rows[0]._replace(role="leader", state_machine=Hostile())
    links = tuple((names[0], name) for name in names[1:])

    drawn = draw(status(rows, blocked=links, progress=tuple(PeerView(n, 1, 2) for n in names)))

    drawn.svg.encode()
    root = ET.fromstring(drawn.svg)  # noqa: S314 -- our own picture
    allowed = {"svg", "title", "style", "g", "rect", "circle", "polygon", "path", "text"}
    assert {str(each.tag).removeprefix(NS) for each in root.iter()} <= allowed
    assert not any(
        key.startswith("on") or key == "href" for each in root.iter() for key in each.attrib
    )


def test_long_names_are_shortened_and_told_in_full_beside() -> None:
    """A long name is short in its circle; beside the node and the log there is more of it."""
    name = "datacenter-3.rack-17.host-0042"

    words = texts(parsed(status([node(name)])))

    assert any("…" in each and "follower" in each for each in words)
    assert all(len(each) < 80 for each in words)


@given(
    st.integers(0, 9),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 40)), min_size=1, max_size=24),
)
@settings(max_examples=40)
def test_any_status_can_be_drawn(term: int, logs: list[tuple[int, int]]) -> None:
    """Terms, logs and counts of any size give a picture whose parts lie within it."""
    rows = [node(f"n{at}", term=term, log_size=size) for at, (_, size) in enumerate(logs)]
    tails = tuple(
        tuple(
            LogEntry(at, at % 7 + 1, committed=at < done)
            for at in range(max(1, size - 11), size + 1)
        )
        for done, size in logs
    )

    root = parsed(status(rows, tails=tails))

    wide, high = float(root.get("width", "0")), float(root.get("height", "0"))
    assert 300 < wide < 1200
    assert 100 < high < 1200


def test_an_empty_status_can_be_drawn() -> None:
    """A status without nodes, which no cluster has, is no error."""
    assert parsed(status([])).get("aria-label") == "0 nodes: nobody leads."
