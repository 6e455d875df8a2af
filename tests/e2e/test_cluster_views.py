"""Who looks at a cluster: several views, none, a page loaded again, a kernel that is gone."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.e2e.cluster_page import ROOT, ClusterPage, starts

pytestmark = pytest.mark.browser

FIRST, SECOND = (f".jp-Cell:nth-child({at}) {ROOT}" for at in (1, 2))

AGREE = """() => {
  const views = [...document.querySelectorAll('.ig-cluster')];
  const seen = views.map(view => JSON.stringify([view.dataset.frame,
    [...view.querySelectorAll('.ig-node')].map(({dataset}) => [dataset.node, dataset.role])]));
  return views.length === 2 && seen[0] === seen[1];
}"""

NUMBER = "view_of(cluster).frame['number']"
LOOKS = "view_of(cluster)._viewers.present"


SHUT_NOT = ":is(button, input, select, textarea):enabled:visible"
"""What can still be pressed or typed in."""


def later(seconds: float) -> str:
    """Return code that waits for the cluster's own time to go on, outside of a cell."""
    return f"cluster.span[1] > began + {seconds}"


def test_two_views_agree_and_go_together(notebooks: Any) -> None:
    """Two views show the same frame, whichever is clicked; both go when the widget is closed."""
    notebook = notebooks.open("views", [starts(3, seed=1), "cluster"])
    notebook.run_all()
    first, second = ClusterPage(notebook, FIRST), ClusterPage(notebook, SECOND)
    old = first.leader

    second.node(old).click()
    first.is_a(old, "crashed")
    new = first.another_leads(old)
    first.node(old).click()
    second.is_a(old, "follower")
    assert second.another_leads(old) == new
    first.do("pause")
    second.is_there("[data-do=play]")
    notebook.page.wait_for_function(AGREE)
    second.slide("time", 0)
    first.says("You look at 0.000 s", ".ig-when")
    notebook.page.wait_for_function(AGREE)

    notebook.execute("view_of(cluster).close()")
    notebook.page.wait_for_function("() => !document.querySelector('.ig-cluster')")


def test_a_closed_view_ends_its_traffic(notebooks: Any) -> None:
    """When the last view is cleared away the kernel sends nothing more; shown again, it is live."""
    notebook = notebooks.open("closed", [starts(3, seed=1), "cluster"])
    notebook.run_all()
    page = ClusterPage(notebook, SECOND)
    assert notebook.ask(LOOKS)

    notebook.command("notebook:clear-all-cell-outputs")
    notebook.page.wait_for_selector(ROOT, state="detached")
    notebook.until(f"not {LOOKS}")
    sent, number = notebook.told, notebook.ask(NUMBER)
    notebook.execute("began = cluster.span[1]")
    notebook.until(later(2.5))
    assert notebook.ask(NUMBER) == number
    assert notebook.told == sent

    notebook.run_all()
    page = ClusterPage(notebook, FIRST)
    page.node(page.leader).click()
    page.is_there(".ig-node[data-role=crashed]")
    assert notebook.told > sent


def test_a_page_that_is_loaded_again_is_live(notebooks: Any) -> None:
    """After the page was saved and loaded again the same cluster is shown, and can be broken."""
    notebook = notebooks.open("again", [starts(3, seed=1)])
    notebook.run_all()
    page = ClusterPage(notebook)
    old = page.leader
    page.node(old).click()
    new = page.another_leads(old)
    notebook.command("docmanager:save")

    notebook.page.reload()
    notebook.ready()
    page = ClusterPage(notebook)
    page.is_a(old, "crashed")
    assert page.leader == new
    page.node(old).click()
    page.is_a(old, "follower")
    page.page.wait_for_function(f"() => !document.querySelector('{ROOT}').dataset.lost")
    assert notebook.ask("cluster.alive_count") == 3


