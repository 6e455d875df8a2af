"""Front ends of widgets, as they are sent to the page.

A widget is a Python class and a front end: ``widgets/src/live/`` is built into
``notebook/static/live.js``, which :mod:`igniter_nb.notebook.graphs.widget.widget` sends. A script
goes into the markup of a picture, and needs no kernel.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).resolve().parent.parent / "static"

_NOT_BUILT = """\
export default {{ render({{ el }}) {{
  el.textContent = "The front end of this widget is not built. In a checkout of igniter_nb run \
`npm ci && npm run build` in widgets/, or install igniter_nb again; then restart the kernel. \
(missing: {name}.js)";
}} }};
"""


def script(name: str) -> str:
    """Return a script that a picture takes along; empty where it is not built.

    It is one line that defines ``played``, with what the script offers.
    """
    built = STATIC / f"{name}.js"
    return built.read_text("utf-8") if built.is_file() else ""


def bundle(name: str) -> Path | str:
    """Return the front end of a widget for ``_esm``.

    Args:
        name: name of the widget.

    Returns:
        The text of the built module; or its path, which keeps all widgets alive to load them again
        when it is saved, where ``ANYWIDGET_HMR`` asks for that. Without one, a module that says
        how to build it, since a missing file would make the class itself impossible.
    """
    built = STATIC / f"{name}.js"
    if not built.is_file():
        return _NOT_BUILT.format(name=name)
    return built if os.environ.get("ANYWIDGET_HMR") else built.read_text("utf-8")
