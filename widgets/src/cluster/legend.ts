/** The signs of the picture, always there: in one line where there is room. */

import { DOTS } from "./motion.ts";
import { MARKS, SHAPES } from "./ring.ts";
import { roleWord } from "./state.ts";
import { box, drawn, make, set } from "./view.ts";

const ROLES = ["leader", "follower", "candidate", "crashed"];
const KINDS = { vote: "vote", append: "entries", heartbeat: "heartbeat", "append-reply": "answer" };

export function createLegend(): HTMLElement {
  const signs = [
    ...ROLES.map((role) => sign(roleWord(role), picture(node(role), "-37 -48 74 76"))),
    sign("committed", cell(1)),
    sign("not yet", cell(0)),
    ...Object.entries(KINDS).map(([kind, word]) => sign(word, picture(dot(kind), "-9 -9 18 18"))),
  ];
  const root = box("legend", ...signs);
  set(root, { role: "group", "aria-label": "Signs" });
  return root;
}

function sign(word: string, shown: Element): HTMLElement {
  return make("span", { class: "ig-sign" }, shown, word);
}

function picture(shown: Element, viewBox: string): Element {
  const made = drawn("svg", "key", { viewBox, "aria-hidden": "true" });
  made.append(shown);
  return made;
}

function node(role: string): Element {
  const inside = drawn("g", "sample", { "data-role": role });
  inside.append(
    drawn("path", "shape", { d: SHAPES[role] ?? SHAPES.circle }),
    drawn("path", "mark", { d: MARKS[role] ?? "" }),
  );
  return inside;
}

function dot(kind: string): Element {
  return drawn("path", "token", { d: DOTS[kind], "data-kind": kind, "data-t": 0 });
}

function cell(committed: number): Element {
  const about = { "data-t": 0, "data-committed": committed, "aria-hidden": "true" };
  return make("span", { class: "ig-box", ...about });
}
