"""Time in the widget: pace, past, forks, runs that are given away, guided tours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.cluster_page import ROOT, ClusterPage, shown, starts

pytestmark = pytest.mark.browser

TOUR = """
from igniter_nb.consensus import Cluster
from igniter_nb.notebook.clusters.widget.widget import ClusterView

toured = ClusterView(Cluster.tour({name!r}))
toured
"""

MOMENT = f"() => Number(document.querySelector('{ROOT} [name=time]').value)"


def moment(page: ClusterPage) -> int:
    """Return where the time line stands, in microseconds."""
    return int(page.page.evaluate(MOMENT))


def ring(page: ClusterPage) -> list[list[str]]:
    """Return name, role and term of each node."""
    found: list[list[str]] = page.find(".ig-node").evaluate_all(
        "all => all.map(({dataset: {node, role, term}}) => [node, role, term])"
    )
    return found


def was(page: ClusterPage, at_us: int) -> list[list[str]]:
    """Return the same, as the kernel computes it again for a moment."""
    rows = f"cluster.status(at={at_us / 1e6}).rows"
    found: list[list[str]] = page.notebook.ask(
        f"[[row.node_id, row.role, str(row.term)] for row in {rows}]"
    )
    return found


def test_time_stands_still_steps_and_goes_slowly(notebooks: Any) -> None:
    """Pause holds the cluster's time, Step lets one thing happen, Play goes on, speed is set."""
    page = shown(notebooks, "pace", 3)

    page.do("pause")
    page.is_there("[data-do=play]")
    page.says("Stands still at", ".ig-when")
    before = page.notebook.ask("cluster.span[1]")
    assert page.notebook.ask("cluster.paused") is True
    assert page.notebook.ask("cluster.span[1]") == before

    page.do("step")
    page.page.wait_for_function(f"before => ({MOMENT})() > before", arg=round(before * 1e6))
    after = page.notebook.ask("cluster.span[1]")
    assert moment(page) == round(after * 1e6) > before
    assert page.notebook.ask("cluster.paused") is True

    page.slide("speed", 0)
    page.says("0.05\N{MULTIPLICATION SIGN}", ".ig-speed + output")
    page.notebook.until("cluster.speed == 0.05")

    page.do("play")
    page.is_there("[data-do=pause]")
    page.page.wait_for_function(f"after => ({MOMENT})() > after", arg=round(after * 1e6))
    page.slide("speed", 100)
    page.says("1\N{MULTIPLICATION SIGN}", ".ig-speed + output")
    page.notebook.until("cluster.speed == 1 and not cluster.paused")


def test_the_time_line_goes_back_and_to_now(notebooks: Any) -> None:
    """A moment of the past is shown as it was, while the cluster goes on; Now leads back to it."""
    page = shown(notebooks, "past")
    old = page.leader
    page.node(old).click()
    page.another_leads(old)
    elected = page.notebook.ask("cluster.span[1]")

    for at in (100_000, 0, 250_000):
        page.slide("time", at)
        page.says(f"You look at {at / 1e6:.3f} s", ".ig-when")
        page.is_there(".ig-news >> text=the cluster itself is at")
        assert ring(page) == was(page, at)
        assert moment(page) == at
    assert page.find("").get_attribute("data-mode") == "past"
    assert page.notebook.ask("cluster.span[1]") > elected

    page.do("step")
    page.page.wait_for_function(f"() => ({MOMENT})() > 250000")
    page.says(f"You look at {moment(page) / 1e6:.3f} s", ".ig-when")
    assert ring(page) == was(page, moment(page))

    page.do("now")
    page.is_gone("[data-do=fork]")
    page.says("Now:", ".ig-when")
    page.is_a(old, "crashed")
    assert page.find("").get_attribute("data-mode") == "live"


def test_a_fork_goes_another_way(notebooks: Any) -> None:
    """What is done to the past is done in a fork; the cluster itself is not touched.

    Fork from here, crash who leads there, look at the cluster again: it has the leader it had.
    """
    page = shown(notebooks, "fork")
    lead = page.leader
    at = 216_500  # just after the election, which this seed has at 0.216 s

    page.slide("time", at)
    page.says("You look at 0.216 s", ".ig-when")
    page.do("fork")
    page.is_there(".ig-chip >> text=fork at 0.216 s")
    page.is_there("[data-do=back]")
    page.is_a(lead, "leader")
    page.node(lead).click()
    page.is_a(lead, "crashed")
    other = page.another_leads(lead)
    assert page.notebook.ask("cluster.leader.node_id") == lead != other

    page.do("back")
    page.is_a(lead, "leader")
    page.is_gone("[data-do=back]")
    assert page.notebook.ask("cluster.alive_count") == 5

    page.slide("time", at)
    page.says("You look at 0.216 s", ".ig-when")
    page.node(lead).click()
    page.is_there(".ig-chip >> text=fork at")
    page.is_a(lead, "crashed")
    page.says("in a fork at 0.216 s")
    assert page.notebook.ask("cluster.alive_count") == 5


