"""Browser of the tests in tests/e2e, for measurements on a page."""

from __future__ import annotations

from tests.e2e.conftest import lab, notebooks

__all__ = ["lab", "notebooks"]
