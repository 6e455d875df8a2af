"""Fresh copies of the project for what packaging does to them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
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


def run(*command: str | Path, folder: Path, env: dict[str, str] | None = None) -> str:
    """Run a command; where it fails, show what it said."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def dist(clone: Path) -> Path:
    """Give the folder with the sdist and the wheel made from it, each built on its own."""
    run(sys.executable, "-m", "build", "--outdir", "dist", folder=clone)
    return clone / "dist"


@pytest.fixture(scope="session")
def wheel(dist: Path) -> Path:
    """Give the wheel that was made from the sdist."""
    return next(dist.glob("*.whl"))


@pytest.fixture(scope="session")
def sdist(dist: Path) -> Path:
    """Give the source distribution."""
    return next(dist.glob("*.tar.gz"))


@pytest.fixture
def no_node(tmp_path: Path) -> dict[str, str]:
    """Give an environment whose PATH has what a shell script needs, and no Node."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "env", "uname"):
        (folder / name).symlink_to(shutil.which(name) or pytest.skip(f"no {name} on PATH"))
    return {**os.environ, "PATH": str(folder)}