def test_a_page_whose_kernel_was_restarted_says_so(notebooks: Any) -> None:
    """After a restart the picture says that nobody answers; the cell run again shows a new one."""
    notebook = notebooks.open("restarted", [starts(3, seed=1)])
    notebook.run_all()
    page = ClusterPage(notebook)

    notebook.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()"
    )
    notebook.page.wait_for_selector(f"{ROOT}[data-lost]")
    page.is_there(".ig-lost >> text=run the cell again")
    assert page.find(SHUT_NOT).evaluate_all("all => all.map(on => on.dataset.do)") == ["keys"]
    page.node(page.leader).click()
    assert page.find(".ig-node[data-role=crashed]").count() == 0

    notebook.ready()
    notebook.run_all()
    notebook.page.wait_for_selector(f'{ROOT}[data-ready="1"]:not([data-lost])')
    page.node(page.leader).click()
    page.is_there(".ig-node[data-role=crashed]")


def test_a_stopped_cluster_says_so(notebooks: Any) -> None:
    """A cluster that was stopped is shown as it was; a click is answered in a sentence."""
    notebook = notebooks.open("stopped", [starts(3, seed=1)])
    notebook.run_all()
    page = ClusterPage(notebook)

    notebook.execute("cluster.stop()")
    page.is_there(".ig-over")
    page.says("Stopped at", ".ig-when")
    page.node("n1").click()
    page.is_there(".ig-left > .ig-wrong")
    assert page.find("[data-do=step]").is_disabled()

    page.slide("time", 250_000)
    page.says("You look at 0.250 s", ".ig-when")
    assert page.find(".ig-node[data-role=leader]").count() == 1


NO_PIPES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")


class Busy:
    """A cell that holds the kernel until it is let go.

    Args:
        folder: where its pipe is.
    """

    def __init__(self, folder: Any) -> None:
        self.pipe = str(folder / "pipe")
        os.mkfifo(self.pipe)
        self.cell = f"open({self.pipe!r}).read()"

    def let_go(self) -> None:
        """Let the cell end."""
        with open(self.pipe, "w", encoding="utf-8") as other_end:  # noqa: PTH123 -- a pipe, not a file
            other_end.write("done")


def moves(page: ClusterPage) -> None:
    """Wait for two more frames than there are."""
    page.page.wait_for_function(
        f"before => Number(document.querySelector('{ROOT}').dataset.frame) > before + 1",
        arg=int(page.find("").get_attribute("data-frame")),
    )


@NO_PIPES
def test_the_picture_goes_on_while_a_cell_runs(notebooks: Any, tmp_path: Any) -> None:
    """While a cell holds the kernel the picture moves, and a click waits.

    The page says that it waits, and it is carried out when the cell is done.
    """
    busy = Busy(tmp_path)
    notebook = notebooks.open("busy", [starts(3, seed=1), busy.cell])
    page = notebook.page
    notebook.command("notebook:run-cell-and-select-next")
    page = ClusterPage(notebook)
    lead, other = page.leader, page.others()[0]
    notebook.start("notebook:run-cell")
    page.page.wait_for_selector(".jp-Cell:nth-child(2) .jp-InputPrompt >> text=[*]")

    moves(page)
    page.node(lead).click()
    page.page.wait_for_selector(
        f"{ROOT} .ig-notice:not(:empty), {ROOT} .ig-node[data-node='{lead}'][data-role=crashed]"
    )
    moves(page)
    assert page.find("").get_attribute("data-lost") is None

    busy.let_go()
    notebook.finish()
    page.is_a(lead, "crashed")
    page.another_leads(lead)
    page.is_gone(".ig-notice")
    assert page.node(other).get_attribute("data-role") != "crashed"


@NO_PIPES
def test_run_all_shows_the_picture_while_a_later_cell_runs(notebooks: Any, tmp_path: Any) -> None:
    """A picture that was shown just before the kernel got busy is not blank, and it moves."""
    busy = Busy(tmp_path)
    notebook = notebooks.open("all", [starts(3, seed=1), busy.cell])

    notebook.start_all()
    try:
        moves(ClusterPage(notebook))
    finally:
        busy.let_go()
        notebook.finish()
