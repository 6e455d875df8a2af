"""Pictures as files."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

import igniter_nb as ig

if TYPE_CHECKING:
    from pathlib import Path

HAS_ALL = all(map(importlib.util.find_spec, ("resvg_py", "svglib", "reportlab")))


class Price(ig.Contract):
    """What an order costs."""

    net = ig.input(float)

    @ig.output
    def gross(net):
        return net * 1.2


def test_a_drawing_is_for_a_light_page(tmp_path: Path) -> None:
    """The file is one picture that asks nobody for a theme."""
    written = Price.compiled_graph.save(tmp_path / "price.svg")

    text = written.read_text("utf-8")
    assert ET.fromstring(text).tag.endswith("svg")  # noqa: S314 -- our own picture
    assert "gross" in text
    assert "<style" not in text


@pytest.mark.skipif(not HAS_ALL, reason="needs igniter_nb[pictures]")
@pytest.mark.parametrize(("name", "begins"), [("a.png", b"\x89PNG"), ("a.PDF", b"%PDF")])
def test_a_document_takes_what_it_can_read(tmp_path: Path, name: str, begins: bytes) -> None:
    """PNG and PDF have letters without a font of the system's."""
    written = Price.compiled_graph.save(str(tmp_path / name))

    assert written.read_bytes().startswith(begins)
    assert written.stat().st_size > 4_000


@pytest.mark.parametrize(("name", "module"), [("a.png", "resvg_py"), ("a.pdf", "svglib.svglib")])
def test_what_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: str
) -> None:
    """Where a format cannot be written the error says what to install, and nothing is written."""
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(ModuleNotFoundError, match=r"pip install 'igniter_nb\[pictures\]'"):
        Price.compiled_graph.save(tmp_path / name)

    assert not list(tmp_path.iterdir())


def test_an_unknown_end_of_a_name_lists_the_known_ones(tmp_path: Path) -> None:
    """The format follows from the name."""
    with pytest.raises(ValueError, match=r"one of \.svg, \.png, \.pdf, got '.*price\.gif'"):
        Price.compiled_graph.save(tmp_path / "price.gif")


def test_where_there_is_only_text_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an engine there is no picture to be written."""
    monkeypatch.setenv("IGNITER_NB_RENDERER", "text")

    with pytest.raises(ValueError, match="Price has no picture here"):
        Price.compiled_graph.save(tmp_path / "price.svg")


def test_a_path_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a shell would make of ``~`` is made of it here, too."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    found = Price.compiled_graph.save("~/graph.svg")

    assert found == tmp_path / "graph.svg"
    assert found.is_file()
