"""The README's code does what its comments say."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def test_the_first_example_is_true(root: Path) -> None:
    """Each line of the first example that ends in a value gives that value."""
    text = (root / "README.md").read_text("utf-8")
    code = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0]
    names: dict[str, Any] = {}
    given, promised = [], []

    for statement in ast.parse(code).body:
        source = ast.get_source_segment(code, statement) or ""
        if isinstance(statement, ast.Expr):
            given.append(repr(eval(source, names)))  # noqa: S307  it is our own page
            promised.append(code.splitlines()[statement.lineno - 1].partition("# ")[2])
        else:
            exec(source, names)  # noqa: S102  the same

    assert promised
    assert given == promised


def test_links_lead_somewhere(root: Path) -> None:
    """Each relative link of the README and the contributor page leads to a file."""
    pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    targets = [
        target
        for page in pages
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", (root / page).read_text("utf-8"))
    ]

    assert [target for target in targets if not (root / target).exists()] == []
