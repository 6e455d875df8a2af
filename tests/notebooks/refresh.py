"""Refresh of stored notebooks: run, and stored with their outputs.

To run it: ``python -m tests.notebooks.refresh [PATH …]``.

Pictures are drawn by the built-in renderer, so that it does not matter which machine ran them. What
belongs to one run only is left out: settings of an editor, time stamps, the state of widgets.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "notebooks"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
WIDGET = "application/vnd.jupyter.widget-view+json"


def paths() -> list[Path]:
    """Return the notebooks of the project, in order."""
    return sorted(FOLDER.glob("*.ipynb"))


def tidied(notebook: Any) -> Any:
    """Leave out of a notebook, in place, what belongs to one run only."""
    notebook["metadata"] = nbformat.from_dict(METADATA)
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("tags")
        cell["metadata"] = nbformat.from_dict({"tags": tags} if tags else {})
        if cell["cell_type"] == "code":
            cell["outputs"] = joined(without_views(cell["outputs"]))
    return notebook


def without_views(outputs: list[Any]) -> list[Any]:
    """Leave out the views of widgets, and outputs that are nothing else."""
    found = []
    for output in outputs:
        was_widget = output.get("data", {}).pop(WIDGET, None)
        if was_widget:
            output["metadata"] = nbformat.from_dict({})
        if output.get("data") or not was_widget:
            found.append(output)
    return found


class AsItRan(NotebookClient):  # type: ignore[misc]  # it has no types
    """Runs a notebook and stores what each cell showed when it ran, as the prose beside it says.

    In somebody's notebook the pictures beside widgets are told anew: they are as things were last.
    """

    def _update_display_id(self, display_id: str, msg: dict[str, Any]) -> None:
        """Leave what was shown before as it is."""


def joined(outputs: list[Any]) -> list[Any]:
    """Put together what one stream printed in pieces: where it is split depends on timing."""
    found: list[Any] = []
    for output in outputs:
        name = output.get("name")
        before = found[-1] if found else {}
        if name and before.get("name") == name:
            before["text"] += output["text"]
        else:
            found.append(output)
    return found


def refresh(path: Path) -> None:
    """Run a notebook and write it back."""
    notebook = nbformat.read(path, as_version=4)
    AsItRan(
        notebook,
        kernel_name="python3",
        store_widget_state=False,
        resources={"metadata": {"path": str(FOLDER)}},
    ).execute()
    nbformat.write(tidied(notebook), path)


if __name__ == "__main__":
    os.environ["IGNITER_NB_RENDERER"] = "builtin"
    for given in map(Path, sys.argv[1:]) if sys.argv[1:] else paths():
        refresh(given)
