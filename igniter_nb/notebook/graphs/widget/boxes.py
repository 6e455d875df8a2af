"""Folded boxes of a diagram: which nodes are inside, and how these are, in sum."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from igniter_nb.display import read_as
from igniter_nb.notebook.page import theme

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from igniter_nb.notebook.graphs.picture.diagram import Diagram, DiagramNode
    from igniter_nb.notebook.graphs.widget.addresses import Address
    from igniter_nb.notebook.graphs.widget.look import Seen

DONE = ("succeeded", "backdated", "skipped", "cached")


@dataclass(frozen=True, slots=True)
class Box:
    """A cluster that is drawn as one box.

    Attributes:
        item: the box as drawn.
        members: addresses of the nodes inside.
    """

    item: DiagramNode
    members: tuple[Address, ...]

    @property
    def path(self) -> str:
        """Path of the cluster."""
        return self.item.path

    @property
    def is_scope(self) -> bool:
        """Whether nothing but what is inside says how it is."""
        return self.item.kind == theme.MORE

    @property
    def facts(self) -> dict[str, Any]:
        """What never changes about it."""
        return {"kind": "scope", "reads": [], "doc": self.item.doc, "where": ""}

    def state(self, found: Mapping[str, Seen], number: int) -> dict[str, Any]:
        """Return how the nodes inside are.

        Args:
            found: what was found of each node, by path.
            number: the run that goes on, or the last one.
        """
        inside = [found[each.path] for each in self.members]
        counts = Counter(seen.status for seen in inside)
        status = theme.worst([*counts])
        done = sum(counts[name] for name in DONE)
        failed = counts["failed"] + counts["denied"]
        ran = any(0 < seen.latest == number for seen in inside)
        return {
            "status": status,
            "said": f"{done:,} of {len(inside):,} done",
            "how": "",
            "value": ", ".join(
                f"{counts[name]:,} {read_as(name)}" for name in theme.STATUSES if counts[name]
            ),
            "error": f"{failed:,} failed" if failed else "",
            "time": "",
            "why": "",
            "runs": 0,
            "run": number if ran else 0,
            "began": 0,
        }


def boxes(shown: Diagram, nodes: Iterable[Address]) -> tuple[Box, ...]:
    """Return the boxes of a diagram that stand for folded clusters.

    Args:
        shown: the diagram.
        nodes: addresses of all nodes of its contract.
    """
    items = {node.path: node for node in shown.nodes if node.kind in ("compose", theme.MORE)}
    members: dict[str, list[Address]] = {path: [] for path in items}
    for address in nodes:
        above = address.drawn.rpartition(".")[0]
        while above:
            if above in members:
                members[above].append(address)
                break
            above = above.rpartition(".")[0]
    return tuple(Box(item, tuple(members[path])) for path, item in items.items() if members[path])
