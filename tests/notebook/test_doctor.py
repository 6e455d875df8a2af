from __future__ import annotations

import re
import shutil
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import igniter_nb as ig
from igniter_nb.notebook import doctor as room
from igniter_nb.notebook.doctor import DISTRIBUTION, PACKAGE, Finding, doctor
from igniter_nb.notebook.graphs.picture.chain import Engine

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def rows(shell: object = None) -> dict[str, Finding]:
    """Ask the doctor; findings by what was looked at."""
    return {row[0]: Finding(*row) for row in doctor(shell).rows}


class Installed:
    """Stands for the metadata of installed distributions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.versions = {DISTRIBUTION: ig.__version__}
        self.fields = {"Requires-Python": ">=3.11"}
        self.requires: list[str] = []
        monkeypatch.setattr(metadata, "version", self.version)
        monkeypatch.setattr(metadata, "metadata", self.metadata)
        monkeypatch.setattr(metadata, "requires", lambda _name: self.requires)

    def version(self, name: str) -> str:
        """Return the version of a distribution, as importlib does."""
        if name not in self.versions:
            raise metadata.PackageNotFoundError(name)
        return self.versions[name]

    def metadata(self, name: str) -> dict[str, str]:
        """Return the fields of a distribution, as importlib does."""
        return {"Version": self.version(name), **self.fields}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Installed:
    """Give distributions to be told what is installed."""
    return Installed(monkeypatch)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an installed package without anything in it."""
    package = tmp_path / "igniter_nb"
    (package / "notebook" / "static").mkdir(parents=True)
    monkeypatch.setattr(room, "PACKAGE", package)
    return package


# --- the report -----------------------------------------------------------------------------------


def test_it_is_a_report(shell: InteractiveShell) -> None:
    """What the doctor says is a table like every other report, as HTML, text, frame and data."""
    report = shell.run_line_magic("igniter", "doctor")

    shown = report._repr_mimebundle_()
    assert report.columns == ("check", "status", "found", "advice")
    assert shown["text/html"].count('<th scope="row"') == len(report.rows)
    assert shown["text/plain"] == str(report)
    assert [*report.to_frame()["check"]] == [row[0] for row in report.rows]
    assert report.to_dict()["rows"] == report.records()


@pytest.mark.parametrize("width", [60, 80, 132])
def test_it_fits_the_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is wider than the terminal, and long advice goes on below instead of being cut."""
    monkeypatch.setenv("COLUMNS", str(width))
    advice = " ".join(f"word{number}" for number in range(30))
    monkeypatch.setitem(room.CHECKS, "long", lambda _: iter([Finding("long", "note", "x", advice)]))

    said = str(doctor())

    assert max(map(len, said.splitlines())) <= width
    assert re.findall(r"word\d+", said) == advice.split()


def test_it_says_what_runs_the_code(shell: InteractiveShell) -> None:
    """The interpreter, IPython and our own version are named."""
    found = rows(shell)

    assert found["Python"].advice == sys.executable
    assert found["igniter_nb"].found == f"{ig.__version__} in {PACKAGE}"
    assert found["IPython"].found.endswith(", InteractiveShell")


def test_a_check_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking never raises: a check that fails is told, and the others go on."""

    def broken() -> tuple[Engine, ...]:
        msg = "no permission"
        raise OSError(msg)

    monkeypatch.setattr(room, "engines", broken)

    found = rows()

    assert found["renderer"].status == "problem"
    assert found["renderer"].found == "looking failed: OSError: no permission"
    assert "front end" in found


def test_the_headline_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The headline says how many problems and notes there are, or that all is in order."""
    words = ["ok", "problem", "note", "note"]
    checks = {"x": lambda _shell: iter([Finding("x", word, "") for word in words])}
    monkeypatch.setattr(room, "CHECKS", checks)
    assert doctor().headline == "4 findings: 1 problem, 2 notes"

    words[:] = ["ok"]
    assert doctor().headline == "1 finding: all is in order"


# --- where this runs ------------------------------------------------------------------------------


def test_in_marimo(monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook of marimo has no shell of IPython's and is no plain Python."""
    monkeypatch.setitem(sys.modules, "marimo", SimpleNamespace(running_in_notebook=lambda: True))
    monkeypatch.setattr(room.metadata, "version", lambda _: "0.25.2")
    assert rows()["runs in"].found == "marimo 0.25.2"

    monkeypatch.setitem(sys.modules, "marimo", SimpleNamespace(running_in_notebook=lambda: False))
    assert rows()["runs in"].found == "plain Python, no IPython"


