"""Everybody can read the widget: themes, narrow windows, and readers who want nothing to move."""

from __future__ import annotations

from math import hypot
from typing import Any

import pytest

from tests.e2e.axe import violations
from tests.e2e.cluster_page import ROOT, ClusterPage, starts
from tests.e2e.test_cluster_time import TOUR, moment

pytestmark = pytest.mark.browser

GROUND = f"() => getComputedStyle(document.querySelector('{ROOT}')).backgroundColor"

OUTSIDE = """() => {
  const root = document.querySelector('.ig-cluster');
  const {left, right} = root.getBoundingClientRect();
  const found = [];
  for (const one of root.querySelectorAll('*')) {
    const box = one.getBoundingClientRect();
    const isShown = box.width && !one.closest('.ig-spoken, .ig-scroll > *, style, option');
    if (isShown && (box.left < left - 1 || box.right > right + 1)) {
      found.push(`${one.tagName} ${one.getAttribute('class') ?? ''} ${one.dataset.do ?? ''} `
        + `${box.left - left} to ${box.right - left} of ${right - left}`);
    }
  }
  const isWide = root.scrollWidth > root.clientWidth || right > innerWidth || left < 0;
  return isWide ? [...found, `all of it: ${root.scrollWidth} of ${root.clientWidth}`] : found;
}"""

CLIPPED = """() => {
  const hides = one => ['hidden', 'clip'].includes(getComputedStyle(one).overflowX);
  const isCut = one => {
    let holder = one;
    while (!(hides(holder) || holder.matches('.ig-cluster, .ig-spoken, .ig-of'))) {
      holder = holder.parentElement;
    }
    const words = document.createRange();
    words.selectNodeContents(one);
    return hides(holder) && !holder.matches('.ig-spoken, .ig-of')
      && words.getBoundingClientRect().right > holder.getBoundingClientRect().right + 1;
  };
  const what = 'p, dt, dd, li, span, button, label, td, th';
  return [...document.querySelectorAll(`.ig-cluster :is(${what})`)]
    .filter(isCut).map(one => `${one.tagName} ${one.textContent}`);
}"""

SMALL = """() => [...document.querySelectorAll('.ig-cluster :is(.ig-id, .ig-role)')]
  .map(word => [word, word.getScreenCTM().a * parseFloat(getComputedStyle(word).fontSize)])
  .map(([word, height]) => [word.textContent, height])
  .filter(([, height]) => height < 8)"""
"""Words in the ring that nobody can read, with the size of their letters in pixels."""

COVERED = """() => {
  const found = [];
  const what = 'button, input, select, textarea, summary, .ig-node .ig-shape';
  for (const one of document.querySelectorAll(`.ig-cluster :is(${what})`)) {
    one.scrollIntoView({block: 'center', behavior: 'instant'});
    const {left, top, width, height} = one.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    const target = one.closest('.ig-node') ?? one;
    if (width && !(hit && (target.contains(hit) || hit.closest('label')?.contains(one)))) {
      const over = hit ? `${hit.tagName} ${hit.getAttribute('class')}` : 'nothing';
      found.push(`${one.dataset.do ?? one.name ?? one.textContent}: ${over} is there`);
    }
  }
  return found;
}"""

DOTS = """() => [...document.querySelectorAll('.ig-dot:not([visibility])')].map(dot => {
  const {e, f} = dot.transform.baseVal.consolidate().matrix;
  return [Number(dot.dataset.flight), e, f];
})"""

PLACES = """() => Object.fromEntries([...document.querySelectorAll('.ig-place')].map(place => {
  const {e, f} = place.transform.baseVal.consolidate().matrix;
  return [place.querySelector('.ig-node').dataset.node, [e, f]];
}))"""

WATCHED = f"""count => new Promise(done => {{
  const seen = [];
  const look = () => {{
    seen.push(({DOTS})());
    seen.length < count ? requestAnimationFrame(look) : done(seen);
  }};
  requestAnimationFrame(look);
}})"""

FLIGHTS = "[view_of(cluster).frame[name] for name in ('at', 'flights')]"

CLEAR, ASIDE = 35, 4.5
"""How far from the middle of a node its messages begin and end, and how far beside the line."""


def everything(notebooks: Any, name: str, **options: Any) -> tuple[Any, ClusterPage]:
    """Open a tour where the quorum is lost, with every panel open, and something refused."""
    notebook = notebooks.open(name, [TOUR.format(name="lost quorum")], **options)
    notebook.run_all()
    page = ClusterPage(notebook)
    for step in (2, 3):
        page.do("tour-next")
        page.slide("speed", 100)
        page.is_there(f".ig-tour[data-step='{step}']:not([data-playing])")
    page.is_there(".ig-banner")
    page.do("keys")
    for fold in ("links", "run", "table"):
        page.open(fold)
    page.do("open")
    page.is_there(".ig-fold-run .ig-wrong")
    page.choose("n1")
    page.do("about")
    page.is_there(".ig-about")
    page.slide("time", moment(page) - 1_000)
    page.is_there("[data-do=fork]")
    page.is_there(".ig-banner")
    page.do("partition")
    page.node("n1").click()
    page.is_there("[data-side=A]")
    return notebook, page


