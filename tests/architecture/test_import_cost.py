"""What `import igniter_nb` costs: which modules it loads, and how long it takes."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.architecture.conftest import listed

if TYPE_CHECKING:
    from pathlib import Path

# Each is loaded where it is used, at first use.
HEAVY = {
    "IPython",
    "anywidget",
    "grandalf",
    "graphviz",
    "ipywidgets",
    "networkx",
    "numpy",
    "pandas",
    "pydantic",
}
OWN = {"igniter_nb"}

# What many programs load anyway; 36 ms on the machine where the limit was set.
YARDSTICK = (
    "argparse, asyncio, concurrent.futures, csv, dataclasses, inspect, json, logging, typing"
)
RATIO_MAX = 2.7  # 100 ms where it was set
ROUNDS = 7

ROOMS = "igniter_nb.consensus, igniter_nb.notebook, igniter_nb.notebook.magic"

# Every class and function of the modules that are loaded, by name, and what each class holds.
SEEN = """
import sys

def seen(names):
    found = {}
    for name in names:
        for key, value in vars(sys.modules[name]).items():
            if isinstance(value, type) or callable(value):
                found[f"{name}.{key}"] = id(value)
            if isinstance(value, type) and value.__module__ == name:
                found |= {f"{name}.{key}.{each}": id(held) for each, held in vars(value).items()}
    return found
"""

LATER = "import it inside the function that uses it, or under `if TYPE_CHECKING`"

TIMED = "from time import process_time as now; start = now(); import {}; print(now() - start)"


def python(code: str, **variables: str) -> str:
    """Run code in a fresh interpreter; it may keep compiled modules, as an installed one does."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=kept | variables,
    )
    return done.stdout


def test_nothing_heavy_is_loaded() -> None:
    """`import igniter_nb` loads none of the packages that only some uses need."""
    loaded = python(
        "import sys, igniter_nb; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )

    heavy = sorted(set(loaded.split()) & HEAVY)
    assert not heavy, listed(heavy, "`import igniter_nb` loads none of these", LATER)


def test_no_third_party_module_is_loaded() -> None:
    """`import igniter_nb` loads nothing but itself and the standard library."""
    code = "import sys; old = set(sys.modules); import igniter_nb; print(*set(sys.modules) - old)"

    loaded = {module.split(".")[0] for module in python(code).split()}

    foreign = sorted(loaded - OWN - sys.stdlib_module_names)
    assert not foreign, listed(
        foreign, "`import igniter_nb` loads the standard library and itself", LATER
    )


def test_a_room_changes_no_other() -> None:
    """Importing a room replaces no class, function or method of a module that was loaded."""
    loads = "import igniter_nb as ig; ig.Contract, ig.Policy, ig.ContractBuilder"
    own = "[each for each in sys.modules if each.split('.')[0] == 'igniter_nb']"
    told = "print(*(each for each, before in old.items() if after[each] != before), sep='\\n')"

    code = f"{SEEN}{loads}\nold = seen(names := {own})\nimport {ROOMS}\nafter = seen(names)\n{told}"
    replaced = python(code).split()

    assert not replaced, listed(
        replaced,
        f"importing {ROOMS} replaces nothing of what was loaded",
        "let the room below offer a port, as igniter_nb/display.py does, instead of patching it",
    )


def test_import_is_quick(tmp_path: Path) -> None:
    """`import igniter_nb` takes at most 2.7 times as long as a handful of standard modules."""
    cached = {"PYTHONPYCACHEPREFIX": str(tmp_path)}
    python(f"import igniter_nb, {YARDSTICK}", **cached)

    ours, yardstick = (
        min(float(python(TIMED.format(modules), **cached)) for _ in range(ROUNDS))
        for modules in ("igniter_nb", YARDSTICK)
    )

    assert ours / yardstick <= RATIO_MAX, (
        f"`import igniter_nb` takes {ours * 1000:.0f} ms, {ours / yardstick:.2f} times a handful of"
        f" standard modules ({yardstick * 1000:.0f} ms); at most {RATIO_MAX} times is allowed."
        " To do: see what is loaded (python -X importtime -c 'import igniter_nb') and import it"
        " where it is used, or make what runs at import cheaper."
    )
