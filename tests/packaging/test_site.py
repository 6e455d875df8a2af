"""The site of `make docs`: complete, without a warning, and read without a network."""

from __future__ import annotations

import importlib
import re
import sys
from typing import TYPE_CHECKING

import pytest

from tests.packaging.conftest import run

if TYPE_CHECKING:
    from pathlib import Path

ROOMS = ("igniter_nb", "igniter_nb.consensus", "igniter_nb.raft")
LOADS = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*?\ssrc=["']?((?:https?:)?//[^"'\s>]+)"""
    r"""|<link\b(?![^>]*canonical)[^>]*?\shref=["']?((?:https?:)?//[^"'\s>]+)"""
    r"""|url\(["']?((?:https?:)?//[^"')]+)"""
)


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the site, built; a warning ends the build."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict"]
    run(*command, "-f", root / ".ci/site.yml", "-d", folder, folder=root)
    return folder


@pytest.mark.parametrize("room", ROOMS)
def test_the_reference_has_every_public_name(site: Path, room: str) -> None:
    """Each name that a door offers has an entry of its own on the room's page."""
    page = (site / "reference" / f"{room}.html").read_text("utf-8")
    names = importlib.import_module(room).__all__

    missing = [name for name in names if f'id="{room}.{name}"' not in page]

    assert missing == []


def test_the_site_has_the_pages_and_the_notebooks(site: Path, root: Path) -> None:
    """README, contributor page, changes and every notebook with its outputs are pages."""
    books = sorted(path.stem for path in (root / "notebooks").glob("*.ipynb"))
    pages = ["index", "CONTRIBUTING", "CHANGELOG", *(f"notebooks/{book}" for book in books)]

    assert [page for page in pages if not (site / f"{page}.html").is_file()] == []
    assert all("jp-OutputArea" in (site / f"notebooks/{b}.html").read_text("utf-8") for b in books)


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    """No page and no style loads a script, a picture, a font or a style from another machine."""
    found = [
        f"{path.relative_to(site)}: {next(filter(None, match.groups()))}"
        for path in sorted(site.rglob("*"))
        if path.suffix in {".html", ".css"}
        for match in LOADS.finditer(path.read_text("utf-8"))
    ]

    assert found == []


def test_what_is_written_as_a_role_is_shown_as_a_name(site: Path) -> None:
    """Roles of docstrings, like :meth:, do not appear on a page of the reference."""
    pages = sorted((site / "reference").glob("*.html"))

    assert [
        page.name for page in pages if re.search(r":(meth|class|func):", page.read_text())
    ] == []
