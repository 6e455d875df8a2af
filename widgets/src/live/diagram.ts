/**
 * The drawing. It was laid out once in the kernel, which also put the marks of all statuses into each node
 * and a style sheet that shows the one of `data-state`. Here nodes get a state, a second line, a name and the
 * focus. One tab stop: the arrows move between nodes (navigation.ts), Enter or Space chooses one.
 */

import { setAttribute, setText } from "../shared/dom.ts";
import { plainKey } from "../shared/keys.ts";
import { parseSvg, svgElement } from "../shared/svg.ts";
import { destination, type Place } from "./navigation.ts";
import { type Cell, fitted, type Live, nodeLabel, ranLast } from "./state.ts";

export interface Diagram {
  update(live: Live, chosen: string | undefined): void;
}

interface Drawn {
  path: string;
  group: SVGGElement;
  tooltip: Element;
  said: Element | null;
  how: Element | null;
}

type Nodes = Map<string, Drawn>;

/** A drawing that is wider than the page is made smaller, but not below this part of its size: then it scrolls. */
const SMALLEST = 0.75;

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
  const group = (event.target as Element).closest("[data-node]");
  return group?.getAttribute("data-node") ?? undefined;
}

/** Where the nodes are on the screen. A nested contract is where its name is: its box is around others. */
function placesOf(nodes: Nodes): Place[] {
  return Array.from(nodes.values(), ({ path, group }) => {
    const isBox = group.classList.contains("cluster");
    const { left, top, width, height } = (
      (isBox && group.querySelector(".name")) ||
      group
    ).getBoundingClientRect();
    return { path, x: left + width / 2, y: top + height / 2 };
  });
}

/** Makes the drawing a group of buttons and returns them. */
function dress(svg: SVGSVGElement, live: Live): Nodes {
  const nodes: Nodes = new Map();
  for (const group of svg.querySelectorAll<SVGGElement>("[data-node]")) {
    const path = group.getAttribute("data-node") ?? "";
    if (live.states[path]) {
      nodes.set(path, button(group, path));
    }
  }
  svg.querySelector(":scope > title")?.remove(); // it would be the tooltip of every place
  svg.style.minWidth = `${Number(svg.getAttribute("width")) * SMALLEST}px`;
  setAttribute(svg, "role", "group");
  setAttribute(svg, "aria-label", `${live.title}, ${nodes.size} nodes`);
  return nodes;
}

function button(group: SVGGElement, path: string): Drawn {
  setAttribute(group, "role", "button");
  const tooltip = group.querySelector(":scope > title") ?? svgElement(group.ownerDocument, "title");
  group.prepend(tooltip);
  return {
    path,
    group,
    tooltip,
    said: group.querySelector(".value"),
    how: group.querySelector(".time"),
  };
}

function show(node: Drawn, live: Live): void {
  const cell = live.states[node.path];
  if (!cell) {
    return;
  }
  const label = nodeLabel(node.path, live.nodes[node.path], cell);
  setAttribute(node.group, "data-state", cell.status);
  setAttribute(node.group, "data-ran", ranLast(cell, live.seen));
  setAttribute(node.group, "aria-label", label);
  setText(node.tooltip, label);
  secondLine(node, cell);
}

function secondLine({ said, how }: Drawn, cell: Cell): void {
  if (said) {
    const width = Number(how?.getAttribute("x") ?? 0) - Number(said.getAttribute("x") ?? 0);
    setText(said, fitted(cell.said, width, cell.how));
    said.classList.toggle("error", cell.status === "failed");
  }
  if (how) {
    setText(how, cell.how);
  }
}
