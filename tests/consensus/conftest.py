"""Selection of tests, and of the drivers that they run on."""

from __future__ import annotations

import pytest

from igniter_nb.consensus.cluster import drivers
from tests.consensus.dict_driver import DictDriver


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the soak out unless it is named: ``pytest -m soak``."""
    if "soak" not in config.option.markexpr:
        for item in items:
            if item.get_closest_marker("soak"):
                item.add_marker(pytest.mark.skip(reason="runs until it is stopped: -m soak"))


@pytest.fixture(params=["local", "dict"])
def every_driver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test on each driver: what it says is promised by the protocol, not by one of them."""
    if request.param == "dict":
        monkeypatch.setitem(drivers.DRIVERS, drivers.LOCAL, DictDriver)
    return str(request.param)
