"""What a stranger sees of a cluster: one card, values, sides, a press that is never lost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.axe import violations
from tests.e2e.cluster_page import ROOT, ClusterPage, starts

pytestmark = pytest.mark.browser

LONG = ["frankfurt-1", "node-in-amsterdam-2", "n3", "n4", "n5"]

BARS = """() => {
  // Headless Chromium hides scroll bars; how much there is to scroll is the same.
  const found = [];
  for (let on = document.querySelector('.ig-cluster'); on; on = on.parentElement) {
    const {overflowY} = getComputedStyle(on);
    if (on.matches('.jp-WindowedPanel-outer, .jp-Notebook')) break;
    if (on.scrollHeight > on.clientHeight && ['auto', 'scroll'].includes(overflowY)) {
      found.push(`${on.className}: ${on.scrollHeight} of ${on.clientHeight}`);
    }
  }
  return found;
}"""

HEIGHT = f"() => document.querySelector('{ROOT}').getBoundingClientRect().height"

IN_SIGHT = f"""() => {{
  document.querySelector('{ROOT}').scrollIntoView({{block: 'end', behavior: 'instant'}});
  return ['.ig-top', '.ig-ring', '.ig-timeline', '.ig-legend'].filter(part => {{
    const {{top, bottom}} = document.querySelector(`{ROOT} ${{part}}`).getBoundingClientRect();
    return top < 0 || bottom > innerHeight;
  }});
}}"""

OUT = """() => {
  const ring = document.querySelector('.ig-cluster').getBoundingClientRect();
  return [...document.querySelectorAll('.ig-place text')].filter(word => {
    const {left, right, width} = word.getBoundingClientRect();
    return width && (left < ring.left || right > ring.right);
  }).map(word => word.textContent);
}"""

TORN = r"""() => {
  // Words of headers on more than one line, and a headline of which the end is not seen.
  const heads = [...document.querySelectorAll('.ig-cluster thead th')].flatMap(head =>
    [...head.textContent.matchAll(/\S+/g)].filter(({0: word, index}) => {
      const range = document.createRange();
      range.setStart(head.firstChild, index);
      range.setEnd(head.firstChild, index + word.length);
      return range.getClientRects().length > 1;
    }).map(([word]) => word));
  const {scrollHeight, clientHeight} = document.querySelector('.ig-cluster .ig-headline');
  return scrollHeight > clientHeight ? [...heads, 'headline'] : heads;
}"""

TOP = """name => document.querySelector(`.ig-node[data-node="${name}"] .ig-shape`)
  .getBoundingClientRect().top"""


def test_the_card_is_in_sight_and_does_not_scroll(notebooks: Any) -> None:
    """At 1366 x 768 the card is 600 pixels high at most: ring and time line are seen at once.

    Nothing around it scrolls by itself, there or on a narrow page; long names stay within it, and
    axe-core finds nothing in a page whose names are long and whose nodes are parted. No word of a
    header is torn, and the headline is whole.
    """
    notebook = notebooks.open("card", [starts(LONG, seed=1)], width=1366)
    page = notebook.page
    page.set_viewport_size({"width": 1366, "height": 768})
    notebook.run_all()
    cluster = ClusterPage(notebook)
    cluster.choose(cluster.leader)

    assert page.evaluate(HEIGHT) <= 600
    assert page.evaluate(IN_SIGHT) == []
    assert page.evaluate(BARS) == []
    assert page.evaluate(OUT) == []

    notebook.execute(f"cluster.partition({LONG[:2]!r}, {LONG[2:]!r})")
    cluster.is_there(".ig-area")
    assert sorted(cluster.find(".ig-says").all_text_contents()) == [
        "2 of 5: cannot decide",
        "3 of 5: can decide",
    ]
    assert cluster.find(".ig-cut:not([data-parted])").count() == 0
    assert violations(page, ROOT) == []
    notebook.command("application:toggle-left-area")
    cluster.open("table")
    for width in (1366, 800, 360):
        page.set_viewport_size({"width": width, "height": 768})
        page.wait_for_function("width => innerWidth === width", arg=width)
        assert page.evaluate(BARS) == []
        assert page.evaluate(OUT) == []
        assert page.evaluate(TORN) == []


def test_a_press_is_never_lost_while_frames_arrive(notebooks: Any) -> None:
    """No frame moves a node away from the pointer, and a node that moved has still been pressed."""
    notebook = notebooks.open("press", [starts(4, seed=1)])
    notebook.run_all()
    page = ClusterPage(notebook)
    lead, one, two, three = [page.leader, *page.others()]
    before = page.page.evaluate(TOP, three)

    for name in (one, two):
        page.node(name).click()
        page.is_a(name, "crashed")
    page.is_there(".ig-banner")
    assert page.page.evaluate(TOP, three) == before

    page.node(three).hover()
    page.page.mouse.down()
    notebook.execute(f"cluster.nodes[{int(three[1:]) - 1}].isolate()")
    page.is_there(".ig-area")
    page.page.mouse.up()
    page.is_a(three, "crashed")
    assert lead in page.find("").inner_text()


def test_a_write_is_seen_in_every_log_and_state(notebooks: Any) -> None:
    """What was written stands in each log's box and beside each node."""
    notebook = notebooks.open("values", [starts(3, seed=1)])
    notebook.run_all()
    page = ClusterPage(notebook)

    page.write("price", "99")

    for name in ("n1", "n2", "n3"):
        page.is_there(f"[data-log={name}] [data-committed='1'] >> text=price=99")
        page.says("price=99", f'.ig-place:has([data-node="{name}"]) .ig-short')
    told = page.find("[data-log=n1]").get_attribute("aria-label")
    assert "price" in told
    assert "99" in told


