"""Pages of the site of `make docs`: the repository's own, its notebooks and the reference."""

from __future__ import annotations

import posixpath
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import griffe
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "tests/README.md")
ROOMS = ("igniter_nb", "igniter_nb.consensus", "igniter_nb.raft")


@event_priority(100)  # before the one who reads notebooks
def on_files(_files: Files, *, config: Any) -> Files:
    """Give the site its files, each at the place that it has in the repository."""
    notebooks = [f"notebooks/{path.name}" for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    theirs = [
        File(name, str(ROOT), config.site_dir, config.use_directory_urls)
        for name in (*PAGES, *notebooks)
    ]
    ours = [
        File.generated(config, f"reference/{room}.md", content=reference(room)) for room in ROOMS
    ]
    return Files([*theirs, *ours])


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Files) -> str:
    """Leave out pictures from elsewhere, and lead to the repository for files that are no page."""
    folder = Path(page.file.src_uri).parent

    def led(match: re.Match[str]) -> str:
        target = posixpath.normpath((folder / match[1]).as_posix())
        is_page = files.get_file_from_path(target) is not None or not (ROOT / target).exists()
        return match[0] if is_page else f"]({config.repo_url}/blob/main/{target})"

    markdown = re.sub(r"!\[([^\]]*)\]\(https?:[^)]*\)", r"\1", markdown)
    return re.sub(r"\]\((?!https?:|#)([^)#\s]+)\)", led, markdown)


def reference(room: str) -> str:
    """Write the page of a room: what it is, and each name that its door offers."""
    names = import_module(room).__all__
    behind = "import igniter_nb as ig"
    if room != ROOMS[0]:
        behind += f"` and `from {room} import *"
    entries = "\n\n".join(f"::: {room}.{name}" for name in names)
    return f"# {room}\n\nExamples are typed behind `{behind}`.\n\n{entries}\n"


class Roles(griffe.Extension):
    """Reads the roles and blocks of docstrings, which are reStructuredText, as Markdown."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite a docstring before it is read."""
        if obj.docstring:
            text = re.sub(r":[a-z]+:`~?([\w.]+)`", r"`\1`", obj.docstring.value)
            text = re.sub(r"(?m)^(\s*)::$", "", text)
            obj.docstring.value = re.sub(r"(?m)::$", ":", text)
