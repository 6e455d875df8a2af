"""Browser of the tests in tests/e2e, for measurements on a page."""

from __future__ import annotations

from tests.e2e.conftest import context, lab, notebooks

__all__ = ["context", "lab", "notebooks"]
