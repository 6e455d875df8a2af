"""Settings that all tests share."""

from __future__ import annotations

import os
import shutil
import signal

import pytest
from hypothesis import settings

# On a CI machine the same examples every time: a red run is about the change that it ran on.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

# A shell lets what it starts in the background ignore interrupts; some tests are about them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the path of the system's Chromium; skip where there is none."""
    for name in (os.environ.get("IGNITER_CHROMIUM", ""), *CHROMIUM_NAMES):
        path = shutil.which(name) if name else None
        if path:
            return path
    pytest.skip("no Chromium on PATH: install it, or name one in IGNITER_CHROMIUM")
