"""The build hook decides by content, and says what to do where it cannot build."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


class App:
    """Keeps the warnings that hatch would show."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def display_warning(self, text: str) -> None:
        self.warnings.append(text)


@pytest.fixture
def hook(root: Path) -> ModuleType:
    """Give the hook as a module."""
    spec = importlib.util.spec_from_file_location("hatch_build", root / "widgets/hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a project with one front end, whose bundle was made from it."""
    (tmp_path / "widgets/src").mkdir(parents=True)
    (tmp_path / "widgets/src/a.ts").write_text("export default {}", "utf-8")
    (tmp_path / "igniter_nb/notebook/static").mkdir(parents=True)
    return tmp_path


def mark_as_built(hook: ModuleType, project: Path) -> None:
    """Write what a build leaves behind."""
    hook.stamp_of(project).write_text(hook.digest(project / "widgets"), "utf-8")


def install(hook: ModuleType, project: Path, version: str) -> list[str]:
    """Run the hook as hatch does and return its warnings."""
    app = App()
    made = hook.WidgetsBuildHook(str(project), {}, None, None, "", "wheel", app)
    made.initialize(version, {})
    return app.warnings


def test_a_new_date_is_no_change(hook: ModuleType, project: Path) -> None:
    """A source that was touched and says the same needs no build."""
    mark_as_built(hook, project)

    (project / "widgets/src/a.ts").touch()

    assert hook.is_built(project)


@pytest.mark.parametrize("name", ["src/a.ts", "src/b.css", "build.mjs", "package-lock.json"])
def test_a_new_content_is_a_change(hook: ModuleType, project: Path, name: str) -> None:
    """A source, the build script or the lock file that says something else needs a build."""
    mark_as_built(hook, project)

    (project / "widgets" / name).write_text("// new", "utf-8")

    assert not hook.is_built(project)


def test_a_source_distribution_is_built(hook: ModuleType, project: Path) -> None:
    """With a bundle and no sources there is nothing to build."""
    mark_as_built(hook, project)
    (project / "widgets/src/a.ts").unlink()
    (project / "widgets/src").rmdir()

    assert hook.is_built(project)
    assert hook.requirements(project) == []


def test_node_is_asked_for_only_where_it_is_needed(
    hook: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Node's wheel becomes a build requirement when there is work and no Node."""
    monkeypatch.setattr(hook, "node_path", lambda: None)
    assert hook.requirements(project) == [hook.NODE_WHEEL]

    mark_as_built(hook, project)

    assert hook.requirements(project) == []


def test_an_editable_install_goes_on_without_node(
    hook: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no Node can be had, work on Python goes on with a warning that says what to do."""
    monkeypatch.setattr(hook, "node_path", lambda: None)

    assert install(hook, project, "editable") == [
        (
            "front ends not built, Node is missing: put Node 20 or newer with npm on PATH"
            " and install again"
        )
    ]


def test_a_wheel_without_bundles_is_refused(
    hook: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wheel that would lack its front ends, or carry old ones, is not made."""
    monkeypatch.setattr(hook, "node_path", lambda: None)

    with pytest.raises(RuntimeError, match="cannot pack the front ends, Node is missing"):
        install(hook, project, "standard")