def test_outside_ipython() -> None:
    """Plain Python is told what it misses."""
    assert rows()["runs in"].found == "plain Python, no IPython"
    assert "IPython" not in rows()


@pytest.mark.parametrize(
    ("platform", "module", "shell", "environment", "said"),
    [
        ("linux", "", SimpleNamespace(user_ns={}), "", "a terminal"),
        ("linux", "", SimpleNamespace(user_ns={}, kernel=1), "", "a Jupyter kernel"),
        ("linux", "", SimpleNamespace(user_ns={}, kernel=1), "VSCODE_CWD", "VS Code"),
        ("linux", "", SimpleNamespace(user_ns={"__vsc_ipynb_file__": 1}, kernel=1), "", "VS Code"),
        ("linux", "google.colab", SimpleNamespace(user_ns={}, kernel=1), "", "Google Colab"),
        ("emscripten", "", SimpleNamespace(user_ns={}, kernel=1), "", "Pyodide"),
    ],
)
def test_where_it_runs(
    platform: str,
    module: str,
    shell: object,
    environment: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Terminal, Jupyter, VS Code, Colab and Pyodide are told apart."""
    monkeypatch.delenv("VSCODE_CWD", raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    if module:
        monkeypatch.setitem(sys.modules, module, ModuleType(module))
    if environment:
        monkeypatch.setenv(environment, "/")

    assert rows(shell)["runs in"].found.startswith(said)


def test_the_policy_in_force(shell: InteractiveShell) -> None:
    """A policy is shown, since a step that it stops would puzzle who forgot it."""
    assert rows(shell)["policy"].status == "ok"

    with ig.policy(denied=["network"]):
        assert rows(shell)["policy"][1:3] == ("note", "denied: network; unknown names: ignore")


# --- what is installed ----------------------------------------------------------------------------


def test_a_python_that_is_too_old(installed: Installed) -> None:
    """A Python outside the declared range is a problem."""
    installed.fields["Requires-Python"] = ">=4"

    assert rows()["Python"][1:] == (
        "problem",
        rows()["Python"].found,
        "igniter_nb wants >=4",
    )


def test_metadata_without_a_range_of_pythons(installed: Installed) -> None:
    """Where nothing says which Python is wanted, any is fine."""
    del installed.fields["Requires-Python"]

    assert rows()["Python"].status == "ok"


def test_an_installation_behind_the_import(installed: Installed) -> None:
    """An installed version other than the imported one is a problem, the same one is fine."""
    assert rows()["igniter_nb"].status == "ok"

    installed.versions[DISTRIBUTION] = "0.0.1"

    assert rows()["igniter_nb"].status == "problem"
    assert rows()["igniter_nb"].advice.startswith("installed is 0.0.1")


def test_packages_against_what_is_declared(installed: Installed) -> None:
    """Each package is held against its declared range; only optional ones may be missing."""
    installed.requires = [
        "pandas<4,>=2.2",
        "anywidget<0.12,>=0.9",
        "graphviz>=0.20",
        'winonly; sys_platform == "never"',
        "jupyterlab>=4.4; extra == 'lab'",
        "igniter-nb[lab]; extra == 'all'",
        "igniter-nb[data]; extra == 'lab'",
        "pytest>=8; extra == 'test'",
    ]
    installed.versions |= {"pandas": "3.1.1", "anywidget": "0.8.0"}

    found = rows()

    assert found["pandas"] == ("pandas", "ok", "3.1.1", "wanted <4,>=2.2")
    assert found["anywidget"].status == "problem"
    assert found["anywidget"].advice == 'wanted <0.12,>=0.9: pip install "anywidget<0.12,>=0.9"'
    assert found["graphviz"].status == "problem"
    assert found["graphviz"].advice == 'wanted >=0.20: pip install "graphviz>=0.20"'
    assert found["jupyterlab"].status == "note"
    assert found["jupyterlab"].advice == 'wanted >=4.4: pip install "igniter-nb[lab]"'
    assert not found.keys() & {"winonly", "pytest", DISTRIBUTION}


def test_packages_where_nothing_is_declared(installed: Installed) -> None:
    """Imported from a folder, the packages are shown without a judgement of their versions."""
    installed.versions = {"pandas": "3.1.1"}

    found = rows()

    assert found["igniter_nb"].status == "note"
    assert found["pandas"] == ("pandas", "ok", "3.1.1", "")
    assert found["jupyterlab"] == ("jupyterlab", "note", "not installed", "")


def test_a_distribution_without_dependencies(installed: Installed) -> None:
    """Metadata that names no dependency at all leaves the versions unjudged."""
    installed.requires = None  # as importlib says it

    assert rows()["pandas"].found == "not installed"


# --- what draws -----------------------------------------------------------------------------------


def test_the_engine_in_use_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every engine is listed: what failed, what is in use, what is not needed."""
    engines = (
        Engine("IGNITER_DOT", available=False, path="/x", reason="names '/x', no file"),
        Engine("dot", available=True, path="/dot", version="dot 9", reason="died\n of 11"),
        Engine("graphviz-pure", available=True, path="/pure", version="pure 1", used=True),
        Engine("builtin", available=True),
        Engine("text", available=True, version="IGNITER_NB_RENDERER got 'x': ignored"),
    )
    monkeypatch.setattr(room, "engines", lambda: engines)

    found = rows()

    assert [found[f"renderer {engine.name}"][1:] for engine in engines] == [
        ("ok", "not available", "names '/x', no file"),
        ("note", "failed dot 9 /dot", "died of 11"),
        ("ok", "in use pure 1 /pure", ""),
        ("ok", "not needed", ""),
        ("note", "not needed", "IGNITER_NB_RENDERER got 'x': ignored"),
    ]


def test_nothing_that_draws_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """Diagrams as text only are a problem."""
    monkeypatch.setattr(room, "engines", lambda: (Engine("text", available=True, used=True),))

    assert rows()["renderer text"].status == "problem"


def test_the_engines_of_this_machine() -> None:
    """The engines that are really here are listed, and exactly one is in use."""
    found = [row for name, row in rows().items() if name.startswith("renderer ")]

    assert sum(row.found.startswith("in use") for row in found) == 1


# --- the front ends -------------------------------------------------------------------------------


def test_a_front_end_that_is_missing(tree: Path) -> None:
    """Without a bundle the widgets show nothing; the advice fits an installation or a checkout."""
    assert rows()["front end"].status == "problem"
    assert rows()["front end"].advice.startswith("pip install igniter_nb again")

    (tree.parent / "widgets").mkdir()
    (tree.parent / "widgets" / "hatch_build.py").touch()

    assert rows()["front end"].advice.startswith("pip install -e .")


def test_a_front_end_of_an_installation(tree: Path) -> None:
    """In an installation, which has no sources, a bundle that is there is fine."""
    (tree / "notebook" / "static" / "live.js").touch()

    assert rows()["front end"] == ("front end", "ok", "live.js", "")


def test_a_front_end_of_a_checkout(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a checkout the build script itself says whether the bundle is made of the sources."""
    source = Path(room.__file__).parents[2] / "widgets"
    (tree.parent / "widgets" / "src").mkdir(parents=True)
    (tree.parent / "widgets" / "src" / "live.ts").write_text("1", "utf-8")
    shutil.copy(source / "hatch_build.py", tree.parent / "widgets")
    (tree / "notebook" / "static" / "live.js").touch()
    stale = rows()["front end"]

    build = room._script(tree.parent / "widgets" / "hatch_build.py")
    digest = build.digest(tree.parent / "widgets")
    (tree / "notebook" / "static" / "built-from.txt").write_text(digest, "utf-8")
    fresh = rows()["front end"]
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    unknown = rows()["front end"]

    assert stale[1:3] == ("problem", "live.js, not built from widgets/src as it is")
    assert fresh[1:3] == ("ok", "live.js, up to date with widgets/src")
    assert unknown.status == "note"
    assert "hatchling" in unknown.advice
