"""Choice of the engine that lays out a diagram: the first that can, and why others cannot.

The order: the program named by ``IGNITER_DOT``, ``dot`` on the path, ``graphviz-pure`` beside the
interpreter or on the path, the built-in layout, and plain text when nothing else works.
``IGNITER_NB_RENDERER`` (``dot``, ``builtin`` or ``text``) restricts the choice.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from igniter_nb.notebook.graphs.picture import dot, layered
from igniter_nb.notebook.page.geometry import Layout, LayoutError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from igniter_nb.notebook.graphs.picture.diagram import Diagram
    from igniter_nb.notebook.graphs.picture.measure import Sizes

CHOICES: Final = ("dot", "builtin", "text")
BUILTIN, TEXT = "builtin", "text"

_failures: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Engine:
    """One way to lay out a diagram.

    Attributes:
        name: ``IGNITER_DOT``, ``dot``, ``graphviz-pure``, ``builtin`` or ``text``.
        available: whether it can be tried.
        path: the program, empty for what needs none.
        version: what the program says it is; only :func:`engines` asks.
        reason: why it is not available, or what went wrong with it last.
        used: whether the next diagram is drawn with it.
    """

    name: str
    available: bool
    path: str = ""
    version: str = ""
    reason: str = ""
    used: bool = False


def engines() -> tuple[Engine, ...]:
    """Return all engines in the order in which they are tried, with versions; for reports."""
    found = [replace(each, version=_version(each)) for each in _candidates()]
    first = next(index for index, each in enumerate(found) if each.available and not each.reason)
    found[first] = replace(found[first], used=True)
    return tuple(found)


def lay_out(shown: Diagram, sizes: Sizes, *, most: int | None = None) -> tuple[Layout, str]:
    """Lay out a diagram with the first engine that can.

    Args:
        shown: the diagram.
        sizes: room for everything.
        most: nodes that a program may be asked to lay out, because somebody waits.

    Returns:
        The layout and the name of the engine.

    Raises:
        TooLargeError: the diagram has to be folded first.
        LayoutError: text is all that is left.
    """
    too_large: TooLargeError | None = None
    found = [each for each in _candidates() if each.available and each.name != TEXT]
    if most is not None and len(shown.nodes) > most:
        found.sort(key=lambda each: each.name != BUILTIN)
    for engine in found:
        try:
            layout = _run(engine, shown, sizes)
        except TooLargeError as error:
            too_large = error
        except Exception as error:  # noqa: BLE001 -- whatever fails in an engine, the next is tried
            _failures[engine.name] = f"{type(error).__name__}: {error}"[:400]
        else:
            _failures.pop(engine.name, None)
            return layout, engine.name
    raise too_large or LayoutError("no layout engine is available")


def _run(engine: Engine, shown: Diagram, sizes: Sizes) -> Layout:
    if engine.name == BUILTIN:
        return layered.lay_out(shown, sizes)
    return dot.lay_out(shown, sizes, engine.path)


def _candidates() -> Iterator[Engine]:
    choice = os.environ.get("IGNITER_NB_RENDERER", "").strip().lower()
    note = ""
    if choice and choice not in CHOICES:
        note = f"IGNITER_NB_RENDERER expects one of {', '.join(CHOICES)}, got {choice!r}: ignored"
        choice = ""
    forced = f"IGNITER_NB_RENDERER={choice}"
    for engine in _programs():
        if choice in (BUILTIN, TEXT):
            yield replace(engine, available=False, reason=forced)
        else:
            yield replace(engine, reason=engine.reason or _failures.get(engine.name, ""))
    allowed = choice in ("", BUILTIN)
    reason = _failures.get(BUILTIN, "") if allowed else forced
    yield Engine(BUILTIN, available=allowed, reason=reason)
    yield Engine(TEXT, available=True, version=note)


def _programs() -> Iterator[Engine]:
    named = os.environ.get("IGNITER_DOT", "").strip()
    if named:
        path = shutil.which(named)
        missing = f"IGNITER_DOT names {named!r}, which is not an executable file"
        yield Engine("IGNITER_DOT", path is not None, path or named, reason="" if path else missing)
    path = shutil.which("dot")
    yield Engine("dot", path is not None, path or "", reason="" if path else "not on PATH")
    scripts = sysconfig.get_path("scripts")
    path = shutil.which("graphviz-pure", path=scripts) or shutil.which("graphviz-pure")
    absent = f"neither in {scripts} nor on PATH: pip install graphviz-pure"
    yield Engine("graphviz-pure", path is not None, path or "", reason="" if path else absent)


def _version(engine: Engine) -> str:
    if not (engine.available and engine.path):
        return engine.version
    try:
        done = subprocess.run(  # noqa: S603 -- a fixed command line, no shell
            [engine.path, "-V"], capture_output=True, timeout=dot.TIMEOUT_S, check=False, text=True
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return f"does not answer -V: {type(error).__name__}"
    return (done.stdout or done.stderr).strip().partition("\n")[0][:120]
