"""Looks of kinds and statuses: colours, shapes and marks, all in this one place.

Colours are Okabe and Ito's, which people with any colour vision can tell apart, and nothing is
said by colour alone: a kind has a shape, a status has a mark. A pair holds the colour on a light
page and the one on a dark page; a line that is drawn on the page itself has one colour that
stands out (3:1 or more) on both, since a picture cannot always know the page it is on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from igniter_nb.graph import Kind

MORE: Final = "more"
"""Kind of the box that stands for nodes that were folded."""

BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, GREY = "#E69F00", "#56B4E9", "#767676"


class Pair(NamedTuple):
    """A colour on a light page and on a dark one."""

    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class KindLook:
    """How a kind is drawn.

    Attributes:
        shape: name of the shape in :mod:`igniter_nb.notebook.graphs.picture.shapes`.
        dot: the nearest shape that Graphviz has.
        fill: colour inside.
        stroke: colour of the line around.
        label: what the legend calls it.
    """

    shape: str
    dot: str
    fill: Pair
    stroke: Pair
    label: str


@dataclass(frozen=True, slots=True)
class StatusLook:
    """How a status is drawn.

    Attributes:
        symbol: the mark as a character, for tables and text.
        colour: colour of the mark.
        label: what the legend calls it.
        stroke: colour of the line around a node in this status; None leaves the kind's.
    """

    symbol: str
    colour: str
    label: str
    stroke: str | None = None


@dataclass(frozen=True, slots=True)
class RoleLook:
    """How a node of a cluster is drawn.

    Attributes:
        symbol: the mark as a character, for tables.
        shape: ``circle``, ``hexagon`` or ``square``.
        fill: colour inside.
        stroke: colour of the line around.
        name: colour of the name inside.
        colour: colour of the mark in a table.
        dash: dashes of the line, empty for none.
    """

    symbol: str
    shape: str
    fill: Pair
    stroke: Pair
    name: Pair
    colour: str
    dash: str = ""


MARKS: Final[dict[str, Pair]] = {
    GREEN: Pair("#00724f", "#2fc79a"),
    BLUE: Pair("#0069a6", SKY),
    VERMILION: Pair("#b34700", "#ff8a3d"),
    ORANGE: Pair("#8f5a00", ORANGE),
    GREY: Pair("#626a73", "#a3abb3"),
}
"""Colours of marks in a picture: they stand out 4.5:1 and more from whatever they are drawn on."""

PAPER = Pair("#ffffff", "#24282e")
INK = Pair("#6b7480", "#8b949e")

KINDS: Final[dict[str, KindLook]] = {
    Kind.INPUT: KindLook(
        "stadium", "ellipse", Pair("#e8f2fa", "#142c3f"), Pair(BLUE, SKY), "input"
    ),
    Kind.CONST: KindLook("note", "note", Pair("#f4f5f7", "#2d3239"), INK, "const"),
    Kind.COMPUTE: KindLook("card", "box", PAPER, INK, "compute"),
    Kind.LOOKUP: KindLook("cylinder", "cylinder", PAPER, INK, "lookup"),
    Kind.MAP: KindLook("stack", "box3d", PAPER, INK, "map"),
    Kind.PROJECT: KindLook("slant", "parallelogram", PAPER, INK, "project"),
    Kind.GUARD: KindLook(
        "hexagon", "hexagon", Pair("#fbf0f6", "#3b2433"), Pair("#a8527f", PURPLE), "guard"
    ),
    Kind.COMPOSE: KindLook("subroutine", "component", PAPER, INK, "nested contract"),
    Kind.OUTPUT: KindLook("tag", "cds", Pair("#e9ecf0", "#343b44"), INK, "output"),
    MORE: KindLook("stack", "folder", Pair("#f4f5f7", "#2d3239"), INK, "folded"),
}

STATUSES: Final[dict[str, StatusLook]] = {
    "pending": StatusLook("○", GREY, "pending"),
    "waiting": StatusLook("◌", BLUE, "waiting: this run will come to it", BLUE),
    "running": StatusLook("◐", BLUE, "running", BLUE),
    "succeeded": StatusLook("●", GREEN, "succeeded"),
    "skipped": StatusLook("◎", GREEN, "skipped: nothing it reads changed"),
    "backdated": StatusLook("⊜", GREEN, "equal: it ran and came out equal"),
    "cached": StatusLook("◆", GREEN, "cached: taken from a cache"),
    "stale": StatusLook("⟲", ORANGE, "stale", ORANGE),
    "failed": StatusLook("✕", VERMILION, "failed", VERMILION),
    "denied": StatusLook("⊘", VERMILION, "denied: a policy forbids it", VERMILION),
    "blocked": StatusLook("⊖", GREY, "blocked: something it reads failed"),
}

WORST_FIRST: Final = (
    "failed",
    "denied",
    "blocked",
    "running",
    "waiting",
    "stale",
    "pending",
    "succeeded",
    "backdated",
    "cached",
    "skipped",
)
"""Order in which statuses are told for a group of nodes."""

NAME, DETAIL, PANEL, EDGE = (
    Pair("#1f2328", "#f0f3f6"),
    Pair("#57606a", "#aab4be"),
    Pair("#f7f8fa", "#1b1f24"),
    Pair("#7d8590", "#7d8590"),
)
PANEL_LINE = Pair("#ccd3db", "#444c56")
BADGE, BADGE_LINE, BADGE_TEXT = (
    Pair("#fff4dc", "#3a2f14"),
    Pair("#d9a640", "#8a6a20"),
    Pair("#5c4300", "#f3d48a"),
)
ERROR_TEXT = Pair("#a84300", "#ff9d5c")

_PALE, _FAINT = Pair("#eef0f3", "#22262b"), Pair("#767d86", "#8b949e")
_WHITE = Pair("#ffffff", "#ffffff")
_ASKING = Pair("#b87a00", "#e0a534")

ROLES: Final[dict[str, RoleLook]] = {
    "leader": RoleLook("♛", "circle", Pair(BLUE, BLUE), Pair(BLUE, SKY), _WHITE, BLUE),
    "superseded": RoleLook("♕", "circle", PAPER, Pair(BLUE, SKY), NAME, BLUE),
    "follower": RoleLook("○", "circle", PAPER, INK, NAME, GREY),
    "candidate": RoleLook("⬡", "hexagon", BADGE, _ASKING, NAME, "#b87a00"),
    "pre-candidate": RoleLook("⬡", "hexagon", PAPER, _ASKING, NAME, "#b87a00", "5 3"),
    "learner": RoleLook("□", "square", PAPER, INK, NAME, GREY),
    "paused": RoleLook("‖", "circle", _PALE, INK, NAME, GREY, "8 3"),
    "crashed": RoleLook("✕", "circle", _PALE, _FAINT, DETAIL, VERMILION, "4 3"),
    "removed": RoleLook("−", "circle", _PALE, _FAINT, DETAIL, GREY, "1.5 3"),  # noqa: RUF001
}
"""What a node of a cluster may be: ``NodeStatus.role``, and a leader of an older term."""


class SideLook(NamedTuple):
    """How a side of a network that is parted is drawn.

    Attributes:
        fill: colour inside.
        stroke: colour of the line around.
    """

    fill: Pair
    stroke: Pair


SIDES: Final = {
    "decides": SideLook(Pair("#e3f0e9", "#16302a"), MARKS[GREEN]),
    "idle": SideLook(Pair("#fbeadf", "#3a2418"), MARKS[VERMILION]),
}
"""Looks of a side that can decide, and of one that cannot."""


class TermLook(NamedTuple):
    """How the entries of a term are drawn.

    Attributes:
        fill: colour of a committed entry.
        ink: colour of the text on it.
        stroke: colour of the line around.
    """

    fill: str
    ink: str
    stroke: Pair


TERMS: Final = (
    TermLook(BLUE, "#ffffff", Pair(BLUE, "#4b9fd1")),
    TermLook(ORANGE, "#111111", Pair("#b87a00", ORANGE)),
    TermLook(GREEN, "#111111", Pair("#00795a", "#21b88c")),
    TermLook(PURPLE, "#111111", Pair("#a8527f", PURPLE)),
    TermLook(SKY, "#111111", Pair("#2b86bd", SKY)),
    TermLook(VERMILION, "#111111", Pair("#b04d00", "#ef7a26")),
)
"""Looks of terms, which are taken in turn; neighbours differ in lightness too."""

FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
AMBER: Final = "#b87a00"
"""Orange as a letter on the page itself."""

WORDS: Final[dict[str, tuple[str, str]]] = {
    **{name: (look.symbol, look.colour) for name, look in STATUSES.items()},
    "stale": ("⟲", AMBER),
    "first run": ("●", GREEN),
    "changed": ("●", GREEN),
    "equal": ("⊜", GREEN),
    "fresh": ("◎", GREEN),
    "allowed": ("●", GREEN),
    "uses": ("●", GREEN),
    "run": ("◐", BLUE),
    "may run": ("◐", GREY),
    "given": ("→", BLUE),
    "kept": ("○", GREY),
    "passed on": ("→", GREY),
    "passes on": ("→", GREY),
    "no value": ("✕", AMBER),
    "not asked": ("○", GREY),
    "declares nothing": ("○", GREY),
    "denied": ("✕", VERMILION),
    "ok": ("●", GREEN),
    "note": ("○", GREY),
    "problem": ("✕", VERMILION),
    **{name: (look.symbol, look.colour) for name, look in ROLES.items()},
}
"""Mark and colour of the words that reports use."""

RULE: Final = "rgba(128,128,128,.35)"
"""Lines in tables: translucent, so that they show on any page."""


def kind(name: str) -> KindLook:
    """Return how a kind looks; a kind that is not known looks like ``compute``."""
    return KINDS.get(name, KINDS[Kind.COMPUTE])


def role(name: str) -> RoleLook:
    """Return how a role looks; one that is not known looks like ``follower``."""
    return ROLES.get(name, ROLES["follower"])


def term(number: int) -> TermLook:
    """Return how the entries of a term look."""
    return TERMS[(number - 1) % len(TERMS)]


def status(name: str) -> StatusLook | None:
    """Return how a status looks, None for no status."""
    return STATUSES.get(name)


def word(said: str) -> tuple[str, str] | None:
    """Return mark and colour of a report's word, which may go on after a colon; None for others.

    The colour is mixed with that of the text around, so that it reads on light and dark pages.
    """
    found = WORDS.get(said.lstrip("●✕ ").partition(":")[0])
    return None if found is None else (found[0], f"color-mix(in srgb,{found[1]} 60%,currentColor)")


def worst(names: list[str]) -> str:
    """Return the status that has to be told for a group, empty when none has one."""
    return next((name for name in WORST_FIRST if name in names), "")
