"""The same without a mouse: Tab, arrows, Enter, letters; and the notebook hears none of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.cluster_page import ClusterPage, starts
from tests.e2e.keys import Keys
from tests.e2e.test_cluster_time import MOMENT, TOUR

pytestmark = pytest.mark.browser

COMMANDS = ("a", "b", "d", "d", "x", "y", "m", "z", "r", "0", "0", "Shift+m", "Shift+Enter")
"""Keys that change a notebook, or run a cell, if it hears them."""


def opened(notebooks: Any, name: str, *nodes: Any) -> tuple[ClusterPage, Keys]:
    """Open a notebook with a running cluster, and go into the widget with Tab."""
    notebook = notebooks.open(name, [starts(*nodes, seed=1), "1 + 1"])
    notebook.run_all()
    page = ClusterPage(notebook)
    keys = Keys(page)
    keys.enter()
    return page, keys


def test_the_ring_is_one_tab_stop(notebooks: Any) -> None:
    """Tab leads to one node and on from it, arrows round the ring; ? shows keys, Escape ends."""
    page, keys = opened(notebooks, "stop")
    before = keys.notebook()
    keys.tab("keys")
    keys.press("Enter")
    page.is_there(".ig-keys")
    keys.press("Escape")
    page.is_gone(".ig-keys")

    keys.press("Tab")
    assert keys.at() == "n1"
    keys.press("ArrowRight")
    assert keys.at() == "n2"
    keys.press("End")
    assert keys.at() == "n5"
    keys.press("ArrowDown")
    assert keys.at() == "n1"
    keys.press("ArrowLeft")
    assert keys.at() == "n5"
    keys.press("Home", "?")
    page.is_there(".ig-keys")
    keys.press("Escape")
    page.is_gone(".ig-keys")
    keys.press("ArrowUp", "Tab")
    assert keys.at() == "crash"
    keys.back("n5")

    assert keys.notebook() == before


def test_the_notebook_hears_no_key(notebooks: Any) -> None:
    """Keys that are commands of the notebook do nothing to it, wherever in the widget they go."""
    page, keys = opened(notebooks, "deaf", 3)
    before = keys.notebook()

    for stop in ("keys", "n1", "heal", "time", "ig-fold-table"):
        keys.tab(stop)
        for key in COMMANDS:
            page.page.keyboard.press(key)
    for stop in ("write", "key"):
        keys.back(stop)
        keys.press("b", "d", "d", "ArrowUp", "ArrowDown")

    assert keys.notebook() == before
    assert page.find("").count() == 1


def test_a_node_is_broken_by_letters(notebooks: Any) -> None:
    """Enter crashes and restarts; c, p, u, w, i and l do what the buttons of their names do."""
    page, keys = opened(notebooks, "letters")
    before = keys.notebook()
    keys.tab("n1")
    old = page.leader
    keys.go(old)

    keys.press("Enter")
    page.is_a(old, "crashed")
    new = page.another_leads(old)
    keys.press(" ")
    page.is_a(old, "follower")
    keys.press("c")
    page.is_a(old, "crashed")
    keys.press("c")
    page.is_a(old, "follower")
    keys.press("p")
    page.is_a(old, "paused")
    keys.press("p")
    page.is_a(old, "follower")
    keys.press("u")
    page.is_a(old, "crashed")
    keys.press("Enter")
    page.is_a(old, "follower")
    keys.press("l")
    page.is_a(old, "leader")

    keys.go(new)
    keys.press("i")
    page.is_there(".ig-area")
    keys.tab("heal")
    keys.press("Enter")
    page.is_gone(".ig-cut")
    keys.go(new)
    keys.press("w")
    page.says("disk wiped", f'.ig-place:has([data-node="{new}"]) .ig-votes')
    keys.press("Enter")
    page.says("could vote twice")

    assert keys.notebook() == before


def test_the_network_is_cut_by_keyboard(notebooks: Any) -> None:
    """Groups are made with g, or with Enter after Partition; cut, also one way, and healed."""
    page, keys = opened(notebooks, "cuts", 3)
    before = keys.notebook()
    lead, one, two = [page.leader, *page.others()]
    keys.tab("n1")

    keys.go(one)
    keys.press("g")
    page.says(f"A: {one}.", ".ig-groups")
    keys.press("Escape")
    page.is_gone(".ig-groups")
    keys.press("g")
    keys.go(lead)
    keys.press("g", "g")
    page.says(f"A: {one}. B: {lead}.", ".ig-groups")
    keys.tab("cut-one")
    keys.press("Enter")
    page.is_there(f'.ig-cut[data-from="{one}"][data-to="{lead}"]')
    page.notebook.until(f"cluster.status().blocked == (('{one}', '{lead}'),)")
    keys.tab("heal")
    keys.press("Enter")
    page.is_gone(".ig-cut")

    keys.back("partition")
    keys.press("Enter")
    page.is_there(".ig-groups")
    keys.go(two)
    keys.press("Enter")
    page.says(f"A: {two}.", ".ig-groups")
    keys.tab("cut-both")
    keys.press("Enter")
    page.is_there(".ig-area")
    keys.tab("heal")
    keys.press("Enter")
    page.is_gone(".ig-cut")

    assert keys.notebook() == before


def test_members_keys_and_links_by_keyboard(notebooks: Any) -> None:
    """A clock, a new node, a new leader, a write, a read and a slow link need no mouse either."""
    page, keys = opened(notebooks, "tools", 3)
    before = keys.notebook()
    one = page.others()[0]
    keys.tab("n1")

    keys.go(one)
    keys.tab("clock")
    keys.press("ArrowDown")
    page.notebook.until(f"cluster._driver.world.hosts['{one}'].rate == 2000")
    keys.tab("add")
    keys.press("Enter")
    page.says("n4 has joined")
    old = page.leader
    keys.back("step-down")
    keys.press("Enter")
    page.another_leads(old)
    keys.go("n4")
    keys.tab("remove")
    keys.press("Enter")
    page.is_gone(".ig-node[data-node=n4]")

    keys.tab("key")
    keys.type("colour")
    keys.tab("value")
    keys.type("red")
    keys.press("Enter")
    page.says("is committed", ".ig-client .ig-said")
    keys.tab("read")
    keys.press("Enter")
    page.says("colour = ", ".ig-client .ig-said")

    keys.tab("ig-fold-links")
    keys.press("Enter")
    keys.tab("from")
    page.page.keyboard.type("n1")
    keys.tab("to")
    page.page.keyboard.type("n2")
    keys.tab("latency")
    keys.type("7")
    keys.tab("link")
    keys.press("Enter")
    page.says("7 ms → n2", ".ig-word")

    assert keys.notebook() == before


def test_time_by_keyboard(notebooks: Any) -> None:
    """Pace, time line, fork and the way back are reached with Tab; the focus is never lost."""
    page, keys = opened(notebooks, "time", 3)
    before = keys.notebook()
    lead = page.leader

    keys.tab("pause")
    keys.press("Enter")
    page.is_there("[data-do=play]")
    stands = page.page.evaluate(MOMENT)
    keys.tab("step")
    keys.press("Enter")
    page.page.wait_for_function(f"before => ({MOMENT})() > before", arg=stands)
    keys.tab("speed")
    keys.press("Home")
    page.notebook.until("cluster.speed == 0.05")
    keys.press("End")
    page.notebook.until("cluster.speed == 1")

    keys.tab("time")
    last = page.page.evaluate(MOMENT)
    keys.press("ArrowLeft", "ArrowLeft", "Shift+ArrowLeft")
    page.is_there("[data-do=fork]")
    assert page.page.evaluate(MOMENT) == last - 21_000
    keys.press("Home")
    page.says("You look at 0.000 s", ".ig-when")
    keys.press("End")
    keys.tab("now")
    keys.press("Enter")
    page.is_gone("[data-do=now]")
    assert keys.at() == "time"
    keys.press("ArrowLeft")
    page.is_there("[data-do=fork]")
    keys.tab("fork")
    keys.press("Enter")
    page.is_there(".ig-chip >> text=fork at")
    keys.tab("back")
    keys.press("Enter")
    page.is_gone("[data-do=back]")
    assert keys.at() == "time"
    keys.back("play")
    keys.press(" ")
    page.is_there("[data-do=pause]")
    assert page.leader == lead

    keys.tab("ig-fold-run")
    keys.press("Enter")
    keys.tab("run")
    page.page.keyboard.insert_text(page.notebook.execute("print(cluster.recording())"))
    keys.back("open")
    keys.press("Enter")
    page.is_there(".ig-chip >> text=replay")

    assert keys.notebook() == before


def test_a_tour_by_keyboard(notebooks: Any) -> None:
    """Next, Back and Leave take Enter; where a button goes or is shut, the focus is still seen."""
    notebook = notebooks.open("toured", [TOUR.format(name="election"), "1 + 1"])
    notebook.run_all()
    page = ClusterPage(notebook)
    keys = Keys(page)
    keys.enter()
    before = keys.notebook()

    keys.tab("tour-next")
    keys.press("Enter")
    page.is_there(".ig-tour[data-step='2']:not([data-playing])")
    keys.back("tour-back")
    keys.press("Enter")
    page.is_there(".ig-tour[data-step='1']:not([data-playing])")
    keys.at()
    keys.tab("tour-leave")
    keys.press("Enter")
    page.is_gone(".ig-tour")
    keys.at()

    assert keys.notebook() == before
