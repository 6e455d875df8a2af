"""Widget of a contract as a person finds it on a page."""

from __future__ import annotations

from typing import Any

LIVE = '.ig-live[data-ready="1"]'


def node(page: Any, path: str) -> Any:
    """Return a node of the drawing."""
    return page.locator(f'.ig-live [data-node="{path}"]')


def wait_for_state(page: Any, path: str, status: str) -> None:
    """Wait until a node of the drawing is in a state."""
    page.wait_for_selector(f'.ig-live [data-node="{path}"][data-state="{status}"]')


def wait_for_run(page: Any, number: int) -> None:
    """Wait until the end of a run is on the page."""
    page.wait_for_selector(f'{LIVE}[data-run="{number}"]:not([data-running])')
