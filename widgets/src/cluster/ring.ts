/**
 * The ring of nodes: a group of buttons with one tab stop. A role has a shape, a mark and a colour, so
 * that none is told by colour alone. Where links part the nodes, each side stands in a place of its own.
 */

import { setText } from "../shared/dom.ts";
import {
  AROUND,
  areLong,
  fitted,
  type Layout,
  LINE,
  layout,
  nameSize,
  type Point,
  wordsAt,
} from "./geometry.ts";
import { createLinks } from "./links.ts";
import {
  type Frame,
  isOver,
  type Node,
  nodeLabel,
  oddities,
  roleWord,
  termLook,
  votesText,
} from "./state.ts";
import { drawn, type Part, set, type View } from "./view.ts";

const CIRCLE = "M0-25a25 25 0 1 1-.01 0Z";
const HEXAGON = "M27.5 0L13.75 23.8H-13.75L-27.5 0L-13.75-23.8H13.75Z";
const CROWN = "M-10-35l-1-10 5.5 5 5.5-8 5.5 8 5.5-5-1 10Z";
export const SHAPES: Record<string, string> = {
  candidate: HEXAGON,
  "pre-candidate": HEXAGON,
  learner: "M-17-23H17q6 0 6 6V17q0 6-6 6H-17q-6 0-6-6V-17q0-6 6-6Z",
  circle: CIRCLE,
};
/** At the upper right of a node, where it cuts no word. */
const BADGE = "M18.5-28a9.5 9.5 0 1 1-.01 0Z";
export const MARKS: Record<string, string> = {
  leader: CROWN,
  superseded: CROWN,
  crashed: `${BADGE}M14.6-22.4l7.8 7.8M22.4-22.4l-7.8 7.8`,
  paused: `${BADGE}M16.1-22.8v8.6M20.9-22.8v8.6`,
};

/** Letters that have room beside a node, and over or under it. */
const LETTERS = { wide: 15, long: 19, narrow: 11 };

const WORDS = ["id", "term", "role", "votes", "short", "side"] as const;
type Word = (typeof WORDS)[number];

interface Drawn {
  place: SVGElement;
  group: SVGElement;
  arc: SVGElement;
  shape: SVGElement;
  mark: SVGElement;
  beat: SVGElement;
  title: SVGElement;
  words: Record<Word, SVGElement>;
  applied: number;
}

export interface Ring extends Part {
  root: SVGSVGElement;
  /** Where messages are drawn: over the links, under the nodes. */
  layer: SVGGElement;
  place(id: string): Point | undefined;
  /** Turns every countdown to a moment; true if one of them is still running. */
  turn(time: number): boolean;
  focus(id: string): void;
  /** How many pixels wide it may be, from the next drawing on. */
  fit(pixels: number): void;
}

/** The node an event happened on. */
export function idAt(event: Event): string | undefined {
  return (event.target as Element).closest<SVGElement>(".ig-node")?.dataset.node;
}

export function createRing(view: View, moved: () => void): Ring {
  const root = drawn("svg", "ring", { role: "group" });
  const [still, layer, nodes] = [drawn("g", "links"), drawn("g", "messages"), drawn("g", "nodes")];
  const links = createLinks(still);
  const all = new Map<string, Drawn>();
  let at = layout([]);
  let wasNarrow = false;
  let known = "";
  let room: number | undefined;
  root.append(still, layer, nodes);

  function arrange(frame: Frame): void {
    const ids = frame.nodes.map(({ id }) => id);
    const sides = frame.sides.map((side) => side.nodes);
    const letters = areLong(ids) ? Math.max(...ids.map((id) => id.length)) : 0;
    const next = layout(ids, { pixels: room, wasNarrow, sides, letters });
    wasNarrow = sides.length > 1 ? wasNarrow : next.isNarrow;
    const facts = JSON.stringify([next, ...next.places]);
    if (facts === known) {
      return;
    }
    known = facts;
    at = next;
    set(root, {
      "data-narrow": at.isNarrow,
      "data-long": at.isLong,
      viewBox: `${at.left} ${at.top} ${at.width} ${at.height}`,
      style: `height:${at.high}px`,
      "aria-label": `Raft cluster, ${ids.length} nodes`,
    });
    settle(all, nodes, ids, at);
    moved();
  }

  return {
    root,
    layer,
    place: (id) => at.places.get(id),
    turn(time) {
      let isRunning = false;
      for (const { id, timer } of view.frame.nodes) {
        const left = timer ? (timer[1] - time) / (timer[1] - timer[0] || 1) : 0;
        const part = Math.min(Math.max(left, 0), 1);
        const arc = all.get(id)?.arc;
        if (arc) {
          set(arc, { "stroke-dashoffset": (1 - part).toFixed(3), "data-late": part < 0.3 });
        }
        isRunning ||= part > 0;
      }
      return isRunning;
    },
    focus: (id) => all.get(id)?.group.focus(),
    fit(pixels) {
      room = pixels || room; // what is hidden has no width
    },
    update(frame) {
      arrange(frame);
      links.update(frame, at);
      const stop = at.places.has(view.chosen) ? view.chosen : frame.nodes[0]?.id;
      for (const node of frame.nodes) {
        const of = all.get(node.id) as Drawn;
        paint(of, node, view);
        spell(of, node, at, frame);
        beat(of, node, frame);
        set(of.group, { tabindex: node.id === stop ? 0 : -1 });
      }
    },
  };
}

