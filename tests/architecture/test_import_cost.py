"""What `import igniter_nb` costs."""

from __future__ import annotations

import subprocess
import sys


def test_import_works() -> None:
    """The package imports in a fresh interpreter."""
    subprocess.run([sys.executable, "-c", "import igniter_nb"], check=True)
