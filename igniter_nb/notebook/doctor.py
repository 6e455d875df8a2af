"""``%igniter doctor``: whether this installation is in order, and what to do where it is not.

Each check returns findings; one that fails is a finding too, so that looking never raises.
``problem`` is something that keeps a part from working, ``note`` something worth knowing.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import igniter_nb
from igniter_nb.capabilities import get_policy
from igniter_nb.notebook.graphs.picture.chain import Engine, engines
from igniter_nb.notebook.page.listing import Listing
from igniter_nb.text import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from IPython.core.interactiveshell import InteractiveShell
    from packaging.requirements import Requirement

OK, NOTE, PROBLEM = "ok", "note", "problem"

TEXT: Final = "text"  # the engine that draws nothing

DISTRIBUTION: Final = "igniter-nb"
PACKAGE: Final = Path(__file__).resolve().parent.parent
EXTRAS: Final = ("lab", "data", "networkx")
"""Optional parts that a reader of notebooks may want; the others are for developers."""

WELL_KNOWN: Final = (
    "anywidget",
    "graphviz",
    "graphviz-pure",
    "grandalf",
    "ipykernel",
    "ipywidgets",
    "jupyterlab",
    "pandas",
    "pydantic",
)
"""Packages to look at where nothing says which versions are wanted."""


class Finding(NamedTuple):
    """One row of the report.

    Attributes:
        check: what was looked at.
        status: ``ok``, ``note`` or ``problem``.
        found: what is there.
        advice: what to do or why it is so, empty where nothing is.
    """

    check: str
    status: str
    found: str
    advice: str = ""


Shell: TypeAlias = Any
"""An InteractiveShell of some kind, or None outside IPython."""


def doctor(shell: InteractiveShell | None = None) -> Listing:
    """Look at this installation; never raises.

    Args:
        shell: the shell that asks; None outside IPython.

    Returns:
        A report with one row per finding.
    """
    found = [finding for name, check in CHECKS.items() for finding in _looked(name, check, shell)]
    worth = {status: sum(row.status == status for row in found) for status in (PROBLEM, NOTE)}
    said = [counted(number, word) for word, number in worth.items() if number]
    headline = f"{counted(len(found), 'finding')}: {', '.join(said) or 'all is in order'}"
    return Listing("igniter_nb doctor", headline, Finding._fields, tuple(map(tuple, found)))


def _looked(name: str, check: Callable[[Shell], Iterator[Finding]], shell: Shell) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(check(shell))
    except Exception as error:  # noqa: BLE001 -- a check that fails is a finding, the others go on
        said = f"looking failed: {type(error).__name__}: {error}"
        found.append(Finding(name, PROBLEM, said, "report this with the text above"))
    return found


# --- where this runs ------------------------------------------------------------------------------


def python(_shell: Shell) -> Iterator[Finding]:
    """Look at the interpreter: version, platform and which one of several it is."""
    found = f"{platform.python_version()} {platform.python_implementation()} on {sys.platform}"
    wanted = _metadata("Requires-Python")
    if wanted and not _fits(platform.python_version(), wanted):
        yield Finding("Python", PROBLEM, found, f"igniter_nb wants {wanted}")
        return
    yield Finding("Python", OK, found, sys.executable or "")


def host(shell: Shell) -> Iterator[Finding]:
    """Look at what runs the code: a terminal, a Jupyter kernel and whose, a browser."""
    if shell is None and _is_marimo():
        yield Finding("runs in", OK, f"marimo {metadata.version('marimo')}")
        return
    if shell is None:
        advice = "diagrams and tables show themselves in a notebook"
        yield Finding("runs in", NOTE, "plain Python, no IPython", advice)
        return
    version = metadata.version("ipython")
    yield Finding("IPython", OK, f"{version}, {type(shell).__name__}")
    yield Finding("runs in", OK, _where(shell))


def _is_marimo() -> bool:
    """Tell whether a notebook of marimo runs this; it has no shell of IPython's."""
    found = sys.modules.get("marimo")
    return found is not None and bool(found.running_in_notebook())


def _where(shell: Shell) -> str:
    if sys.platform == "emscripten":
        return "Pyodide, in a browser: no threads, no processes"
    if "google.colab" in sys.modules:
        return "Google Colab"
    if not hasattr(shell, "kernel"):
        return "a terminal: text instead of pictures"
    if "__vsc_ipynb_file__" in shell.user_ns or "VSCODE_CWD" in os.environ:
        return "VS Code, with a Jupyter kernel"
    return "a Jupyter kernel (JupyterLab, Notebook or another client)"


def policy(_shell: Shell) -> Iterator[Finding]:
    """Look at what the steps of contracts may touch here."""
    found = get_policy()
    if found is None:
        yield Finding("policy", OK, "none, everything is permitted")
    else:
        yield Finding("policy", NOTE, str(found), "%igniter policy show")


# --- what is installed ----------------------------------------------------------------------------


