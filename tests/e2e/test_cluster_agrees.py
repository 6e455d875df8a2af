"""What the page shows of each node is what ``cluster.status()`` says of it."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from playwright.sync_api import TimeoutError  # noqa: A004 -- what a page raises

from tests.e2e.cluster_page import ROOT, SEEN, ClusterPage, shows, starts

pytestmark = pytest.mark.browser

TOLD = "told_of(cluster.status())"

REST = """
import time
from tests.notebook.clusters.widget.page import told_of

def rest():
    node = cluster.nodes[3]
    node.kill() if node.alive else node.isolate()
    moment = time.time()
    cluster.pause()
    return moment * 1000
"""

CHANGED = f"""() => {{
  window.__changed = 0;
  new MutationObserver(() => {{ window.__changed = Date.now(); }}).observe(
    document.querySelector('{ROOT} .ig-view'),
    {{subtree: true, childList: true, characterData: true, attributes: true,
      attributeFilter: ['data-role', 'data-term', 'data-index', 'data-committed', 'data-from']}});
}}"""

ROUNDS = 5
ACTS_IN_A_ROUND = 12

TO_A_NODE = (
    *("crash", "restart", "pause-node", "resume-node", "leader", "power", "isolate"),
    *("click", "click", "click"),
)
TO_ALL = ("heal", "step-down", "write", "cut-both", "cut-one", "links", "speed")


def act(page: ClusterPage, random: Random) -> str:
    """Do something to the cluster, as a person who tries everything; say what."""
    node, name = random.choice(["n1", "n2", "n3", "n4"]), random.choice([*TO_A_NODE, *TO_ALL])
    if name == "click":
        page.node(node).click()
    elif name in TO_A_NODE:
        page.choose(node)
        button = page.find(f'[data-do="{name}"]')
        if button.count() and button.is_enabled():
            button.click(force=True)
    elif name == "write":
        page.write(node, str(random.randrange(100)))
    elif name.startswith("cut"):
        page.do("partition")
        page.node(node).click()
        page.do(name)
    elif name == "links":
        page.find("[name=latency]").fill(str(random.randrange(8)))
        page.do("link")
    elif name == "speed":
        page.slide("speed", random.randrange(50, 101))
    else:
        page.do(name)
    return f"{name} {node}"


def test_the_page_says_what_the_nodes_say(notebooks: Any, record_property: Any) -> None:
    """After anything that was clicked the page agrees with ``cluster.status()``, node by node.

    How long that took after the cluster came to rest is printed.
    """
    notebook = notebooks.open("agrees", [starts(4, seed=1)])
    notebook.run_all()
    page = ClusterPage(notebook)
    page.open("table")
    page.open("links")
    notebook.execute(REST)
    page.page.evaluate(CHANGED)
    random, late = Random(4), []  # noqa: S311 -- the same clicks every time

    for _ in range(ROUNDS):
        done = [act(page, random) for _ in range(ACTS_IN_A_ROUND)]
        stood_still = notebook.ask("rest()")
        told = notebook.ask(TOLD)
        agrees(page, told, done)
        late.append(page.page.evaluate("() => window.__changed") - stood_still)
        assert notebook.ask(TOLD) == told, done
        agrees(page, told, done)
        page.do("play")
        page.is_there("[data-do=pause]")

    record_property("page_at_rest_ms", late)
    print(f"\nthe page at rest after the cluster: {', '.join(f'{ms:.0f}' for ms in late)} ms")


def agrees(page: ClusterPage, told: Any, done: list[str]) -> None:
    """Wait until the page shows what the kernel says; say what differs if it does not."""
    expected = shows(told)
    try:
        page.page.wait_for_function(
            f"""expected => {{
              const {{logs, ...seen}} = ({SEEN})();
              return JSON.stringify(seen) === expected;
            }}""",
            arg=compact({name: facts for name, facts in expected.items() if name != "logs"}),
            timeout=5000,
        )
    except TimeoutError:
        assert page.page.evaluate(SEEN) == expected, done
    for (name, cells), (same, log) in zip(
        page.page.evaluate(SEEN)["logs"], expected["logs"], strict=True
    ):
        assert name == same
        assert cells[-1:] == log[-1:], done
        assert all(cell in log for cell in cells), done


def compact(value: Any) -> str:
    """Write JSON as a page does."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
