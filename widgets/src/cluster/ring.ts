/**
 * The ring of nodes: a group of buttons with one tab stop. A role has a shape, a mark and a colour, so
 * that none is told by colour alone; the shapes are those of the still picture.
 */

import { setText } from "../shared/dom.ts";
import { AROUND, type Layout, layout, nameSize, type Point, wordsAt } from "./geometry.ts";
import { createLinks } from "./links.ts";
import { type Node, nodeLabel, oddities, roleWord, votesText } from "./state.ts";
import { drawn, type Part, set, type View } from "./view.ts";

const CIRCLE = "M0-25a25 25 0 1 1-.01 0Z";
const HEXAGON = "M27.5 0L13.75 23.8H-13.75L-27.5 0L-13.75-23.8H13.75Z";
const CROWN = "M-10-35l-1-10 5.5 5 5.5-8 5.5 8 5.5-5-1 10Z";
const SHAPES: Record<string, string> = {
  candidate: HEXAGON,
  "pre-candidate": HEXAGON,
  learner: "M-17-23H17q6 0 6 6V17q0 6-6 6H-17q-6 0-6-6V-17q0-6 6-6Z",
};
const MARKS: Record<string, string> = {
  leader: CROWN,
  superseded: CROWN,
  crashed: "M-21.2-21.2L21.2 21.2M-21.2 21.2L21.2-21.2",
  paused: "M18.5-28a9.5 9.5 0 1 1-.01 0ZM16.1-22.8v8.6M20.9-22.8v8.6",
};

interface Drawn {
  place: SVGElement;
  group: SVGElement;
  arc: SVGElement;
  shape: SVGElement;
  mark: SVGElement;
  words: Record<"id" | "term" | "role" | "votes" | "side", SVGElement>;
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

export function createRing(view: View): Ring {
  const root = drawn("svg", "ring", { role: "group" });
  const [still, layer, nodes] = [drawn("g", "links"), drawn("g", "messages"), drawn("g", "nodes")];
  const links = createLinks(still);
  const all = new Map<string, Drawn>();
  let at: Layout = layout([]);
  let known = "";
  let room: number | undefined;
  root.append(still, layer, nodes);

  function arrange(ids: string[]): void {
    const next = layout(ids, room, at.isNarrow);
    const facts = [next.isNarrow, ...ids].join("\n");
    if (facts === known) {
      return;
    }
    known = facts;
    at = next;
    set(root, {
      "data-narrow": at.isNarrow,
      viewBox: `${at.left} ${at.top} ${at.width} ${at.height}`,
      style: `max-width:${Math.round(at.width * 1.22)}px`,
      "aria-label": `Raft cluster, ${ids.length} nodes`,
    });
    for (const [id, { place }] of all) {
      if (!at.places.has(id)) {
        place.remove();
        all.delete(id);
      }
    }
    for (const [id, place] of at.places) {
      const node = all.get(id) ?? build(id);
      all.set(id, node);
      set(node.place, { transform: `translate(${place.x} ${place.y})` });
      nodes.append(node.place);
    }
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
      arrange(frame.nodes.map(({ id }) => id));
      links.update(frame, at);
      const stop = at.places.has(view.chosen) ? view.chosen : frame.nodes[0]?.id;
      for (const node of frame.nodes) {
        paint(all.get(node.id) as Drawn, node, view);
        spell(all.get(node.id) as Drawn, node, at, frame.quorum);
        set(all.get(node.id)?.group as Element, { tabindex: node.id === stop ? 0 : -1 });
      }
    },
  };
}

function build(id: string): Drawn {
  const around = { r: AROUND };
  const arc = { ...around, pathLength: 1, "stroke-dasharray": 1, transform: "rotate(-90)" };
  const [place, group] = [
    drawn("g", "place"),
    drawn("g", "node", { role: "button", "data-node": id }),
  ];
  const made = {
    place,
    group,
    arc: drawn("circle", "arc", arc),
    shape: drawn("path", "shape"),
    mark: drawn("path", "mark"),
    words: {
      id: drawn("text", "id"),
      term: drawn("text", "term"),
      role: drawn("text", "role"),
      votes: drawn("text", "votes"),
      side: drawn("text", "side", { x: 21, y: 27 }),
    },
  };
  group.append(
    drawn("circle", "halo", { r: AROUND + 4 }),
    drawn("circle", "track", around),
    made.arc,
    made.shape,
    made.mark,
  );
  place.append(group, ...Object.values(made.words));
  setText(made.words.id, id.length > 7 ? `${id.slice(0, 6)}…` : id);
  return made;
}

/** Writes the words in and around a node; a narrow ring has no room for its vote. */
function spell({ words }: Drawn, node: Node, { places, isNarrow }: Layout, quorum: number): void {
  const { id, role, term } = node;
  const where = wordsAt(places.get(id) as Point, isNarrow, MARKS[role] === CROWN);
  set(words.id, {
    y: isNarrow ? -2.5 : -1,
    "font-size": nameSize(Math.min(id.length, 7), isNarrow),
  });
  set(words.term, { y: isNarrow ? 11 : 12.5 });
  set(words.role, { ...where });
  set(words.votes, { ...where, y: where.y + 14 });
  setText(words.term, isNarrow && term > 99 ? `t ${term}` : `term ${term}`);
  setText(words.role, roleWord(role));
  setText(words.votes, oddities(node)[0] ?? votesText(node, quorum));
}

function paint(of: Drawn, node: Node, view: View): void {
  const { id, role, term } = node;
  const side = view.groups?.get(id);
  set(of.place, { "data-role": role });
  set(of.group, {
    "data-role": role,
    "data-term": term,
    "data-side": side,
    "data-counts": node.timer !== null,
    "data-chosen": id === view.chosen,
    "data-focus": view.focus.includes(id),
    "aria-label": nodeLabel(node) + (side ? `, group ${side}` : ""),
    "aria-pressed": view.groups && `${side !== undefined}`,
  });
  set(of.shape, { d: SHAPES[role] ?? CIRCLE });
  set(of.mark, { d: MARKS[role] ?? "" });
  setText(of.words.side, side ?? "");
}
