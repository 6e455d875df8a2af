"""What a person does to a cluster with the mouse, in a real JupyterLab."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.cluster_page import shown

pytestmark = pytest.mark.browser

STATES = "all => all.map(row => row.cells[11].textContent)"
"""What each node's state machine holds, from the rows of the open table."""


def test_a_click_crashes_the_leader_and_another_is_elected(notebooks: Any) -> None:
    """Click a node and it crashes, the others elect a leader; click it again and it follows."""
    page = shown(notebooks, "click")
    old = page.leader
    assert f"{old} leads" in page.find(".ig-headline").inner_text()

    page.node(old).click()
    page.is_a(old, "crashed")
    new = page.another_leads(old)
    page.says(f"{new} leads", ".ig-headline")
    assert page.find(".ig-stories [data-kind=leader]").first.inner_text().count(new)
    assert "down" in page.node(old).get_attribute("aria-label")

    page.node(old).click()
    page.is_a(old, "follower")
    assert page.notebook.ask("cluster.leader.node_id") == new
    assert page.notebook.ask(f"cluster.status()['{old}'].alive") is True


def test_everything_can_be_done_to_a_node(notebooks: Any) -> None:
    """The buttons of a node crash, restart, pause, resume, isolate and promote it, set its clock.

    A node without power restarts from its disk; one whose disk was wiped cannot, and the page says
    why and what to do.
    """
    page = shown(notebooks, "node")
    lead, one, two, *_ = [page.leader, *page.others()]

    page.do_to(one, "crash")
    page.is_a(one, "crashed")
    page.says(f"{one} crashed")
    page.do("restart")
    page.is_a(one, "follower")

    page.do("pause-node")
    page.is_a(one, "paused")
    page.do("resume-node")
    page.is_a(one, "follower")

    page.do("power")
    page.is_a(one, "crashed")
    page.says("lost its power")
    page.node(one).click()
    page.is_a(one, "follower")

    page.find("[data-do=clock]").select_option("2")
    page.is_there(f'.ig-node[data-node="{one}"][aria-label*="clock 2"]')
    assert page.notebook.ask(f"cluster._driver.world.hosts['{one}'].rate") == 2000

    page.do("isolate")
    page.page.wait_for_function("() => document.querySelectorAll('.ig-cut').length === 4")
    page.do("heal")
    page.is_gone(".ig-cut")

    page.do_to(two, "leader")
    page.is_a(two, "leader")
    page.is_a(lead, "follower")

    page.do_to(lead, "wipe")
    page.is_a(lead, "crashed")
    page.says("disk wiped", f'.ig-place:has([data-node="{lead}"]) .ig-votes')
    page.node(lead).click()
    page.says("could vote twice")
    assert page.find(".ig-left > .ig-said.ig-wrong").count() == 1
    assert page.node(lead).get_attribute("data-role") == "crashed"

    page.do_to(two, "about")
    page.is_there(".ig-about")
    assert two in page.find(".ig-about-text").inner_text()
    page.do("about-close")
    page.is_gone(".ig-about")


def test_nodes_come_and_go(notebooks: Any) -> None:
    """A node that is added gets a vote and the log; one that is removed leaves the ring."""
    page = shown(notebooks, "members", 3)
    old = page.leader

    page.do("add")
    page.says("n4 has joined")
    page.is_a("n4", "follower")
    page.says("3 of 4", ".ig-headline")
    assert page.find("[data-log=n4] [data-index]").count() > 0

    page.do_to("n4", "remove")
    page.says("n4 has left")
    page.is_gone(".ig-node[data-node=n4]")
    page.says("2 of 3", ".ig-headline")

    page.do("step-down")
    page.another_leads(old)
    page.is_a(old, "follower")


