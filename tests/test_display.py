"""The port to the notebook room: what the floors below know of pictures."""

from __future__ import annotations

import subprocess
import sys

import pytest

import igniter_nb as ig
from igniter_nb import display as port
from igniter_nb.display import (
    Live,
    Reported,
    Shown,
    display,
    failure,
    install,
    place,
    report_cell,
    report_dict,
    report_frame,
    report_line,
    report_text,
)
from igniter_nb.errors import Location


class Recorded:
    """A display that answers with what it was asked."""

    def mimebundle(self, shown):
        return {"text/plain": f"shown {shown!r}"}

    def frame(self, columns, records):
        return ("frame", columns, records)

    def dot(self, graph):
        return f"digraph {graph.name}"

    def live(self, contract):
        return ("live", contract)

    def show(self, shown):
        self.shown = shown

    def widget(self, shown):
        return f"widget of {shown!r}"

    def place(self, location):
        return f"cell 3, line {location.line}" if "ipykernel_" in location.file else None


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """Install a display that answers with what it was asked."""
    found = Recorded()
    monkeypatch.setattr(port._port, "loader", None)
    install(lambda: found)
    return found


class Sample:
    """A report of one row."""

    title = "Price: run 1"
    headline = "1 of 1 node ran"
    columns = ("name", "duration")

    def records(self):
        return [{"name": "total", "duration": 0.0142}]


class Drawn:
    _repr_mimebundle_ = Shown()


def test_the_front_door_installs_the_notebook_room():
    """Importing the package is enough for pictures; nobody loads an extension."""
    assert hasattr(display(), "mimebundle")
    assert display() is display()


def test_a_lower_room_alone_has_no_display():
    """Asking for a picture when nothing was installed says what to import."""
    code = "import sys; sys.modules['igniter_nb'] = type(sys)('igniter_nb'); "
    code += "sys.modules['igniter_nb'].__path__ = [sys.argv[1]]; "
    code += "from igniter_nb.display import display; display()"

    done = subprocess.run(
        [sys.executable, "-c", code, ig.__path__[0]], capture_output=True, text=True, check=False
    )

    assert "RuntimeError: no display is installed: import igniter_nb" in done.stderr


def test_nothing_installed_is_an_error(monkeypatch: pytest.MonkeyPatch):
    """The port without a display behind it raises instead of showing nothing."""
    monkeypatch.setattr(port._port, "loader", None)

    with pytest.raises(RuntimeError, match="no display is installed"):
        display()


def test_the_display_is_loaded_at_first_use(monkeypatch: pytest.MonkeyPatch):
    """Installing names a loader; it is called when a picture is asked for, not before."""
    loads = []
    monkeypatch.setattr(port._port, "loader", None)

    install(lambda: loads.append("now") or Recorded())
    assert loads == []

    display()
    assert loads == ["now"]


def test_an_instance_and_its_class_show_themselves(recorded: Recorded):
    """IPython asks an instance or a class for its forms and gets those of exactly that object."""
    instance = Drawn()

    assert instance._repr_mimebundle_() == recorded.mimebundle(instance)
    assert Drawn._repr_mimebundle_(include=None, exclude=None) == recorded.mimebundle(Drawn)


def test_what_is_live_is_put_on_the_page_or_handed_over_as_a_widget(recorded: Recorded):
    """IPython asks it to show itself, marimo for what it is shown by, and others for its forms."""

    class Running(Live):
        def __repr__(self):
            return "<running>"

    running = Running()
    running._ipython_display_()

    assert recorded.shown is running
    assert running._display_() == "widget of <running>"
    assert running._repr_mimebundle_() == {"text/plain": "shown <running>"}


def test_a_place_outside_notebooks_is_file_and_line(recorded: Recorded):
    """A file of the user is named as editors know it, and no display is loaded for that."""
    assert place(Location("price.py", 7)) == "price.py:7"


def test_a_cell_is_called_by_its_number(recorded: Recorded):
    """The made-up file of a notebook cell is written as the cell's number."""
    assert place(Location("/tmp/ipykernel_12/345.py", 5)) == "cell 3, line 5"  # noqa: S108 -- a made-up file


def test_a_place_the_notebook_does_not_know_stays_as_it_is(recorded: Recorded):
    """A cell that no longer exists keeps the name that the interpreter knows."""
    assert place(Location("<ipython-input-3-abc>", 5)) == "<ipython-input-3-abc>:5"


def test_a_report_reads_as_title_sentence_and_table():
    """A report as text is its title, its finding and its rows, durations with a unit."""
    assert report_text(Sample()).splitlines() == [
        "Price: run 1",
        "1 of 1 node ran",
        "",
        "name   duration",
        "─────  ────────",
        "total  14.2 ms",
    ]


def test_a_report_on_one_line():
    """The repr of a report is its title and its finding."""
    assert report_line(Sample()) == "<Sample Price: run 1: 1 of 1 node ran>"


class Own(Reported):
    """A report that says what is its own and nothing else."""

    title, headline, columns = Sample.title, Sample.headline, Sample.columns
    records = Sample.records


def test_a_report_says_only_what_is_its_own(recorded: Recorded):
    """Line, table, data, frame and picture follow from title, headline, columns and records."""
    own, report = Own(), Sample()

    assert repr(own) == "<Own Price: run 1: 1 of 1 node ran>"
    assert str(own) == report_text(report)
    assert own.to_dict() == report_dict(report)
    assert own.to_frame() == recorded.frame(report.columns, report.records())
    assert own._repr_mimebundle_() == recorded.mimebundle(own)


def test_only_columns_of_time_get_a_unit():
    """A number is a duration by its column, not by its looks."""
    assert report_cell("duration", 0.5) == "500 ms"
    assert report_cell("value", 0.5) == "0.5"
    assert report_cell("duration", None) == ""


def test_a_report_as_plain_data():
    """A report as data keeps raw values."""
    assert report_dict(Sample()) == {
        "title": "Price: run 1",
        "headline": "1 of 1 node ran",
        "rows": [{"name": "total", "duration": 0.0142}],
    }


def test_a_report_as_a_frame(recorded: Recorded):
    """The frame of a report is made by the display from its columns and rows."""
    report = Sample()

    assert report_frame(report) == recorded.frame(report.columns, report.records())


def test_graphs_and_contracts_ask_the_display(recorded: Recorded):
    """A compiled graph asks for its DOT source, an instance for its widget."""

    class Price(ig.Contract):
        total = ig.input(float)
        shown = ig.output("total")

    price = Price(total=1.0)

    assert Price.compiled_graph.to_dot() == "digraph Price"
    assert price.live() == ("live", price)


@pytest.mark.parametrize(
    ("path", "node", "said"),
    [
        ("vat", "vat", "ValueError: no rate"),
        ("vat", "scope.vat", "ValueError: no rate"),
        ("child.vat", "child", "child.vat failed"),
        ("vat", "total", "blocked by vat"),
        ("vat", "", "ValueError: no rate"),
    ],
)
def test_a_failure_says_what_failed(path: str, node: str, said: str):
    """A node tells its own error, that of a part nested in it, or what it is blocked by."""
    error = ig.ResolutionError("node 'vat' failed", {"path": path})
    error.__cause__ = ValueError("no rate")

    assert failure(error, node) == said
