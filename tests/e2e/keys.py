"""Keyboard of a person without a mouse: goes through a widget with Tab, sees where the focus is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.e2e.cluster_page import ClusterPage

MOST_STOPS = 80

FOCUS = """() => {
  const on = document.activeElement;
  const {data = on.dataset, halo = on.querySelector(':scope > .ig-halo')} = {};
  const style = getComputedStyle(halo ?? on);
  const isDrawn = halo
    ? style.stroke !== 'none' && parseFloat(style.strokeWidth) > 1
    : style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 1;
  const box = on.getBoundingClientRect();
  return {
    name: data.do ?? data.node ?? on.getAttribute('name')
      ?? on.closest('details')?.className ?? on.tagName,
    isInside: on.closest('.ig-cluster') !== null,
    isSeen: on.matches(':focus-visible') && isDrawn
      && box.bottom > 0 && box.top < innerHeight && box.width > 0,
  };
}"""

IS_NODE = "() => document.activeElement.dataset.node !== undefined"

NOTEBOOK = """() => {
  const {content} = window.jupyterapp.shell.currentWidget;
  return [content.widgets.length, content.mode, content.activeCellIndex,
    content.widgets.map(cell => cell.model.sharedModel.getSource())];
}"""


class Keys:
    """The keyboard, on a page with a cluster.

    Args:
        page: the page.
    """

    def __init__(self, page: ClusterPage) -> None:
        self.page = page.page
        self.part = page.part

    def enter(self) -> None:
        """Go from the notebook's cell into the widget."""
        self.page.locator(".jp-Cell .jp-InputPrompt").first.click()
        self.page.keyboard.press("Escape")
        for _ in range(MOST_STOPS):
            if self.page.evaluate(FOCUS)["isInside"]:
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("Tab does not lead from the notebook into the widget")

    def at(self) -> str:
        """Return what has the focus, which must be seen."""
        found = self.page.evaluate(FOCUS)
        assert found["isInside"], f"the focus left the widget, to {found['name']}"
        assert found["isSeen"], f"nobody sees that {found['name']} has the focus"
        return str(found["name"])

    def tab(self, to: str, key: str = "Tab") -> None:
        """Press Tab until something has the focus."""
        stops = [self.at()]
        while to not in stops[-1].split():
            assert len(stops) < MOST_STOPS, f"{to} is not among {stops}"
            self.page.keyboard.press(key)
            stops.append(self.at())

    def back(self, to: str) -> None:
        """Press Shift and Tab until something has the focus."""
        self.tab(to, "Shift+Tab")

    def go(self, to: str, key: str = "Shift+Tab") -> None:
        """Press Tab until the ring has the focus, then an arrow until a node has it."""
        while not self.page.evaluate(IS_NODE):
            self.press(key)
        stops = [self.at()]
        while stops[-1] != to:
            assert len(stops) < MOST_STOPS, f"{to} is not among {stops}"
            self.page.keyboard.press("ArrowRight")
            stops.append(self.at())

    def press(self, *keys: str) -> None:
        """Press keys, one after the other; the focus stays where it is seen."""
        for key in keys:
            self.page.keyboard.press(key)
            self.at()

    def type(self, text: str) -> None:
        """Write over what is in a field."""
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)
        self.at()

    def notebook(self) -> Any:
        """Return what a key that got out of the widget would have changed."""
        return self.page.evaluate(NOTEBOOK)
