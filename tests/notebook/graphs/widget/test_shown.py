from __future__ import annotations

import base64
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter

from igniter_nb.notebook.graphs.widget import shown as module
from igniter_nb.notebook.graphs.widget.shown import shown


@pytest.fixture(params=["plain", "notebook"])
def shell(request, monkeypatch):
    """Show values without a notebook, and in one."""
    found = SimpleNamespace(display_formatter=DisplayFormatter())
    monkeypatch.setattr(module, "shell", lambda: found if request.param == "notebook" else None)


def test_a_frame_is_a_table(shell):
    """The markup is the frame's own, in a notebook and without one."""
    forms = shown(pd.DataFrame({"a": [1, 2]}))

    assert "<table" in forms["html"]
    assert forms["text"].split() == ["a", "0", "1", "1", "2"]


def test_an_array_has_shape_type_and_both_ends(shell):
    """Of a large array the shape, the type and both ends are told."""
    forms = shown(np.arange(3000.0).reshape(1000, 3))

    assert forms["text"].startswith("array of 1,000 × 3, float64\n[[0.000e+00")  # noqa: RUF001
    assert "2.999e+03]]" in forms["text"]
    assert "..." in forms["text"]
    assert forms["html"] == forms["picture"] == ""
    assert shown(np.array(2.5))["text"] == "array of a single value, float64\n2.5"


def test_a_picture_is_an_address(shell):
    """PNG and SVG become data addresses; SVG as a picture runs nothing."""

    class Png:
        def _repr_mimebundle_(self, **_):
            return {"image/png": base64.b64encode(b"png").decode()}, {}

    class Svg:
        def _repr_mimebundle_(self, **_):
            return {"image/svg+xml": "<svg/>", "text/html": "<b>no</b>"}

    assert shown(Png())["picture"] == "data:image/png;base64,cG5n"
    assert shown(Svg())["picture"].startswith("data:image/svg+xml;base64,")


def test_a_figure_is_drawn():
    """A figure of matplotlib is a picture, whether or not the notebook was told to draw them."""

    class Figure:
        def savefig(self, into, **_):
            into.write(b"png")

    Figure.__module__ = "matplotlib.figure"

    assert shown(Figure())["picture"] == "data:image/png;base64,cG5n"


def test_too_much_is_bounded(shell):
    """Long markup is left out, long texts and collections are cut."""

    class Long:
        def _repr_html_(self):
            return "x" * 300_000

        def __repr__(self):
            return "y" * 300_000

    forms = shown(Long())

    assert forms["html"] == ""
    assert len(forms["text"]) == 6_001
    assert len(shown("z" * 100_000)["text"]) <= 6_000
    assert len(shown([*range(100_000)])["text"]) < 1_000


@pytest.mark.parametrize("method", ["_repr_html_", "_repr_mimebundle_", "__repr__"])
def test_a_value_that_breaks_is_shown_as_text(shell, capsys, method):
    """Whatever a value's own code raises, there is a text."""

    def breaks(self, **_):
        raise SystemExit("no")

    forms = shown(type("Odd", (), {method: breaks})())

    assert "Odd" in forms["text"]
    assert forms["html"] == ""


def test_an_interrupt_goes_through(shell):
    """Ctrl-C stops what takes too long to show."""

    class Slow:
        def __repr__(self):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shown(Slow())
