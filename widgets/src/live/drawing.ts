/**
 * The drawing as the page holds it: which group is which node, where it is, which arrows touch it. It was laid
 * out in the kernel; here nodes become buttons and get a state, a mark, a second line and a name.
 */

import { setAttribute, setText } from "../shared/dom.ts";
import { parseSvg, svgElement } from "../shared/svg.ts";
import type { Box, Size } from "./camera.ts";
import { howText } from "./elapsed.ts";
import { Arrows } from "./hops.ts";
import type { Place } from "./navigation.ts";
import { type Cell, fitted, type Live, nodeLabel, ranLast, type Seen } from "./state.ts";

/** A node or a nested contract. */
export interface Drawn {
  path: string;
  group: SVGGElement;
  box: Box;
  /** A box around others: only its first line is its own. */
  isAround: boolean;
  tooltip: Element;
  said: Element | null;
  how: Element | null;
  mark: Element | null;
  cell: Cell | undefined;
}

interface Edge {
  path: Element;
  source: string;
  target: string;
}

export interface Drawing {
  root: SVGSVGElement;
  size: Size;
  nodes: Map<string, Drawn>;
  arrows: Arrows;
  /** The paths of what is inside a node, or its own. */
  members(path: string): string[];
  /** The innermost thing around a node, or it itself, that can be folded or unfolded. */
  foldAt(path: string): string | undefined;
  /** Shows states; returns whether any has changed. */
  show(live: Live): boolean;
  /** Counts on what runs; false if nothing does. */
  tick(seen: Seen, since: number): boolean;
  /** Dims everything but these nodes; nothing if there are none. */
  dim(others: ReadonlySet<string> | undefined): void;
  places(): Place[];
}

/** Height of the line in which a nested contract has its name. */
const HEADER = 26;

/** From so many nodes on nothing is blurred or animated: each is drawn anew in every frame. */
const MANY = 150;

const MOVES = new Set(["waiting", "running"]);

export function readDrawing(document: Document, live: Live): Drawing | undefined {
  const root = parseSvg(document, live.svg);
  if (!root) {
    return undefined;
  }
  const ids = new Map<string, string>();
  const nodes = new Map<string, Drawn>();
  for (const group of root.querySelectorAll<SVGGElement>("[data-node]")) {
    const path = group.getAttribute("data-node") ?? "";
    ids.set(group.id.slice(group.id.lastIndexOf("-") + 1), path);
    if (live.nodes[path]) {
      nodes.set(path, button(group, path));
    }
  }
  const edges: Edge[] = Array.from(root.querySelectorAll("[data-ends]"), (path) => {
    const [source = "", target = ""] = (path.getAttribute("data-ends") ?? "").split(" ");
    return { path, source: ids.get(source) ?? "", target: ids.get(target) ?? "" };
  });
  root.querySelector(":scope > title")?.remove(); // it would be the tooltip of every place
  setAttribute(root, "role", "group");
  setAttribute(root, "data-many", nodes.size > MANY);
  setAttribute(root, "aria-label", `${live.title}, ${nodes.size} nodes`);
  return {
    ...hands(root, nodes, edges),
    root,
    nodes,
    size: sizeOf(root),
    arrows: new Arrows(edges.map(({ source, target }) => [source, target] as const)),
    members: (path) => membersOf(nodes, path),
    foldAt: (path) => foldAt(live.folds, path),
    places: () => Array.from(nodes.values(), placeOf),
  };
}

/** What changes the looks of a drawing. */
function hands(
  root: SVGSVGElement,
  nodes: Map<string, Drawn>,
  edges: readonly Edge[],
): Pick<Drawing, "show" | "tick" | "dim"> {
  const marks = new Map<string, Element[]>();
  const touching = new Map<string, Edge[]>();
  for (const edge of edges) {
    for (const end of [edge.source, edge.target]) {
      touching.set(end, [...(touching.get(end) ?? []), edge]);
    }
  }
  let running: Drawn[] = [];

  function markOf(live: Live, status: string): Element[] {
    const known = marks.get(status);
    if (known) {
      return known;
    }
    const text = live.looks[status]?.mark ?? "";
    const svg = parseSvg(
      root.ownerDocument,
      `<svg xmlns="http://www.w3.org/2000/svg">${text}</svg>`,
    );
    const made = svg ? [...svg.children] : [];
    marks.set(status, made);
    return made;
  }

  /** Takes over how a node is; returns whether that is news. */
  function take(node: Drawn, live: Live): boolean {
    const cell = live.states[node.path];
    if (!cell || isSame(node.cell, cell)) {
      setAttribute(node.group, "data-ran", node.cell && ranLast(node.cell, live.seen));
      return false;
    }
    if (node.cell?.status !== cell.status) {
      node.mark?.replaceChildren(...markOf(live, cell.status).map((each) => each.cloneNode(true)));
    }
    node.cell = cell;
    dress(node, cell, live);
    return true;
  }

  function light(live: Live, changed: readonly Drawn[]): void {
    const lit = new Set(changed.flatMap(({ path }) => touching.get(path) ?? []));
    for (const { path, source, target } of lit) {
      setAttribute(path, "data-lit", isLit(live, source, target));
    }
  }

  return {
    show(live) {
      const changed = [...nodes.values()].filter((node) => take(node, live));
      if (changed.length) {
        light(live, changed);
        running = [...nodes.values()].filter(({ cell }) => cell?.status === "running");
      }
      return changed.length > 0;
    },
    tick(seen, since) {
      for (const { cell, said, how } of running) {
        if (cell) {
          secondLine(said, how, cell, howText(cell, seen, since));
        }
      }
      return running.length > 0;
    },
    dim(kept) {
      setAttribute(root, "data-dimmed", kept !== undefined);
      for (const { path, group } of nodes.values()) {
        setAttribute(group, "data-kept", kept?.has(path));
      }
      for (const { path, source, target } of edges) {
        setAttribute(path, "data-kept", kept?.has(source) && kept.has(target));
      }
    },
  };
}

