"""Widget of a cluster as a person finds it on a page: what it shows, and what can be done there."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import TimeoutError  # noqa: A004 -- what a page raises

CLUSTER = """
from igniter_nb.consensus import Cluster
from igniter_nb.notebook.clusters.widget.widget import view_of

cluster = Cluster.start({options})
cluster.wait_for_leader()
cluster
"""

ROOT = ".ig-cluster"
READY = f'{ROOT}[data-ready="1"][data-frame]'

SAYS = "([where, words]) => document.querySelector(where)?.textContent.includes(words)"

SEEN = """() => {
  const root = document.querySelector('.ig-cluster');
  const all = (inside, what) => [...inside.querySelectorAll(what)];
  return {
    leader: root.dataset.leader,
    cuts: all(root, '.ig-cut').map(cut => {
      const isOneWay = cut.querySelector('.ig-stop').getAttribute('d').includes('Z');
      return [cut.dataset.from, isOneWay ? '->' : '--', cut.dataset.to].join(' ');
    }).sort(),
    ring: all(root, '.ig-node').map(({dataset}) => [dataset.node, dataset.role, dataset.term]),
    table: all(root, '.ig-fold-table tbody tr').map(row =>
      [row.cells[0].textContent, row.dataset.state,
       ...[2, 3, 4, 5, 6, 7, 8, 9].map(at => row.cells[at].textContent)]),
    logs: all(root, '[data-log]').map(row => [row.dataset.log, all(row, '[data-index]').map(
      ({dataset}) => [dataset.index, dataset.term, dataset.committed].map(Number))]),
  };
}"""


def starts(*nodes: Any, **options: Any) -> str:
    """Return a cell that starts a cluster and shows it."""
    given = [*map(repr, nodes or (5,)), *(f"{name}={value!r}" for name, value in options.items())]
    return CLUSTER.format(options=", ".join(given))


class ClusterPage:
    """A page that shows a cluster.

    Args:
        notebook: the notebook.
        part: selects the widget, if there are several.
    """

    def __init__(self, notebook: Any, part: str = ROOT) -> None:
        self.notebook = notebook
        self.page = notebook.page
        self.part = part
        self.page.wait_for_selector(f'{part}[data-ready="1"][data-frame]')

    # -- what is there

    def find(self, what: str) -> Any:
        """Return a part of the widget."""
        return self.page.locator(f"{self.part} {what}")

    def node(self, name: str) -> Any:
        """Return a node of the ring."""
        return self.find(f'.ig-node[data-node="{name}"]')

    @property
    def leader(self) -> str:
        """Who leads, once somebody does."""
        self.page.wait_for_selector(f"{self.part} .ig-node[data-role=leader]")
        return str(self.find(".ig-node[data-role=leader]").get_attribute("data-node"))

    def others(self) -> list[str]:
        """Return the nodes that do not lead."""
        names = self.find(".ig-node").evaluate_all("all => all.map(one => one.dataset.node)")
        return [name for name in names if name != self.leader]

    # -- what is waited for

    def is_there(self, what: str) -> None:
        """Wait until a part is visible."""
        self.page.wait_for_selector(f"{self.part} {what}")

    def is_gone(self, what: str) -> None:
        """Wait until a part is not there, or is hidden."""
        self.page.wait_for_selector(f"{self.part} {what}", state="hidden")

    def is_a(self, name: str, role: str) -> None:
        """Wait until a node has a role."""
        self.page.wait_for_selector(f'{self.part} .ig-node[data-node="{name}"][data-role="{role}"]')

    def another_leads(self, old: str) -> str:
        """Wait until a node leads that is not the old leader, and return it."""
        self.page.wait_for_selector(
            f'{self.part} .ig-node[data-role=leader]:not([data-node="{old}"])'
        )
        return self.leader

    def says(self, words: str, where: str = ".ig-left > .ig-said") -> str:
        """Wait until a line says something, and return all of it."""
        line = self.find(where).first
        try:
            self.page.wait_for_function(SAYS, arg=[f"{self.part} {where}", words])
        except TimeoutError as error:
            raise AssertionError(f"expected {words!r}, came {line.text_content()!r}") from error
        return str(line.text_content())

    # -- what is done

    def do(self, name: str) -> None:
        """Click a button."""
        self.find(f'[data-do="{name}"]').click()

    def choose(self, name: str) -> None:
        """Point at a node until what can be done to it is shown."""
        self.node(name).hover()
        self.page.wait_for_selector(f'{self.part} .ig-node[data-node="{name}"][data-chosen]')

    def do_to(self, node: str, name: str) -> None:
        """Point at a node and click a button of what can be done to it."""
        self.choose(node)
        self.do(name)

    def open(self, name: str) -> None:
        """Open one of the folded parts."""
        self.find(f".ig-fold-{name} > summary").click()
        self.is_there(f".ig-fold-{name}[open]")

    def write(self, key: str, value: str) -> None:
        """Write a key."""
        self.find("[name=key]").fill(key)
        self.find("[name=value]").fill(value)
        self.do("write")

    def slide(self, name: str, to: float) -> None:
        """Drag a slider to a value."""
        self.find(f"[name={name}]").evaluate(
            """(slider, to) => {
              slider.value = to;
              slider.dispatchEvent(new Event('input', {bubbles: true}));
            }""",
            to,
        )


def shown(notebooks: Any, name: str, *nodes: Any, **options: Any) -> ClusterPage:
    """Open a notebook with a running cluster."""
    notebook = notebooks.open(name, [starts(*nodes, seed=1, **options)])
    notebook.run_all()
    return ClusterPage(notebook)


def shows(told: dict[str, Any]) -> dict[str, Any]:
    """Return what a page must show where the kernel says this; logs are complete here."""
    cuts = {(sender, recipient) for sender, recipient in told["cuts"]}
    nodes = told["nodes"]
    return {
        "leader": told["leader"] or "",
        "cuts": sorted(
            f"{a} -> {b}" if (b, a) not in cuts else f"{a} -- {b}"
            for a, b in cuts
            if a < b or (b, a) not in cuts
        ),
        "ring": [[node["id"], node["role"], str(node["term"])] for node in nodes],
        "table": [
            [
                *(node[fact] for fact in ("id", "role")),
                str(node["term"]),
                *(node[fact] for fact in ("vote", "leader")),
                *(str(node[fact]) for fact in ("commit", "applied", "last")),
                str(node["snapshot"] or ""),
                "match {}, next {}".format(*node["view"]) if node["view"][0] >= 0 else "",
            ]
            for node in nodes
        ],
        "logs": [[node["id"], node["log"]] for node in nodes],
    }
