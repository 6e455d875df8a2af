"""Findings of axe-core on the accessibility of a part of a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "widgets" / "node_modules" / "axe-core" / "axe.min.js"
VIOLATIONS = """async part => (await axe.run(part, {resultTypes: ['violations']}))
  .violations.map(found => `${found.id}: ${found.nodes.map(node => node.html).join(' | ')}`)"""


def violations(page: Any, part: str) -> list[str]:
    """Return what is wrong with what a selector finds; skip the test where axe-core is missing."""
    if not AXE.is_file():
        pytest.skip(f"{AXE.relative_to(ROOT)} is missing: run `npm ci` in widgets/")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(VIOLATIONS, part)
    return found
