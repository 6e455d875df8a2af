"""Display of the notebook room: the port that the floors below show themselves through."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from igniter_nb.notebook.graphs.picture.diagram import diagram
from igniter_nb.notebook.graphs.picture.dot import source as dot_source
from igniter_nb.notebook.kernel.places import place, running_cell
from igniter_nb.notebook.kernel.stills import shell_of_page
from igniter_nb.notebook.kernel.tracebacks import lines, shell
from igniter_nb.notebook.page.render import Bundle, render, widget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from igniter_nb.consensus import Cluster
    from igniter_nb.contract import Contract
    from igniter_nb.errors import Location
    from igniter_nb.graph import CompiledGraph


class _Page:
    """What is shown without a widget, for a notebook that asks for one form only."""

    def __init__(self, forms: Bundle) -> None:
        self._forms = forms

    def _mime_(self) -> tuple[str, str]:
        kind = "text/html" if "text/html" in self._forms else "text/plain"
        return kind, self._forms[kind]


class NotebookDisplay:
    """The notebook room behind the port :class:`igniter_nb.display.Display`."""

    def mimebundle(self, shown: object) -> Bundle:
        """Return the rich forms of an object, by MIME type."""
        if (asking := shell()) is not None:
            from igniter_nb.notebook.graphs.completion import offer

            offer(asking)  # whoever sees a contract may ask next what its result has
        return render(shown)

    def show(self, shown: object) -> None:
        """Put an object on the page of a notebook: its still, and behind it its widget.

        Raises:
            NotImplementedError: there is no page, or no widget; IPython then shows the rich forms.
        """
        if shell_of_page() is None:
            raise NotImplementedError
        view: Any = widget(shown) if getattr(shown, "still", None) is None else shown
        if view is None:
            raise NotImplementedError
        view.still.show(view)

    def widget(self, shown: object) -> Any:
        """Return the widget that shows an object; what only its rich forms show, as a page."""
        view = widget(shown)
        return _Page(render(shown)) if view is None else view

    def shown(self, cluster: Cluster) -> Cluster:
        """Return what the widget of a cluster shows: the cluster, or one that was made there."""
        if "igniter_nb.notebook.clusters.widget.widget" not in sys.modules:
            return cluster  # no cluster has one
        from igniter_nb.notebook.clusters.widget.widget import shown_of

        return shown_of(cluster)

    def frame(
        self, columns: Sequence[str], records: Sequence[Mapping[str, object]]
    ) -> pd.DataFrame:
        """Return a data frame with one row per record."""
        import pandas as pd

        return pd.DataFrame.from_records([dict(each) for each in records], columns=[*columns])

    def dot(self, graph: CompiledGraph) -> str:
        """Return a compiled graph in the DOT language."""
        return dot_source(diagram(graph))

    def save(self, graph: CompiledGraph, path: str | Path) -> Path:
        """Write the picture of a compiled graph to a file."""
        from igniter_nb.notebook.graphs.picture.save import save

        return save(diagram(graph), path)

    def live(self, contract: Contract) -> Any:
        """Return a widget that follows a contract while it runs."""
        from igniter_nb.notebook.graphs.widget.widget import live_of

        return live_of(contract)

    def place(self, location: Location) -> str | None:
        """Return how a person calls a place in a notebook, or None when it is no cell."""
        return place(location)

    def cell(self) -> tuple[str, int] | None:
        """Return the notebook cell that runs, and its number; None where that is not known."""
        return running_cell()

    def traceback(self, error: BaseException) -> list[str]:
        """Return the lines that a notebook shows for an error: the person's frames, not ours."""
        return lines(error)

    def asks(self) -> bool:
        """Tell whether a shell runs, which asks for these lines."""
        return shell() is not None