def test_light_and_dark_are_accessible(notebooks: Any) -> None:
    """In both themes, and where a reader's own colours are forced on the page, axe finds nothing.

    Every panel is open and the quorum is lost.
    """
    notebook, page = everything(notebooks, "themes")
    assert page.find("[hidden]:is(.ig-tour, .ig-keys, .ig-about)").count() == 0

    assert violations(page.page, ROOT) == []
    light = page.page.evaluate(GROUND)

    notebook.dark()
    page.page.wait_for_function(f"before => ({GROUND})() !== before", arg=light)
    assert violations(page.page, ROOT) == []

    page.page.emulate_media(forced_colors="active")
    assert violations(page.page, ROOT) == []


def test_a_narrow_window_shows_all_of_it(notebooks: Any) -> None:
    """In a window as narrow as a phone nothing sticks out, is cut off, covered or too small."""
    notebook, page = everything(notebooks, "narrow")
    page.page.set_viewport_size({"width": 360, "height": 740})
    notebook.command("application:toggle-left-area")
    page.page.wait_for_function(
        f"() => document.querySelector('{ROOT}').getBoundingClientRect().right <= 360"
    )

    assert page.page.evaluate(OUTSIDE) == []
    assert page.page.evaluate(COVERED) == []
    assert page.page.evaluate(CLIPPED) == []
    assert page.page.evaluate(SMALL) == []

    page.do("cancel-cut")
    page.do("now")
    page.is_gone("[data-do=now]")
    page.do("about-close")
    page.do("tour-leave")
    page.is_gone(".ig-tour")
    page.choose("n1")
    assert page.page.evaluate(OUTSIDE) == []
    assert page.page.evaluate(COVERED) == []


def test_messages_are_where_the_engine_has_them(notebooks: Any) -> None:
    """Each dot is on the line from its sender to its recipient, as far as its time has come.

    It moves towards the recipient. Who wants nothing to move sees no dot, from the moment on.
    """
    notebook = notebooks.open("dots", [starts(3, seed=1, latency=0.04)], moves=True)
    notebook.run_all()
    page = ClusterPage(notebook)
    page.is_there(".ig-dot:not([visibility])")

    ways: dict[int, list[list[float]]] = {}
    for dots in page.page.evaluate(WATCHED, 60):
        for flight, x, y in dots:
            ways.setdefault(flight, []).append([x, y])
    assert sum(len(way) > 1 for way in ways.values()) > 10
    assert all(is_straight(way) for way in ways.values())

    page.do("pause")
    page.is_there("[data-do=play]")
    notebook.until("view_of(cluster).frame['paused']")
    at, flights = notebook.ask(FLIGHTS)
    places = page.page.evaluate(PLACES)
    expected = sorted(
        [number, *position(places[sender], places[recipient], (at - sent) / (arrives - sent))]
        for number, sender, recipient, _, sent, arrives, _ in flights
    )
    assert expected
    page.page.wait_for_function(f"count => ({DOTS})().length === count", arg=len(expected))
    dots = sorted(page.page.evaluate(DOTS))
    assert [dot[0] for dot in dots] == [dot[0] for dot in expected]
    assert [dot[1:] for dot in dots] == [pytest.approx(dot[1:], abs=0.05) for dot in expected]

    page.page.emulate_media(reduced_motion="reduce")
    page.is_gone(".ig-dot")
    page.do("play")
    page.is_there("[data-do=pause]")
    assert page.page.evaluate(WATCHED, 30) == [[]] * 30
    assert page.find(":is(.ig-dot, .ig-spark, .ig-loss)").count() == 0


def position(sender: list[float], recipient: list[float], part: float) -> list[float]:
    """Return where a message is that has made a part of its way, a little to the right of it."""
    across, down = (b - a for a, b in zip(sender, recipient, strict=True))
    whole = hypot(across, down)
    across, down = across / whole, down / whole
    along = CLEAR + part * (whole - 2 * CLEAR)
    return [
        sender[0] + across * along - down * ASIDE,
        sender[1] + down * along + across * ASIDE,
    ]


def is_straight(way: list[list[float]]) -> bool:
    """Say whether points follow one another on a line, and none goes back."""
    (x, y), (to_x, to_y) = way[0], way[-1]
    whole = hypot(to_x - x, to_y - y) or 1
    along = [((a - x) * (to_x - x) + (b - y) * (to_y - y)) / whole for a, b in way]
    aside = [((a - x) * (to_y - y) - (b - y) * (to_x - x)) / whole for a, b in way]
    return along == sorted(along) and max(map(abs, aside)) < 0.05