def test_a_tour_is_shown_and_the_cluster_comes_back(notebooks: Any) -> None:
    """A stranger presses Show me, chooses a tour with the keyboard, and leaves it."""
    notebook = notebooks.open("shown", [starts(3, seed=1), "1 + 1"])
    notebook.run_all()
    page = ClusterPage(notebook)
    lead = page.leader

    page.find("[data-do=show]").focus()
    page.page.keyboard.press("ArrowDown")
    page.is_there(".ig-menu")
    assert violations(page.page, ROOT) == []
    assert page.find("[role=menuitem]").count() == 5
    page.page.keyboard.press("Enter")
    page.is_there(".ig-tour")
    page.do("tour-leave")
    page.is_gone(".ig-tour")
    page.is_a(lead, "leader")


def test_a_stopped_cluster_is_started_again_or_forked(notebooks: Any) -> None:
    """A cluster that has stopped says so as a whole; it is forked, or started again."""
    notebook = notebooks.open("over", [starts(3, seed=1)])
    notebook.run_all()
    page = ClusterPage(notebook)

    notebook.execute("cluster.stop()")
    page.is_there(".ig-over")
    assert page.find(".ig-node[data-role=crashed]").count() == 0
    assert page.find("[data-do=heal]").is_disabled()
    assert violations(page.page, ROOT) == []
    page.do("fork-end")
    page.is_there(".ig-chip >> text=fork at")
    page.do("back")
    page.is_there(".ig-over")
    page.do("again")
    page.is_gone(".ig-over")
    page.node(page.leader).click()
    page.is_there(".ig-node[data-role=crashed]")


KEPT = """
def kept():
    from ipywidgets.embed import dependency_state
    view = view_of(cluster)
    state = dependency_state([view], drop_defaults=False)
    return {"version_major": 2, "version_minor": 0, "state": state}
"""


KEEP = """kept => window.jupyterapp.shell.currentWidget.model.setMetadata(
  'widgets', {'application/vnd.jupyter.widget-state+json': kept})"""


def test_what_was_kept_without_a_kernel_says_so_at_once(notebooks: Any) -> None:
    """A widget that was saved with the notebook says at once that its kernel is gone."""
    notebook = notebooks.open("kept", [starts(3, seed=1)])
    notebook.run_all()
    ClusterPage(notebook)
    notebook.execute(KEPT)
    notebook.page.evaluate(KEEP, notebook.ask("kept()"))
    notebook.command("docmanager:save")
    notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    notebook.page.reload()
    notebook.page.wait_for_selector(f'{ROOT}[data-ready="1"]')

    assert notebook.page.locator(ROOT).get_attribute("data-lost") is not None
    assert "run the cell again" in notebook.page.locator(ROOT).inner_text()
