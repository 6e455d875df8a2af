"""What every stored notebook keeps to; that its outputs are true is nbval's to check."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.notebooks.refresh import FOLDER, paths, tidied

if TYPE_CHECKING:
    from pathlib import Path

PATHS = paths()

MACHINE = re.compile(
    r"(?<![\w.:/])/(?:home|Users|root|tmp|work|opt|usr|var|private)/|[A-Z]:\\\\|site-packages"
)
LARGEST_BYTES = 450_000
FEW = 3


@pytest.fixture(params=PATHS, ids=[path.stem for path in PATHS])
def notebook(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Give each notebook."""
    found: dict[str, Any] = json.loads(request.param.read_text("utf-8"))
    return found


def codes(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the code cells of a notebook."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def outputs(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """Return all outputs of a notebook."""
    return [output for cell in codes(notebook) for output in cell["outputs"]]


def test_there_are_notebooks() -> None:
    """The start notebook, which `make lab` opens, is there."""
    assert "00-start.ipynb" in [path.name for path in PATHS]


def test_names_say_the_order() -> None:
    """A notebook's name begins with a number of its own; the first is 00."""
    numbers = [path.name.partition("-")[0] for path in PATHS]

    assert all(re.fullmatch(r"\d\d", number) for number in numbers)
    assert len({*numbers}) == len(numbers)
    assert numbers[0] == "00"


def test_any_python_opens_it(notebook: dict[str, Any]) -> None:
    """The kernel is called as every installation of Jupyter calls its own Python."""
    assert notebook["nbformat"] == 4
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"


def test_nothing_of_one_run_is_stored(notebook: dict[str, Any]) -> None:
    """It is stored as `refresh` stores it: no editor's settings, no state of widgets."""
    assert tidied(copy.deepcopy(notebook)) == notebook


def test_cells_have_names(notebook: dict[str, Any]) -> None:
    """Each cell has an id that a person gave it, so that a change shows as a small difference."""
    ids = [cell["id"] for cell in notebook["cells"]]

    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", each) for each in ids)
    assert not any(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]+)*", each) for each in ids)


def test_widgets_leave_a_picture(notebook: dict[str, Any]) -> None:
    """A widget leaves a picture behind; its own view would need a kernel that is gone."""
    for cell in codes(notebook):
        if ".live()" in "".join(cell["source"]):
            (output,) = cell["outputs"]
            assert {"text/html", "text/plain"} == output["data"].keys()
            assert "data:image/svg+xml" in "".join(output["data"]["text/html"])


def test_no_path_of_a_machine_is_stored(notebook: dict[str, Any]) -> None:
    """Neither code nor outputs name a folder of the machine that ran it."""
    for cell in codes(notebook):
        assert MACHINE.search(json.dumps(cell)) is None, cell["id"]


def test_nothing_went_to_stderr(notebook: dict[str, Any]) -> None:
    """No stored output is a warning or a log."""
    assert [each for each in outputs(notebook) if each.get("name") == "stderr"] == []


def test_it_ran_once_from_top_to_bottom(notebook: dict[str, Any]) -> None:
    """Code cells were executed in order, each once, none left out."""
    counts = [cell["execution_count"] for cell in codes(notebook)]

    assert counts == [*range(1, len(counts) + 1)]


def test_errors_are_meant(notebook: dict[str, Any]) -> None:
    """A cell shows an error just when its tag says that it is there to fail."""
    for cell in codes(notebook):
        failed = any(output["output_type"] == "error" for output in cell["outputs"])
        assert failed == ("raises-exception" in cell["metadata"].get("tags", [])), cell["id"]


def test_errors_lead_to_the_cell(notebook: dict[str, Any]) -> None:
    """A stored error shows the person's own cell and none of our frames."""
    for output in outputs(notebook):
        if output["output_type"] == "error":
            said = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(output["traceback"]))
            assert "Cell In[" in said
            assert "igniter_nb/" not in said


def test_prose_between_code(notebook: dict[str, Any]) -> None:
    """A notebook opens with a title, and a reader meets prose after a few cells at most."""
    kinds = "".join(cell["cell_type"][0] for cell in notebook["cells"])

    assert "".join(notebook["cells"][0]["source"]).startswith("# ")
    assert "c" * (FEW + 1) not in kinds


def test_it_ends_with_what_to_try_next(notebook: dict[str, Any]) -> None:
    """The last cell names things to try."""
    last = notebook["cells"][-1]

    assert last["cell_type"] == "markdown"
    assert "".join(last["source"]).startswith("## What to try next\n\n- ")


def test_links_lead_somewhere(notebook: dict[str, Any]) -> None:
    """Each relative link leads to a file beside the notebook."""
    prose = "\n".join(
        "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"
    )

    for target in re.findall(r"\]\((?!https?:)([^)#]+)", prose):
        assert (FOLDER / target).is_file(), target


@pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])
def test_it_stays_small(path: Path) -> None:
    """A notebook stays small enough to be shown by a page on a code host."""
    assert path.stat().st_size < LARGEST_BYTES
