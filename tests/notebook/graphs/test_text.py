"""Texts in pictures, as a browser draws them."""

from __future__ import annotations

from typing import Any

import pytest

from igniter_nb.notebook.graphs.picture.diagram import Diagram, DiagramNode, State
from igniter_nb.notebook.graphs.picture.drawing import picture
from igniter_nb.notebook.page import theme

OVERFLOWING = """() => [...document.querySelectorAll("g.node")].flatMap((group) => {
  const shapes = [...group.querySelectorAll(":scope > .shape")].map((each) => each.getBBox());
  const left = Math.min(...shapes.map((box) => box.x));
  const right = Math.max(...shapes.map((box) => box.x + box.width));
  const top = Math.min(...shapes.map((box) => box.y));
  const bottom = Math.max(...shapes.map((box) => box.y + box.height));
  return [...group.querySelectorAll("text")].filter((text) => {
    const box = text.getBBox();
    return box.width > 0 && (box.x < left || box.x + box.width > right
      || box.y < top - 1 || box.y + box.height > bottom + 1);
  }).map((text) => `${group.dataset.node}: ${text.textContent}`);
})"""

TEXTS = ["effective_vat_rate", "WWWWWWWWWWWWWWWW", "漢字の名前", "Ünïcödé_Ñame", "a", "🚀 launch"]


@pytest.mark.browser
def test_texts_stay_inside_their_nodes(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """No name, value, duration or capability sticks out of its node in the system's own fonts."""
    monkeypatch.setenv("IGNITER_NB_RENDERER", "builtin")
    nodes = tuple(
        DiagramNode(
            f"{kind}.{said}",
            said,
            kind,
            capabilities=("network", "external_api"),
            output=bool(at % 2),
            state=State("succeeded", f"{said!r}", "", 0.1234),
        )
        for kind in theme.KINDS
        for at, said in enumerate(TEXTS)
    )
    drawn = picture(Diagram("Texts", nodes, ()))

    page = browser.new_page()
    page.set_content(drawn.svg)
    found = page.evaluate(OVERFLOWING)
    page.close()

    assert found == []