def installation(_shell: Shell) -> Iterator[Finding]:
    """Look at our own version: the one that is imported and the one that is installed."""
    running = igniter_nb.__version__
    found, installed = f"{running} in {PACKAGE}", _metadata("Version")
    if installed is None:
        advice = "imported, not installed: pip install . makes the versions below checkable"
        yield Finding("igniter_nb", NOTE, found, advice)
    elif installed != running:
        advice = f"installed is {installed}: pip install again and restart the kernel"
        yield Finding("igniter_nb", PROBLEM, found, advice)
    else:
        yield Finding("igniter_nb", OK, found)


def packages(_shell: Shell) -> Iterator[Finding]:
    """Look at the packages that we stand on, against the versions that we declare."""
    declared = metadata.requires(DISTRIBUTION) if _metadata("Version") else None
    if declared is None:
        for name in WELL_KNOWN:
            found = _version(name)
            yield Finding(name, OK if found else NOTE, found or "not installed")
        return
    from packaging.requirements import Requirement

    for requirement in map(Requirement, declared):
        extras = [extra for extra in ("", *EXTRAS) if _applies(requirement, extra)]
        if extras and requirement.name != DISTRIBUTION:
            yield _package(requirement, extras[0])


def _package(requirement: Requirement, extra: str) -> Finding:
    name, wanted = requirement.name, str(requirement.specifier)
    found = _version(name)
    if found is None:
        status = NOTE if extra else PROBLEM
        part = f"igniter-nb[{extra}]" if extra else f"{name}{wanted}"
        return Finding(name, status, "not installed", f'wanted {wanted}: pip install "{part}"')
    if not _fits(found, wanted):
        return Finding(name, PROBLEM, found, f'wanted {wanted}: pip install "{name}{wanted}"')
    return Finding(name, OK, found, f"wanted {wanted}")


def _applies(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _fits(version: str, wanted: str) -> bool:
    from packaging.specifiers import SpecifierSet

    return SpecifierSet(wanted).contains(version, prereleases=True)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _metadata(field: str) -> str | None:
    try:
        said = metadata.metadata(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return None
    return said[field] if field in said else None  # noqa: SIM401 -- a protocol without get


# --- what draws -----------------------------------------------------------------------------------


def renderers(_shell: Shell) -> Iterator[Finding]:
    """Look at the engines that lay out diagrams: which one is used, and why not another."""
    before = True
    for engine in engines():
        yield _engine(engine, before=before)
        before = before and not engine.used


def _engine(engine: Engine, *, before: bool) -> Finding:
    """Return the finding of one engine.

    Args:
        engine: the engine.
        before: whether it is tried before the one in use.
    """
    what = f" {engine.version} {engine.path}".rstrip() if engine.path else ""
    why = " ".join(engine.reason.split())
    if not engine.path:
        why = why or engine.version  # what needs no program has no version: it is a remark
    name, status = f"renderer {engine.name}", NOTE if why and engine.available else OK
    if engine.used and engine.name == TEXT:
        return Finding(name, PROBLEM, "in use", why or "diagrams are text only: see the rows above")
    if engine.used:
        return Finding(name, status, f"in use{what}", why)
    if not engine.available:
        return Finding(name, OK, "not available", why)
    return Finding(name, status, f"{'failed' if before else 'not needed'}{what}", why)


def front_end(_shell: Shell) -> Iterator[Finding]:
    """Look at the built front ends of the widgets: there, and made of the sources beside them."""
    static, root = PACKAGE / "notebook" / "static", PACKAGE.parent
    bundles = sorted(path.name for path in static.glob("*.js"))
    build = root / "widgets" / "hatch_build.py"
    how = (
        "pip install -e . builds it, then restart the kernel"
        if build.is_file()
        else ("pip install igniter_nb again, then restart the kernel")
    )
    if not bundles:
        yield Finding("front end", PROBLEM, f"no bundle in {static}", how)
        return
    found = ", ".join(bundles)
    if not build.is_file():
        yield Finding("front end", OK, found)
        return
    fresh = _is_built(build)
    if fresh is None:
        advice = "hatchling is not installed, so whether it is up to date is unknown"
        yield Finding("front end", NOTE, found, advice)
    elif fresh:
        yield Finding("front end", OK, f"{found}, up to date with widgets/src")
    else:
        yield Finding("front end", PROBLEM, f"{found}, not built from widgets/src as it is", how)


def _is_built(build: Path) -> bool | None:
    """Ask the build script of a checkout; None where what it needs is not installed."""
    if importlib.util.find_spec("hatchling") is None:
        return None
    return bool(_script(build).is_built(build.parent.parent))


def _script(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"igniter_nb_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


CHECKS: Final[dict[str, Callable[[Shell], Iterator[Finding]]]] = {
    "Python": python,
    "igniter_nb": installation,
    "runs in": host,
    "policy": policy,
    "renderer": renderers,
    "front end": front_end,
    "packages": packages,
}
"""Every check by the name that a failure of it is reported under."""