/** An arrow is lit that leads from what changed, or may change, to what will run or runs. */
function isLit({ states, seen }: Live, source: string, target: string): boolean {
  const [from, to] = [states[source], states[target]];
  if (!(seen.running && from && to && MOVES.has(to.status))) {
    return false;
  }
  return MOVES.has(from.status) || from.why === "updated" || ranLast(from, seen);
}

function isSame(before: Cell | undefined, after: Cell): boolean {
  if (before === after) {
    return true;
  }
  const keys = Object.keys(after) as (keyof Cell)[];
  return before !== undefined && keys.every((key) => before[key] === after[key]);
}

function button(group: SVGGElement, path: string): Drawn {
  const isAround = group.classList.contains("cluster");
  setAttribute(group, "role", "button");
  setAttribute(group, "tabindex", "-1");
  const tooltip = group.querySelector(":scope > title") ?? svgElement(group.ownerDocument, "title");
  group.prepend(tooltip);
  return {
    path,
    group,
    tooltip,
    isAround,
    box: boxOf(group),
    said: group.querySelector(".value"),
    how: group.querySelector(".time"),
    mark: group.querySelector(":scope > .m"),
    cell: undefined,
  };
}

function dress({ path, group, tooltip, said, how }: Drawn, cell: Cell, live: Live): void {
  const label = nodeLabel(path, live.nodes[path], cell, live.looks[cell.status]);
  setAttribute(group, "data-state", cell.status);
  setAttribute(group, "data-ran", ranLast(cell, live.seen));
  setAttribute(group, "aria-label", label);
  setText(tooltip, label);
  said?.classList.toggle("error", cell.status === "failed" || cell.status === "denied");
  secondLine(said, how, cell, howText(cell, live.seen, 0));
}

function secondLine(said: Element | null, how: Element | null, cell: Cell, text: string): void {
  if (said) {
    const width = Number(how?.getAttribute("x") ?? 0) - Number(said.getAttribute("x") ?? 0);
    setText(said, fitted(cell.said, width, text));
  }
  if (how) {
    setText(how, text);
  }
}

function boxOf(group: Element): Box {
  const [x = 0, y = 0, width = 0, height = 0] = (group.getAttribute("data-box") ?? "")
    .split(" ")
    .map(Number);
  return { x, y, width, height };
}

function sizeOf(root: Element): Size {
  const [, , width = 1, height = 1] = (root.getAttribute("viewBox") ?? "").split(" ").map(Number);
  return { width: width || 1, height: height || 1 };
}

/** Where a node is for the arrow keys. A nested contract is where its name is: its box is around others. */
function placeOf({ path, box, isAround }: Drawn): Place {
  const high = isAround ? HEADER : box.height;
  return { path, x: box.x + (isAround ? HEADER : box.width / 2), y: box.y + high / 2 };
}

/** The part of a node that is looked at: of a box around others its first line. */
export function headOf({ box, isAround }: Drawn): Box {
  return isAround ? { ...box, height: HEADER } : box;
}

/** What stands for a path: itself, what is around it, what is in it, else the first node. */
export function firstOf({ nodes }: Drawing, path: string): string | undefined {
  for (let above = path; above; above = outer(above)) {
    if (nodes.has(above)) {
      return above;
    }
  }
  const names = [...nodes.keys()];
  return (path && names.find((each) => each.startsWith(`${path}.`))) || names[0];
}

function outer(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("."), 0));
}

function membersOf(nodes: ReadonlyMap<string, Drawn>, path: string): string[] {
  const inner = [...nodes.keys()].filter((each) => each.startsWith(`${path}.`));
  return [path, ...inner];
}

function foldAt(folds: Readonly<Record<string, boolean>>, path: string): string | undefined {
  for (let at = path; at; at = outer(at)) {
    if (at in folds) {
      return at;
    }
  }
  return undefined;
}
