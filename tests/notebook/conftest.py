"""Shell to type into, without a kernel, and throttles that deliver when a test says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import igniter_nb as ig
from igniter_nb.notebook.kernel.throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """Give a shell with ``%igniter`` loaded; afterwards the process has none, and no policy."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    made = InteractiveShell.instance(config=config)
    made.run_line_magic("load_ext", "igniter_nb")
    try:
        yield made
    finally:
        ig.set_policy(None)
        InteractiveShell.clear_instance()


class Clock:
    """Stands in for the threads of throttles: they deliver when a test says so."""

    def __init__(self) -> None:
        self.throttles: list[Throttle] = []
        self.can_start = True

    def ring(self) -> int:
        """Let every throttle that was asked have its turn; returns how many were."""
        asked = [throttle for throttle in self.throttles if throttle._wake.is_set()]
        for throttle in asked:
            throttle._ring()
        return len(asked)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Put a clock in the place of the threads."""
    clock = Clock()

    def start(throttle: Throttle) -> bool:
        clock.throttles.append(throttle)
        return clock.can_start

    monkeypatch.setattr(Throttle, "_start", start)
    return clock
