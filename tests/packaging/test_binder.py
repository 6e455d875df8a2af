"""Binder, read by repo2docker as mybinder.org reads it; no Docker is needed to look."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def repo2docker() -> Path:
    """Give repo2docker's command, in an environment of its own that is made once."""
    home = Path(sys.prefix, "repo2docker")
    command = home / "bin" / "jupyter-repo2docker"
    if not command.is_file():
        venv.create(home, with_pip=True, clear=True)
        pip = [home / "bin" / "python", "-m", "pip", "install", "-qq"]
        subprocess.run([*pip, "jupyter-repo2docker>=2024.7"], check=True)
    return command


@pytest.fixture(scope="session")
def dockerfile(repo2docker: Path, clone: Path) -> str:
    """Give the Dockerfile that repo2docker makes of a fresh clone."""
    flags = ["--no-build", "--debug", "--user-id", "1000", "--user-name", "jovyan"]
    done = subprocess.run(
        [repo2docker, *flags, "."], cwd=clone, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_binder_installs_the_package(dockerfile: str) -> None:
    """repo2docker installs from binder/requirements.txt, after it has copied the project."""
    assert re.search(r'pip install --no-cache-dir -r "binder/requirements.txt"', dockerfile)
    copied = dockerfile.index("COPY --chown=1000:1000 src/ ${REPO_DIR}")
    assert copied < dockerfile.index('-r "binder/requirements.txt"')


def test_binder_has_a_python_that_fits(dockerfile: str) -> None:
    """repo2docker takes Python 3.12, not its older default."""
    assert "environment.py-3.12" in dockerfile or "environment-2epy-2d3-2e12" in dockerfile


def test_binder_asks_for_what_a_reader_needs(root: Path) -> None:
    """The package is named with all that the notebooks use."""
    assert (root / "binder/requirements.txt").read_text("utf-8").split() == [".[all]"]


def test_the_start_notebook_is_where_the_link_leads(root: Path) -> None:
    """The README's Binder link opens a notebook that exists."""
    text = (root / "README.md").read_text("utf-8")
    (target,) = set(re.findall(r"mybinder\.org/v2/gh/[\w./-]+\?urlpath=lab/tree/([\w./-]+)", text))

    notebook = json.loads((root / target).read_text("utf-8"))

    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
