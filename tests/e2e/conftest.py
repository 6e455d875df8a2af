"""Real JupyterLab and real browser, started once for all tests here.

Everything they write goes into a temporary folder. Nothing leaves the machine: a request to
anywhere but this server is stopped and written down, and every test ends by asserting that there
was none.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "t"  # noqa: S105 -- of a server that listens to this machine for the length of a test
IDLE = """() => {
  const shown = window.jupyterapp?.shell.currentWidget;
  const session = shown?.sessionContext;
  return !!(shown?.context?.isReady && session?.isReady
    && session.session?.kernel?.status === 'idle');
}"""

EXECUTE = """async function execute(code) {
  let [printed, error] = ['', ''];
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const running = kernel.requestExecute({code, store_history: false});
  running.onIOPub = ({header, content}) => {
    printed += header.msg_type === 'stream' ? content.text : '';
    error += header.msg_type === 'error' ? `${content.ename}: ${content.evalue}` : '';
  };
  await running.done;
  return [printed, error];
}"""
UNTIL = f"""async code => {{
  const execute = {EXECUTE};
  for (let came = ['', '']; came[0] !== 'True\\n';) {{
    came = await execute(code);
    if (came[1]) throw new Error(came[1]);
  }}
}}"""


@dataclass
class Lab:
    """A running JupyterLab.

    Attributes:
        address: where it answers.
        folder: where its notebooks are.
        said: what it has printed so far.
    """

    address: str
    folder: Path
    said: list[str] = field(default_factory=list)


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which Jupyter reads and writes below one folder only."""
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    for name in folders.values():
        (home / name).mkdir()
    news = home / "settings" / "@jupyterlab" / "apputils-extension"
    news.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (news / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    below = {name: str(home / folder) for name, folder in folders.items()}
    return {**os.environ, **below, "PYTHONPATH": str(ROOT), "HOME": str(home)}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Start JupyterLab on an empty folder."""
    home = tmp_path_factory.mktemp("jupyter")
    folder = tmp_path_factory.mktemp("notebooks")
    port = free_port()
    options = [
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={folder}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",
        "--ServerApp.terminals_enabled=False",
    ]
    started = Lab(f"http://127.0.0.1:{port}", folder)
    is_up = threading.Event()
    with subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options],
        env=environment(home),
        stderr=subprocess.PIPE,
        text=True,
    ) as server:

        def listen() -> None:
            for line in server.stderr or ():
                started.said.append(line)
                if "is running at" in line:
                    is_up.set()
            is_up.set()

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        is_up.wait(60)
        assert server.poll() is None, "".join(started.said)
        yield started
        server.terminate()
        server.wait(20)
        listener.join(5)


class Notebook:
    """A notebook in a page of its own.

    Args:
        page: the page that shows it.

    Attributes:
        told: how many messages about widgets the page was sent so far.
    """

    def __init__(self, page: Any) -> None:
        self.page = page
        self.told = 0
        self._is_dark = False
        page.on("websocket", lambda socket: socket.on("framereceived", self._heard))

    def _heard(self, payload: bytes | str) -> None:
        self.told += b"comm_msg" in (payload if isinstance(payload, bytes) else payload.encode())

    def command(self, name: str, arguments: object = None) -> None:
        """Run a command of JupyterLab and wait until it is done."""
        self.page.evaluate(
            "([name, given]) => window.jupyterapp.commands.execute(name, given).then(() => null)",
            [name, arguments or {}],
        )

    def run_all(self) -> None:
        """Run every cell and wait for the last."""
        self.command("notebook:run-all-cells")

    def start(self, name: str) -> None:
        """Run a command of JupyterLab without waiting."""
        self.page.evaluate(
            "name => { window.__run = window.jupyterapp.commands.execute(name); }", name
        )

    def start_all(self) -> None:
        """Run every cell without waiting."""
        self.start("notebook:run-all-cells")

    def finish(self) -> None:
        """Wait for what was started."""
        self.page.evaluate("() => window.__run.then(() => null)")

    def execute(self, code: str) -> str:
        """Run code in the kernel, outside the notebook; return what it printed."""
        printed, error = self.page.evaluate(EXECUTE, code)
        assert not error, error
        return str(printed)

    def ask(self, expression: str) -> Any:
        """Compute an expression in the kernel and return its value, which JSON can hold."""
        return json.loads(self.execute(f"import json; print(json.dumps({expression}))"))

    def until(self, condition: str) -> None:
        """Wait until a condition, computed in the kernel again and again, is true."""
        self.page.evaluate(UNTIL, f"print(bool({condition}))")

    def ready(self) -> None:
        """Wait until the notebook is shown and its kernel is idle."""
        self.page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook")
        self.page.wait_for_function(IDLE, timeout=60_000)

    def dark(self) -> None:
        """Switch JupyterLab to its dark theme, until the notebook is closed."""
        self._theme("Dark", is_light=False)
        self._is_dark = True

    def _theme(self, name: str, *, is_light: bool) -> None:
        self.command("apputils:change-theme", {"theme": f"JupyterLab {name}"})
        is_there = f"body[data-jp-theme-light={str(is_light).lower()}]"
        self.page.wait_for_selector(is_there, state="attached")

    def close(self) -> None:
        """Stop the kernel and close the page."""
        if self._is_dark:  # JupyterLab keeps it, for whoever comes next
            self._theme("Light", is_light=True)
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        self.page.close()


class Notebooks:
    """Writes and opens notebooks.

    Args:
        lab: the server.
        context: the browser's profile in which pages open.

    Attributes:
        elsewhere: addresses on other machines that a page has asked for, in vain.
    """

    def __init__(self, lab: Lab, context: Any) -> None:
        self.lab = lab
        self.context = context
        self.elsewhere: list[str] = []
        self.opened: list[Notebook] = []

    def write(self, name: str, cells: list[Any]) -> None:
        """Write a notebook; a text is a code cell."""
        made = [
            nbformat.v4.new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells
        ]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel})
        nbformat.write(notebook, self.lab.folder / f"{name}.ipynb")

    def open(
        self, name: str, cells: list[Any], *, width: int = 1280, moves: bool = False
    ) -> Notebook:
        """Write a notebook, open it, and wait until its kernel is idle.

        Args:
            name: of its file, without the suffix.
            cells: what is in it; a text is a code cell.
            width: of the window, in pixels.
            moves: whether the reader likes to see things move.
        """
        self.write(name, cells)
        page = self.context.new_page()
        page.on("request", self._look)
        page.set_viewport_size({"width": width, "height": 1000})
        page.emulate_media(reduced_motion="no-preference" if moves else "reduce")
        notebook = Notebook(page)
        self.opened.append(notebook)
        page.goto(f"{self.lab.address}/lab/tree/{name}.ipynb?token={TOKEN}&reset")
        notebook.ready()
        return notebook

    def _look(self, request: Any) -> None:
        if not request.url.startswith((self.lab.address, "data:", "blob:")):
            self.elsewhere.append(request.url)


@pytest.fixture(scope="session")
def context(browser: Any) -> Iterator[Any]:
    """Give the pages of all tests one profile, so that JupyterLab is fetched and compiled once."""
    made = browser.new_context()
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def notebooks(lab: Lab, context: Any) -> Iterator[Notebooks]:
    """Open notebooks; afterwards assert that nothing was asked for from another machine."""
    made = Notebooks(lab, context)
    yield made
    for notebook in made.opened:
        notebook.close()
    assert made.elsewhere == [], "the page asked for something from another machine"
