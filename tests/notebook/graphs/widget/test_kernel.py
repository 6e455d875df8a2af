"""The way of a message through a real kernel, without a browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

ROOT = Path(__file__).resolve().parents[4]
WIDGET = "application/vnd.jupyter.widget-view+json"
CODE = """
import igniter_nb as ig

class Price(ig.Contract):
    order_total = ig.input(float)
    rate = ig.input(float, default=0.2)

    @ig.compute
    def vat(order_total, rate):
        return order_total * rate

    @ig.output
    def total(order_total, vat):
        return order_total + vat

price = Price(order_total=100.0)
price.live()
"""


class Kernel:
    """A kernel that runs code and answers messages of widgets."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def run(self, code: str) -> list[dict[str, Any]]:
        """Run code and return what it published."""
        return self._published(self.client.execute(code))

    def type_in(self, model: str, **typed: object) -> list[dict[str, Any]]:
        """Send what the form of a page sends, and return what was published in answer."""
        data = {"method": "custom", "content": {"type": "update", "inputs": typed}}
        message = self.client.session.msg("comm_msg", {"comm_id": model, "data": data})
        self.client.shell_channel.send(message)
        return self._published(message["header"]["msg_id"])

    def _published(self, parent: str) -> list[dict[str, Any]]:
        found = []
        while True:
            message = self.client.get_iopub_msg(timeout=20)
            if message["parent_header"].get("msg_id") == parent:
                found.append(message)
                if message["content"].get("execution_state") == "idle":
                    return found


def states_of(update: dict[str, Any]) -> dict[str, Any]:
    """Return the states that a page knows of by an update."""
    return {**update.get("base", {}), **update.get("news", {})}


@pytest.fixture
def kernel():
    """Start a kernel that sees this checkout."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    manager, client = start_new_kernel(env={**os.environ, "PYTHONPATH": path})
    yield Kernel(client)
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    manager.cleanup_resources()


def updates(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the traits that messages of widgets have set, the latest of each."""
    state: dict[str, Any] = {}
    for message in messages:
        data = message["content"].get("data", {})
        if message["msg_type"] == "comm_msg" and data.get("method") == "update":
            state |= data["state"]
    return state


def test_a_message_runs_the_dependants_and_is_answered(kernel):
    """What a page sends arrives in the kernel, runs, and comes back as new states."""
    still, view = (
        message["content"]["data"]
        for message in kernel.run(CODE)
        if message["msg_type"] == "display_data"
    )
    model = view[WIDGET]["model_id"]
    assert "data:image/svg+xml;base64," in still["text/html"]
    assert "run the cell to bring it to life" in still["text/html"]

    first = updates(kernel.run("price.resolve_all(); None"))
    again = updates(kernel.type_in(model, rate="0.25"))
    refused = updates(kernel.type_in(model, rate="a lot"))

    assert states_of(first)["total"]["value"] == "120.0"
    assert states_of(again)["total"]["value"] == "125.0"
    assert states_of(again)["vat"]["why"] == "rate changed"
    assert again["answer"]["accepted"] == 1
    assert "valid number" in refused["answer"]["wrong"]["rate"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_states_reach_the_page_while_a_node_works(kernel):
    """While a node still works its state is published, from a thread that is not the kernel's."""
    code = CODE.replace("return order_total * rate", "return open(PIPE).read() and 1.0")
    code = code.replace("import igniter_nb as ig", "import igniter_nb as ig, os, tempfile")
    code = code.replace(
        "price = Price", "PIPE = tempfile.mktemp(); os.mkfifo(PIPE)\nprint(PIPE)\nprice = Price"
    )
    (pipe,) = (
        message["content"]["text"].strip()
        for message in kernel.run(code)
        if message["msg_type"] == "stream"
    )

    kernel.client.execute("price.resolve_all(); None")
    states: dict[str, Any] = {}
    while states.get("vat", {}).get("status") != "running":
        states = states_of(updates([kernel.client.get_iopub_msg(timeout=20)])) or states
    Path(pipe).write_text("go")
    while states["total"]["status"] != "succeeded":
        states = states_of(updates([kernel.client.get_iopub_msg(timeout=20)])) or states

    assert states["total"]["value"] == "101.0"
