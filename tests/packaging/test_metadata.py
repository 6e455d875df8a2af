"""What the package says about itself to an installer."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(root: Path) -> dict[str, Any]:
    """Give the table `project` of pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.mark.parametrize(
    ("system", "machine", "has_wheel"),
    [
        ("linux", "x86_64", True),
        ("linux", "aarch64", True),
        ("linux", "armv7l", False),
        ("darwin", "arm64", True),
        ("win32", "AMD64", True),
        ("emscripten", "wasm32", False),
        ("freebsd14", "amd64", False),
    ],
)
def test_dot_is_required_where_a_wheel_brings_it(
    project: dict[str, Any], system: str, machine: str, *, has_wheel: bool
) -> None:
    """graphviz-pure is a dependency on each platform that has its wheel, and on no other."""
    required = {each.name: each for each in map(Requirement, project["dependencies"])}
    marker = required["graphviz-pure"].marker

    assert marker is not None
    assert marker.evaluate({"sys_platform": system, "platform_machine": machine}) is has_wheel


def test_every_requirement_is_a_range_by_name(project: dict[str, Any]) -> None:
    """No requirement is an address, and each says the oldest version that it works with."""
    extras = project["optional-dependencies"].values()
    named = [*project["dependencies"], *(each for extra in extras for each in extra)]
    others = [each for each in map(Requirement, named) if each.name != "igniter-nb"]

    assert [str(each) for each in others if each.url or ">=" not in str(each.specifier)] == []


def test_the_oldest_python_is_one_everywhere(root: Path, project: dict[str, Any]) -> None:
    """The oldest Python that is promised is the one that is looked for, linted for and tested."""
    oldest = project["requires-python"].removeprefix(">=")
    ruff = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]
    named = [each.rpartition(" :: ")[2] for each in project["classifiers"] if " :: 3." in each]
    tested = re.findall(r'"(3\.\d+)"', (root / ".github/workflows/ci.yml").read_text("utf-8"))

    assert named[0] == tested[0] == oldest
    assert ruff["target-version"] == f"py{oldest.replace('.', '')}"
    assert f"({oldest.replace('.', ', ')})" in (root / ".ci/python").read_text("utf-8")


def test_all_is_what_a_reader_needs(project: dict[str, Any]) -> None:
    """The extra `all` has the data, JupyterLab and networkx: what the notebooks can use."""
    (whole,) = map(Requirement, project["optional-dependencies"]["all"])

    assert whole.extras == {"data", "file", "lab", "networkx"}
