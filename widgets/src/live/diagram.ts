/**
 * The drawing. It was laid out once in the kernel; here its nodes only get a state, a mark, a note and the
 * focus. One tab stop: the arrows move between nodes (navigation.ts), Enter or Space chooses one.
 */

import { setAttribute, setText } from "../shared/dom.ts";
import { plainKey } from "../shared/keys.ts";
import { parseSvg, svgElement } from "../shared/svg.ts";
import { type Box, boxOf } from "./geometry.ts";
import { destination, type Place } from "./navigation.ts";
import { type Cell, type Live, mark, nodeLabel, note, ranLast } from "./state.ts";

export interface Diagram {
  update(live: Live, chosen: string | undefined): void;
}

interface Drawn {
  path: string;
  group: SVGGElement;
  box: Box;
  mark: SVGTextElement;
  note: SVGTextElement;
  tooltip: SVGTitleElement;
}

type Nodes = Map<string, Drawn>;

const UNREADABLE = "The drawing could not be read; the table below has the same state.";

export function createDiagram(
  holder: HTMLElement,
  choose: (path: string | undefined) => void,
): Diagram {
  let source: string | undefined;
  let nodes: Nodes = new Map();
  let current = "";

  function load(live: Live): void {
    source = live.svg;
    const svg = parseSvg(holder.ownerDocument, live.svg);
    nodes = svg ? dress(svg, live) : new Map();
    holder.replaceChildren(svg ?? UNREADABLE);
    if (!nodes.has(current)) {
      current = nodes.keys().next().value ?? "";
    }
  }

  function moveTo(path: string): void {
    current = path;
    for (const node of nodes.values()) {
      setAttribute(node.group, "tabindex", node.path === path ? "0" : "-1");
    }
    nodes.get(path)?.group.focus();
  }

  holder.addEventListener("click", (event) => {
    const path = pathAt(event);
    if (path !== undefined) {
      moveTo(path);
      choose(path);
    }
  });

  function press(path: string, key: string): void {
    const next = destination(placesOf(nodes), path, key);
    if (next !== undefined) {
      moveTo(next);
    } else if (key === "Enter" || key === " ") {
      choose(path);
    } else if (key === "Escape") {
      choose(undefined);
    }
  }

  holder.addEventListener("keydown", (event) => {
    const path = pathAt(event);
    if (path !== undefined && plainKey(event) && event.key !== "Tab") {
      press(path, event.key);
      // Ours or not: a letter is a command of the notebook, "d d" on a node would delete the cell.
      event.preventDefault();
      event.stopPropagation();
    }
  });

  return {
    update(live, chosen) {
      if (live.svg !== source) {
        load(live);
      }
      for (const node of nodes.values()) {
        setAttribute(node.group, "tabindex", node.path === current ? "0" : "-1");
        setAttribute(node.group, "aria-pressed", String(node.path === chosen));
        show(node, live);
      }
    },
  };
}

function pathAt(event: Event): string | undefined {
  const group = (event.target as Element).closest("g.node[data-node]");
  return group?.getAttribute("data-node") ?? undefined;
}

function placesOf(nodes: Nodes): Place[] {
  return Array.from(nodes.values(), ({ path, box }) => ({
    path,
    x: (box.left + box.right) / 2,
    y: (box.top + box.bottom) / 2,
  }));
}

/** Makes the drawing a group of buttons and returns them. */
function dress(svg: SVGSVGElement, live: Live): Nodes {
  const groups = Array.from(svg.querySelectorAll<SVGGElement>("g.node[data-node]"));
  setAttribute(svg, "role", "group");
  setAttribute(svg, "aria-label", `${live.title}, ${groups.length} nodes`);
  for (const title of svg.querySelectorAll("title")) {
    title.remove(); // names for a picture; here each node has its own, and it changes
  }
  return new Map(
    groups.map((group) => {
      const path = group.getAttribute("data-node") ?? "";
      return [path, drawn(group, path)];
    }),
  );
}

function drawn(group: SVGGElement, path: string): Drawn {
  const { ownerDocument: document } = group;
  const box = boxOf(group);
  const badge = svgElement(document, "circle", {
    class: "ig-badge",
    cx: String(box.right - 2),
    cy: String(box.top + 2),
    r: "8",
  });
  const markLine = svgElement(document, "text", {
    class: "ig-mark",
    x: String(box.right - 2),
    y: String(box.top + 5.5),
    "text-anchor": "middle",
  });
  const noteLine = svgElement(document, "text", {
    class: "ig-note",
    x: String((box.left + box.right) / 2),
    y: String(box.bottom + 10),
    "text-anchor": "middle",
  });
  const tooltip = svgElement(document, "title");
  setAttribute(group, "role", "button");
  group.prepend(tooltip);
  group.append(badge, markLine, noteLine);
  return { path, group, box, mark: markLine, note: noteLine, tooltip };
}

function show(node: Drawn, live: Live): void {
  const cell: Cell | undefined = live.states[node.path];
  if (!cell) {
    return;
  }
  const label = nodeLabel(node.path, live.nodes[node.path], cell);
  setAttribute(node.group, "data-state", cell.status);
  setAttribute(node.group, "data-ran", ranLast(cell, live.seen));
  setAttribute(node.group, "aria-label", label);
  setText(node.tooltip, label);
  setText(node.mark, mark(live, cell));
  setText(node.note, note(cell, node.box.right - node.box.left));
}
