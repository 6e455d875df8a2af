"""The way of a click through a real kernel, without a browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

ROOT = Path(__file__).resolve().parents[4]
WIDGET = "application/vnd.jupyter.widget-view+json"
CODE = """
from igniter_nb.consensus import Cluster
cluster = Cluster.start(3)
leader = cluster.wait_for_leader(60).node_id
cluster
"""


class Kernel:
    """A kernel that runs code, and what its widgets publish."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.state: dict[str, Any] = {}
        self.answers: list[dict[str, Any]] = []
        self.stills: list[str] = []
        self.count = 0

    def show(self, code: str) -> dict[str, Any]:
        """Run code and return the forms of what it shows, those of all outputs together."""
        asked = self.client.execute(code)
        shown: dict[str, Any] = {}
        while True:
            message = self.next()
            mine = message["parent_header"].get("msg_id") == asked
            if mine and message["msg_type"] in ("display_data", "execute_result"):
                shown |= message["content"]["data"]
            if mine and message["msg_type"] == "error":
                raise AssertionError("\n".join(message["content"]["traceback"]))
            if mine and message["content"].get("execution_state") == "idle":
                return shown

    def send(self, model: str, kind: str, **more: object) -> None:
        """Send what a page sends."""
        self.count += 1
        content = {"type": kind, "view": "page", "n": self.count, **more}
        data = {"method": "custom", "content": content}
        message = self.client.session.msg("comm_msg", {"comm_id": model, "data": data})
        self.client.shell_channel.send(message)

    def next(self) -> dict[str, Any]:
        """Take the next thing that is published."""
        message: dict[str, Any] = self.client.get_iopub_msg(timeout=30)
        data = message["content"].get("data", {})
        if message["msg_type"] == "comm_msg" and data.get("method") == "update":
            self.state |= data["state"]
        if message["msg_type"] == "comm_msg" and data.get("method") == "custom":
            self.answers.append(data["content"])
        if message["msg_type"] == "update_display_data":
            self.stills.append(data["text/html"])
        return message

    def until(self, condition: Any) -> Any:
        """Take what is published until a condition gives something."""
        while not (found := condition()):
            self.next()
        return found

    def role(self, node: str) -> str:
        """Return the role that is shown of a node."""
        nodes = self.state.get("frame", {}).get("nodes", [])
        return next((each["role"] for each in nodes if each["id"] == node), "")


@pytest.fixture
def kernel():
    """Start a kernel that sees this checkout."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    manager, client = start_new_kernel(env={**os.environ, "PYTHONPATH": path})
    yield Kernel(client)
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    manager.cleanup_resources()


def test_a_click_crashes_the_leader_and_the_next_one_is_shown(kernel):
    """A cluster at the end of a cell is a widget, and a click in it does what it says."""
    shown = kernel.show(CODE)
    model = shown[WIDGET]["model_id"]
    assert "data:image/svg+xml;base64," in shown["text/html"]
    assert "cluster of 3, 3 alive" in shown["text/plain"]
    assert kernel.show("cluster")[WIDGET]["model_id"] == model
    kernel.until(lambda: "frame" in kernel.state)  # before the page can say that it looks

    kernel.send(model, "hello")
    leader = kernel.until(lambda: kernel.state.get("frame", {}).get("leader"))
    kernel.send(model, "act", name="kill", args=[leader])
    kernel.until(lambda: kernel.role(leader) == "crashed")
    kernel.until(lambda: kernel.state["frame"]["leader"] not in (None, leader))

    assert kernel.answers[0]["said"] == f"{leader} crashed."
    assert any(line["kind"] == "leader" for line in kernel.state["story"])
    kernel.show(f"cluster.restart({leader!r}); cluster.wait_for_leader(60); None")
    assert kernel.until(lambda: kernel.role(leader) == "follower")
    shown = kernel.show("cluster.stop(); cluster")
    assert WIDGET not in shown
    assert kernel.until(lambda: kernel.state["frame"]["stopped"])


def test_a_still_is_told_once_for_each_change(kernel):
    """Cells that change nothing send nothing; a write, and a click that has settled, send one."""
    shown = kernel.show(CODE)
    kernel.until(lambda: "frame" in kernel.state)
    kernel.stills.clear()  # the leader may have committed its first entry since
    for _ in range(10):
        kernel.show("1 + 1")
    kernel.show("cluster.write(key='price', value=1).write(key='price', value=99); None")

    assert 1 <= len(kernel.stills) <= 2
    assert "&#39;price&#39;: 99" in kernel.stills[-1]
    assert all(len(each) < 60_000 for each in kernel.stills)

    kernel.stills.clear()
    model = shown[WIDGET]["model_id"]
    kernel.send(model, "hello")
    leader = kernel.until(lambda: kernel.state.get("frame", {}).get("leader"))
    kernel.send(model, "act", name="kill", args=[leader])
    kernel.until(lambda: kernel.stills)

    assert "3, 2 alive" in kernel.stills[-1]
    assert len(kernel.stills) == 1


def test_a_tour_is_a_widget_of_its_own(kernel):
    """A tour at the end of a cell is shown by a widget that plays it."""
    shown = kernel.show("from igniter_nb.consensus import tour\ntour('election')")
    model = shown[WIDGET]["model_id"]
    assert "1." in shown["text/plain"]

    kernel.send(model, "hello")
    kernel.until(lambda: kernel.state.get("tour", {}).get("step") == 1)
    kernel.send(model, "tour", go="next")

    assert kernel.until(lambda: kernel.state["tour"]["step"] == 2)
