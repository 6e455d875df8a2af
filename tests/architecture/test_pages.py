"""The pages beside the tests: what they point to exists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.architecture.conftest import listed

if TYPE_CHECKING:
    from pathlib import Path

POINTER = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


@pytest.mark.parametrize("page", ["tests/found.md", "tests/upstream.md"])
def test_a_page_points_to_tests_that_exist(root: Path, page: str) -> None:
    """Each file that a page names is there, and has the test that the page names."""
    pointers = POINTER.findall((root / page).read_text("utf-8"))

    lost = [
        f"{path}::{test}" if test else path
        for path, test in pointers
        if not (root / path).is_file()
        or (test and not re.search(rf"\b(def|class) {test}\(", (root / path).read_text("utf-8")))
    ]

    assert pointers, f"{page} names tests as `tests/…py::test_…`; found: none. To do: name them."
    assert not lost, listed(
        lost,
        f"{page} names only files and tests that exist",
        "find where each was moved, or what it is called now, and correct the page",
    )
