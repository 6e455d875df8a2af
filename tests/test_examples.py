"""Examples in docstrings: each runs, and each public name has one.

An example of `igniter_nb.raft` or `igniter_nb.consensus` is written as behind
``from igniter_nb.… import *``; `ig` is there always.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import itertools
import sys
from pathlib import Path
from typing import Any

import pytest

import igniter_nb as ig

ROOMS = ("igniter_nb", "igniter_nb.raft", "igniter_nb.consensus")
PACKAGE = Path(ig.__file__).parent
FINDER = doctest.DocTestFinder(exclude_empty=True, recurse=True)


def names() -> list[Any]:
    """List each public name with its room."""
    rooms = {room: importlib.import_module(room).__all__ for room in ROOMS}
    return [pytest.param(r, n, id=f"{r}.{n}") for r, offered in rooms.items() for n in offered]


def text_of(room: str, name: str) -> str:
    """Return the text that stands under a value, which has no docstring of its own."""
    folder = PACKAGE / room.removeprefix("igniter_nb").replace(".", "/").lstrip("/")
    for path in sorted(folder.rglob("*.py")):
        body = ast.parse(path.read_text("utf-8")).body
        for statement, following in itertools.pairwise(body):
            target = getattr(statement, "target", None) or getattr(statement, "targets", [None])[0]
            if isinstance(target, ast.Name) and target.id == name:
                text = getattr(getattr(following, "value", None), "value", "")
                return text if isinstance(text, str) else ""
    return ""


def examples(room: str, name: str) -> list[doctest.DocTest]:
    """Find the examples of a name: its own first, then those of its methods."""
    door = importlib.import_module(room)
    known = {
        "ig": ig,
        "__name__": f"example of {room}.{name}",  # a module of its own
        **({} if room == "igniter_nb" else {n: getattr(door, n) for n in door.__all__}),
    }
    found = getattr(door, name)
    if getattr(found, "__module__", "").startswith("igniter_nb"):
        module = sys.modules[found.__module__]
        return [each for each in FINDER.find(found, name, module, globs=known) if each.examples]
    read = doctest.DocTestParser().get_doctest(text_of(room, name), known, name, None, 0)
    return [read] if read.examples else []


@pytest.mark.parametrize(("room", "name"), names())
def test_each_public_name_has_an_example_that_is_true(room: str, name: str) -> None:
    """What a newcomer would type is in the docstring, and gives what is written there."""
    tests = examples(room, name)
    assert any(test.name == name for test in tests), (
        f"{room}.{name} has no example: write one into its docstring, under Examples:, with >>>"
    )

    said: list[str] = []
    for test in tests:
        doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)

    assert not said, "".join(said)
