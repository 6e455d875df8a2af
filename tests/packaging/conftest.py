"""Fresh copies of the project for what packaging does to them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def copy_to(folder: Path) -> Path:
    """Copy the project as a fresh clone would have it, with what is not committed yet."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, done.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a fresh clone that the tests share."""
    return copy_to(tmp_path_factory.mktemp("clone"))


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """Give a fresh clone of the test's own, where nothing was built."""
    return copy_to(tmp_path / "clone")