def test_the_network_is_cut_and_mended(notebooks: Any) -> None:
    """Two groups are picked and parted; without a quorum a banner says so, healing ends it.

    Cut one way only, nothing passes that way and what comes back still passes.
    """
    page = shown(notebooks, "network", 3)
    lead, one, two = [page.leader, *page.others()]

    page.do("partition")
    page.node(lead).click()
    page.says(f"A: {lead}. B: {', '.join(sorted([one, two]))}.", ".ig-groups")
    for name in (one, one, two, two, two):
        page.node(name).click()
    page.says(f"A: {lead}. B: {one}.", ".ig-groups")
    page.do("cancel-cut")
    page.is_gone(".ig-groups")
    assert page.notebook.ask("cluster.status().blocked") == []
    assert page.find("[data-side]").count() == 0

    page.do("partition")
    page.node(lead).click()
    page.do("cut-both")
    new = page.another_leads(lead)
    assert page.find(".ig-cut").count() == 2
    assert len(page.notebook.ask("cluster.status().blocked")) == 4

    page.node(new).click()
    page.is_a(new, "crashed")
    page.says("Quorum lost", ".ig-banner")
    page.is_there(".ig-banner")
    page.node(new).click()
    page.is_a(new, "follower")
    page.do("heal")
    page.is_gone(".ig-cut")
    page.is_gone(".ig-banner")
    page.says("2 of 3", ".ig-headline")

    lead = page.leader
    one = page.others()[0]
    page.do("partition")
    page.node(one).click()
    page.node(lead).click()
    page.node(lead).click()
    page.do("cut-one")
    page.is_there(f'.ig-cut[data-from="{one}"][data-to="{lead}"]')
    assert page.notebook.ask("cluster.status().blocked") == [[one, lead]]


def test_links_are_made_slow_and_lossy(notebooks: Any) -> None:
    """Latency and loss are set for one link, one way, and for all; the picture writes them on."""
    page = shown(notebooks, "links", 3)
    page.open("links")

    page.find("[name=from]").select_option("n1")
    page.find("[name=to]").select_option("n2")
    page.find("[name=latency]").fill("12.5")
    page.find("[name=loss]").fill("5")
    page.do("link")
    page.says("12.5 ms, 5 % lost → n2", ".ig-word")
    assert page.notebook.ask("view_of(cluster).frame['links']") == [["n1", "n2", 12500, 0.05]]

    page.find("[name=from]").select_option("all")
    page.find("[name=to]").select_option("all")
    page.find("[name=latency]").fill("3")
    page.find("[name=loss]").fill("0")
    page.do("link")
    page.is_there(".ig-word >> text=all links: 3 ms")
    assert page.notebook.ask("view_of(cluster).frame['link']") == [3000, 0]

    page.find("[name=latency]").fill("1e9")
    page.do("link")
    page.says("expected a number from 0")


def test_a_key_is_written_and_seen_in_every_log(notebooks: Any) -> None:
    """A written key is committed in each log and state, and read; a missing one says so."""
    page = shown(notebooks, "write", 3)
    page.open("table")

    page.write("colour", '["red", 2]')
    page.says("committed at index 3 of term 1", ".ig-client .ig-said")
    for name in ("n1", "n2", "n3"):
        page.is_there(f"[data-log={name}] [data-index='3'][data-committed='1']")
    page.page.wait_for_function(
        f"""() => (rows => rows.length === 3 && rows.every(state => state.includes("colour")))(
          ({STATES})([...document.querySelectorAll('.ig-fold-table tbody tr')]))"""
    )
    page.is_there(".ig-stories >> text=colour")
    assert page.notebook.ask("cluster.read('colour')") == ["red", 2]

    page.do("read")
    page.says("red", ".ig-client .ig-said")
    page.find("[name=key]").fill("nobody")
    page.do("read")
    page.says("nobody", ".ig-client .ig-said")
    page.find("[name=key]").fill("")
    page.do("write")
    page.is_there(".ig-client .ig-wrong")
    page.says("expected a name", ".ig-client .ig-said")
