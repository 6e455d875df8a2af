/**
 * Two scenarios side by side: the pinned one and the one that goes on. Nodes that differ are told, in the
 * drawing and in a table; equal ones are quiet.
 */

import { element, setAttribute, setText } from "../shared/dom.ts";
import { svgElement } from "../shared/svg.ts";
import type { Difference } from "./fields.ts";
import type { Live } from "./state.ts";

export interface Scenarios {
  update(live: Live): void;
}

const COLUMNS = ["node", "pinned", "now", "difference"];

export function createScenarios(
  holder: HTMLElement,
  canvas: HTMLElement,
  choose: (path: string) => void,
): Scenarios {
  const { ownerDocument: document } = holder;
  const headline = element(document, "p", { class: "ig-differ" });
  const body = element(document, "tbody");
  const columns = COLUMNS.map((name) => element(document, "th", { scope: "col" }, [name]));
  const head = element(document, "thead", {}, [element(document, "tr", {}, columns)]);
  const table = element(document, "table", {}, [head, body]);
  const scroll = element(document, "div", { class: "ig-scroll" }, [table]);
  const marks = new Map<Element, SVGTextElement>();
  let shown = "";
  holder.replaceChildren(headline, scroll);

  function rows(found: Record<string, Difference>): HTMLElement[] {
    return Object.entries(found).map(([path, { was, now, by }]) => {
      const button = element(document, "button", { type: "button", class: "ig-link" }, [path]);
      button.addEventListener("click", () => choose(path));
      const cells = [was, now, by].map((text) => element(document, "td", {}, [text]));
      return element(document, "tr", {}, [
        element(document, "th", { scope: "row" }, [button]),
        ...cells,
      ]);
    });
  }

  return {
    update({ pinned, states }) {
      const isPinned = pinned.nodes !== undefined;
      const found = pinned.nodes ?? {};
      const count = Object.keys(found).length;
      holder.hidden = !isPinned;
      scroll.hidden = count === 0;
      setText(headline, told(count, Object.keys(states).length));
      const next = JSON.stringify(found);
      if (next !== shown) {
        shown = next;
        body.replaceChildren(...rows(found));
      }
      mark(document, canvas, marks, found);
    },
  };
}

function told(count: number, all: number): string {
  return count === 0
    ? `Pinned. All ${all} nodes are as in the pinned scenario.`
    : `${count} of ${all} nodes ${count === 1 ? "differs" : "differ"} from the pinned scenario`;
}

type Marks = Map<Element, SVGTextElement>;

/** Writes the difference at the nodes that differ; the drawing may be another one than last time. */
function mark(
  document: Document,
  canvas: HTMLElement,
  marks: Marks,
  found: Record<string, Difference>,
): void {
  unmark(marks, found);
  const concerned = Object.keys(found).length > 0 ? "[data-node]" : "[data-differs]";
  for (const group of canvas.querySelectorAll(concerned)) {
    const difference = found[pathOf(group)];
    const text = difference && (marks.get(group) ?? label(document, group));
    setAttribute(group, "data-differs", difference !== undefined);
    if (text) {
      marks.set(group, text);
      setText(text, difference.by.replace(/^.*\((.*)\)$/, "$1") || "differs");
    }
  }
}

function unmark(marks: Marks, found: Record<string, Difference>): void {
  for (const [group, text] of marks) {
    if (!(group.isConnected && pathOf(group) in found)) {
      group.removeAttribute("data-differs");
      text.remove();
      marks.delete(group);
    }
  }
}

function pathOf(group: Element): string {
  return group.getAttribute("data-node") ?? "";
}

/** Below the shape of a node, whatever it is drawn with. */
function label(document: Document, group: Element): SVGTextElement {
  const { x, y, width, height } = boxOf(group);
  const text = svgElement(document, "text", {
    class: "ig-by",
    "text-anchor": "end",
    x: String(x + width - 4),
    y: String(y + height + 11),
  });
  group.append(text);
  return text;
}

/** What is around a drawing, which its boxes are told with. */
const MARGIN = 10;

/** Where the shape of a node is; where nothing is laid out yet, what the kernel says of it. */
function boxOf(group: Element): Pick<DOMRect, "x" | "y" | "width" | "height"> {
  const shape = group.querySelector<SVGGraphicsElement>(".shape, .panel");
  const box = shape?.getBBox?.();
  if (box?.width) {
    return box;
  }
  const told = (group.getAttribute("data-box") ?? "").split(" ").map(Number);
  const [x = 0, y = 0, width = 0, height = 0] = told;
  return { x: x - MARGIN, y: y - MARGIN, width, height };
}