def test_a_run_is_copied_and_opened_by_someone_else(notebooks: Any) -> None:
    """A run that is copied and pasted elsewhere shows the same nodes, and how they came there."""
    page = shown(notebooks, "run", 3)
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    old = page.leader
    page.node(old).click()
    page.another_leads(old)
    page.do("pause")
    page.is_there("[data-do=play]")
    page.open("run")

    page.do("copy")
    page.says("on the clipboard", ".ig-fold-run .ig-said")
    text = page.page.evaluate("() => navigator.clipboard.readText()")
    seen = ring(page)

    cells = [starts(3, seed=5), f"again = Cluster.replay({text!r}); again"]
    other = notebooks.open("someone_else", cells)
    other.run_all()
    page = ClusterPage(other, ".jp-Cell:first-child .ig-cluster")
    page.open("run")
    page.find("[name=run]").fill("{")
    page.do("open")
    page.is_there(".ig-fold-run .ig-wrong")
    page.find("[name=run]").fill(text)
    page.do("open")
    page.is_there(".ig-chip >> text=replay")
    page.says("opened where it ended", ".ig-fold-run .ig-said")
    assert ring(page) == seen
    page.slide("time", 0)
    page.says("You look at 0.000 s", ".ig-when")
    page.is_gone(".ig-node[data-role=leader]")
    page.do("back")
    page.is_gone("[data-do=back]")
    assert page.notebook.ask("cluster.alive_count") == 3

    second = ClusterPage(other, ".jp-Cell:nth-child(2) .ig-cluster")
    assert ring(second) == seen


def test_a_tour_goes_step_by_step_and_is_left(notebooks: Any) -> None:
    """Next plays one step and stands still where it ends, Back goes back, Leave lets it go on."""
    notebook = notebooks.open("election", [TOUR.format(name="election")])
    notebook.run_all()
    page = ClusterPage(notebook)
    page.is_there(".ig-tour[data-step='1']:not([data-playing])")
    first = page.find(".ig-heading").inner_text()
    assert page.find("[data-do=tour-back]").is_disabled()
    before = ring(page)

    page.do("tour-next")
    page.is_there(".ig-tour[data-step='2']:not([data-playing])")
    assert page.find(".ig-heading").inner_text() != first
    assert "step 2 of 8" in page.find(".ig-where").inner_text()
    page.do("tour-next")
    page.is_there(".ig-tour[data-step='3']:not([data-playing])")
    led = page.leader
    assert led in page.find(".ig-words").inner_text()

    page.do("tour-back")
    page.is_there(".ig-tour[data-step='2']")
    page.do("tour-back")
    page.is_there(".ig-tour[data-step='1']")
    page.page.wait_for_function("() => !document.querySelector('.ig-node[data-role=leader]')")
    assert ring(page) == before

    page.do("tour-leave")
    page.is_gone(".ig-tour")
    page.says("yours")
    page.node(page.leader).click()
    page.is_there(".ig-node[data-role=crashed]")


def test_figure_8_is_walked_to_its_end(notebooks: Any) -> None:
    """Each step of the tour is true of what is seen; Finish gives the cluster away."""
    notebook = notebooks.open("figure8", [TOUR.format(name="figure 8")])
    notebook.run_all()
    page = ClusterPage(notebook)
    steps = notebook.ask(
        "[[s.heading, s.until_us, list(s.focus)] for s in toured._requests.tour.tour.steps]"
    )

    for number, (heading, until_us, focus) in enumerate(steps, 1):
        page.is_there(f".ig-tour[data-step='{number}']")
        page.slide("speed", 100)
        page.is_there(f".ig-tour[data-step='{number}']:not([data-playing])")
        assert page.find(".ig-heading").inner_text() == heading
        page.page.wait_for_function(f"until => ({MOMENT})() === until", arg=until_us)
        assert {*focus} <= {name for name, _, _ in ring(page)}
        if number < len(steps):
            page.do("tour-next")

    assert page.find("[data-do=tour-next]").inner_text() == "Finish"
    page.do("tour-next")
    page.is_gone(".ig-tour")
    assert page.find(".ig-wrong").count() == 0
