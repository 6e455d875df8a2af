/**
 * The keys. The ring is one tab stop, the arrows go round it. No plain key gets out to the notebook, where
 * it would be a command; in a text field the browser keeps its own.
 */

import { plainKey } from "../shared/keys.ts";
import { FAULTS, LETTERS, lettersText, orUndo } from "./faults.ts";
import { regroup } from "./network.ts";
import { idAt, type Ring } from "./ring.ts";
import { type Node, nodeOf } from "./state.ts";
import { type Does, make, type View } from "./view.ts";

const LETTERS_SAID = lettersText();

const KEYS = {
  "Arrows, Home, End": "from node to node",
  "Enter, Space": "crash, restart or resume the node",
  [LETTERS_SAID[0]]: LETTERS_SAID[1],
  g: "put the node into group A, B or none, for a partition",
  Escape: "leave the partition, close a panel",
  "on the time line": "arrows go 10 ms, with Shift 1 ms",
};

const SIGNS = {
  "■ □": "asks for a vote, answers",
  "● ○": "sends entries in the colour of their term, answers",
  "•": "heartbeat",
  "large ■": "snapshot",
  "◆": "asks whether it still leads, for a read",
  "✕": "lost on the way",
  arc: "time until the node asks for votes",
  "dot, triangle": "under a log: matches up to here, is sent this next",
};

export function createKeys(): HTMLElement {
  const list = (name: string, rows: object) =>
    make(
      "dl",
      { "aria-label": name },
      ...Object.entries(rows).flatMap(([key, said]) => [make("dt", {}, key), make("dd", {}, said)]),
    );
  const about = { class: "ig-keys", role: "group", "aria-label": "Keys and signs" };
  const panel = make("div", about, list("Keys", KEYS), list("Signs", SIGNS));
  panel.hidden = true;
  return panel;
}

interface Wiring {
  root: HTMLElement;
  ring: Ring;
  view: View;
  does: Does;
  panels: HTMLElement[];
}

/** Listens to the keys of the whole widget. */
export function listen({ root, ring, view, does, panels }: Wiring): void {
  root.addEventListener("keydown", (event) => {
    if (!plainKey(event) || event.key === "Tab") {
      return;
    }
    event.stopPropagation();
    const id = idAt(event);
    if (event.key === "Escape") {
      leave();
    } else if (id !== undefined) {
      onNode(id, event.key);
      event.preventDefault();
    } else if (event.key === "?" && !isTyping(event.target as Element)) {
      does.keys?.();
    }
  });

  function onNode(id: string, key: string): void {
    const next = destination(
      view.frame.nodes.map((node) => node.id),
      id,
      key,
    );
    if (next !== undefined) {
      ring.focus(next);
    } else if (key === "Enter" || key === " ") {
      view.press(id);
    } else {
      letter(id, key.toLowerCase());
    }
  }

  function letter(id: string, key: string): void {
    const of = nodeOf(view.frame, id);
    view.choose(id);
    if (key === "g") {
      view.groups ??= new Map();
      regroup(view.groups, id);
      view.redraw();
    } else if (key === "?") {
      does.keys?.();
    } else {
      does[controlOf(key, of)]?.();
    }
  }

  function leave(): void {
    for (const panel of panels) {
      panel.hidden = true;
    }
    view.groups = undefined;
    view.redraw();
  }
}

/** The button of a letter, or that of what mends a crash or a pause. */
function controlOf(key: string, node: Node | undefined): string {
  const ofTwo = (["kill", "pause"] as const).find((name) => FAULTS[name].key === key);
  return node && ofTwo ? FAULTS[orUndo(ofTwo, node)].control : (LETTERS[key] ?? "");
}

function isTyping(on: Element): boolean {
  return on.matches("textarea, select, input:not([type=range])");
}

/** Where a key leads from a node, round the ring; undefined if it is not a key for that. */
export function destination(ids: readonly string[], from: string, key: string): string | undefined {
  const at = Math.max(ids.indexOf(from), 0);
  switch (key) {
    case "ArrowRight":
    case "ArrowDown":
      return ids[(at + 1) % ids.length];
    case "ArrowLeft":
    case "ArrowUp":
      return ids.at(at - 1);
    case "Home":
      return ids[0];
    case "End":
      return ids.at(-1);
    default:
      return undefined;
  }
}