/** Puts each node in its place. One that stays is not taken out of the page: it may be under a pointer. */
function settle(all: Map<string, Drawn>, holder: Element, ids: string[], at: Layout): void {
  for (const [id, { place }] of all) {
    if (!at.places.has(id)) {
      place.remove();
      all.delete(id);
    }
  }
  ids.forEach((id, index) => {
    const node = all.get(id) ?? build(id);
    const { x, y } = at.places.get(id) ?? { x: 0, y: 0 };
    all.set(id, node);
    set(node.place, { transform: `translate(${x} ${y})` });
    const there = holder.children[index] ?? null;
    if (there !== node.place) {
      holder.insertBefore(node.place, there);
    }
  });
}

function build(id: string): Drawn {
  const around = { r: AROUND };
  const arc = { ...around, pathLength: 1, "stroke-dasharray": 1, transform: "rotate(-90)" };
  const [place, group] = [
    drawn("g", "place"),
    drawn("g", "node", { role: "button", "data-node": id }),
  ];
  const words = Object.fromEntries(
    WORDS.map((name) => [name, drawn("text", name, { "text-anchor": "middle" })]),
  ) as unknown as Drawn["words"];
  const made = {
    place,
    group,
    arc: drawn("circle", "arc", arc),
    shape: drawn("path", "shape"),
    mark: drawn("path", "mark"),
    beat: drawn("circle", "beat", around),
    title: drawn("title", "whole"),
    words,
    applied: Infinity,
  };
  set(words.side, { x: 21, y: 27 });
  group.append(
    made.title,
    drawn("circle", "halo", { r: AROUND + 4 }),
    drawn("circle", "track", around),
    made.arc,
    made.shape,
    made.mark,
  );
  place.append(made.beat, group, ...Object.values(made.words));
  return made;
}

type Outside = "id" | "role" | "votes" | "short";

/** Which words stand outside of a node, from the top; in a narrow ring there is room for two. */
function linesOf(
  { short }: Node,
  odd: string | undefined,
  { isNarrow, isLong }: Layout,
): Outside[] {
  if (!isNarrow) {
    return isLong ? ["id", "role", "votes", "short"] : ["role", "votes", "short"];
  }
  return isLong ? ["id", "role"] : ["role", odd || !short ? "votes" : "short"];
}

/** Writes the words in and around a node. */
function spell({ words }: Drawn, node: Node, at: Layout, frame: Frame): void {
  const { id, role, short } = node;
  const { isNarrow, isLong } = at;
  const isEnded = isOver(frame);
  const [odd] = oddities(node);
  const wide = isLong ? LETTERS.long : LETTERS.wide;
  const letters = isNarrow ? LETTERS.narrow : wide;
  const texts: Record<Outside, string> = {
    id: fitted(id, letters),
    role: isEnded ? roleWord("stopped") : roleWord(role),
    votes: odd ?? fitted(votesText(node, frame.quorum), letters + 2),
    short: fitted(short, letters),
  };
  const lines = linesOf(node, odd, at);
  const start = wordsAt(id, at, MARKS[role] === CROWN && !isEnded);
  const step = isNarrow ? LINE.narrow : LINE.wide;
  const first = start.y - (lines.length > 3 ? step / 2 : 0);
  for (const name of Object.keys(texts) as Outside[]) {
    const line = lines.indexOf(name);
    set(words[name], { ...start, y: first + line * step, display: line < 0 ? "none" : undefined });
    setText(words[name], texts[name]);
  }
  inside(words, node, at);
}

/** Name and term in a node; the term alone where the name stands outside. */
function inside(words: Drawn["words"], { id, term }: Node, { isNarrow, isLong }: Layout): void {
  if (!isLong) {
    const y = isNarrow ? -2.5 : -1;
    set(words.id, { x: 0, y, "text-anchor": "middle", display: undefined });
  }
  set(words.id, { "font-size": isLong ? undefined : nameSize(id.length, isNarrow) });
  const under = isNarrow ? 11 : 12.5;
  set(words.term, { y: isLong ? 4 : under });
  setText(words.term, term > 99 ? `t ${term}` : `term ${term}`);
}

function paint(of: Drawn, node: Node, view: View): void {
  const { id, term } = node;
  const side = view.groups?.get(id);
  const role = isOver(view.frame) ? "stopped" : node.role;
  set(of.place, { "data-role": role });
  set(of.group, {
    "data-role": role,
    "data-term": term,
    "data-side": side,
    "data-counts": node.timer !== null,
    "data-chosen": id === view.chosen,
    "data-focus": view.focus.includes(id),
    "aria-label": nodeLabel(node, role) + (side ? `, group ${side}` : ""),
    "aria-pressed": view.groups && `${side !== undefined}`,
  });
  setText(of.title, of.group.getAttribute("aria-label") ?? "");
  set(of.shape, { d: SHAPES[role] ?? CIRCLE });
  set(of.mark, { d: MARKS[role] ?? "" });
  setText(of.words.side, side ?? "");
}

/** A node that has just applied an entry beats once, in the colour of the entry's term. */
function beat(of: Drawn, { applied, log, term }: Node, { mode }: Frame): void {
  if (mode === "live" && applied > of.applied) {
    const found = log.find(([index]) => index === applied)?.[1] ?? term;
    set(of.beat, { "data-beat": applied % 2, "data-t": termLook(found) });
  }
  of.applied = mode === "live" ? applied : Infinity;
}
