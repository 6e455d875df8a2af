"""What a person has who installed the wheel and nothing else, on a machine without Node."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from tests.packaging.conftest import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WIDGET: Final = "application/vnd.jupyter.widget-view+json"
SECONDS: Final = 60

SHOWS: Final = """
import sys
import igniter_nb
from igniter_nb.consensus import Cluster
assert igniter_nb.__file__.startswith(sys.prefix), igniter_nb.__file__
Cluster.start(3, seed=1)
"""


class Clean(KernelManager):
    """Starts kernels of another environment."""

    python: Path

    @property
    def kernel_spec(self) -> KernelSpec:
        """Say how a kernel of it is started."""
        command = [str(self.python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="clean", language="python")


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the interpreter of a new environment that holds the wheel and a kernel."""
    folder = tmp_path_factory.mktemp("clean")
    run(sys.executable, "-m", "venv", folder, folder=folder)
    run(folder / "bin" / "python", "-m", "pip", "install", "-qq", wheel, "ipykernel", folder=folder)
    return folder / "bin" / "python"


@pytest.fixture
def said(python: Path, no_node: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
    """Give what a kernel there said to the page when a cell ended with a cluster."""
    manager = Clean()
    manager.python = python
    manager.start_kernel(env=no_node, cwd=str(python.parent))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=SECONDS)
        messages: list[dict[str, Any]] = []
        client.execute(SHOWS)
        while not (shown_by(messages) and any(is_result(each) for each in messages)):
            messages.append(client.get_iopub_msg(timeout=SECONDS))
        yield messages
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def is_result(message: dict[str, Any]) -> bool:
    """Tell whether a message is the widget that the cell shows; a frame may come before it."""
    return message["msg_type"] == "display_data" and WIDGET in message["content"]["data"]


def shown_by(messages: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the frame that a page was sent last, None before the first one."""
    sent = [each["content"]["data"] for each in messages if each["msg_type"] == "comm_msg"]
    frames = [each["state"]["frame"] for each in sent if "frame" in each.get("state", {})]
    return frames[-1] if frames else None


def test_the_wheel_shows_a_cluster_without_node(said: list[dict[str, Any]], root: Path) -> None:
    """From the wheel a page gets the checkout's front end, byte for byte, and the same frames."""
    problems = [each["content"] for each in said if each["msg_type"] in {"error", "stream"}]
    still, result = (each["content"] for each in said if each["msg_type"] == "display_data")
    (view,) = (
        each["content"]["data"]["state"]
        for each in said
        if each["msg_type"] == "comm_open"
        and each["content"]["comm_id"] == result["data"][WIDGET]["model_id"]
    )
    tested = json.loads((root / "tests/fixtures/widgets/cluster.json").read_text("utf-8"))["frame"]

    assert problems == []
    assert view["_esm"] == (root / "igniter_nb/notebook/static/cluster.js").read_text("utf-8")
    assert {"text/plain", "text/html"} == set(still["data"])
    assert shown_by(said) is not None
    assert set(shown_by(said)) == set(tested)
    assert [node["id"] for node in shown_by(said)["nodes"]] == ["n1", "n2", "n3"]
