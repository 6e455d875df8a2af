/** Under the ring: what can be done to the chosen node. */

import { setText } from "../shared/dom.ts";
import {
  type Frame,
  lifeAct,
  type Node,
  nodeOf,
  oddities,
  roleMark,
  roleWord,
  votesText,
} from "./state.ts";
import {
  box,
  button,
  type Does,
  field,
  isTouched,
  make,
  type Part,
  set,
  text,
  type View,
} from "./view.ts";

const HINT =
  "Click a node to crash it, click it again to restart it. Point at a node for more; ? shows the keys.";
const TOUCH_HINT =
  "Tap a node to choose it, tap it again to crash it, once more to restart it. ? shows the signs.";

const NAMES: Record<string, string> = {
  crash: "Crash",
  restart: "Restart",
  "pause-node": "Pause",
  "resume-node": "Resume",
};

export interface Bar extends Part {
  /** Everything known about a node, shown when it is asked for. */
  panel: HTMLElement;
}

export function createBar(view: View): Bar {
  const hint = text("hint");
  const [name, brief] = [make("strong"), make("span")];
  const [life, pause, about] = [button("", ""), button("", ""), button("about", "")];
  const rates = ["0.5", "1", "2"].map((of) => make("option", { value: of }, `${of}×`));
  const rate = make("select", { "data-do": "clock" }, ...rates);
  const said = text("about-text");
  const close = button("about-close", "Close");
  const panel = make(
    "div",
    { class: "ig-about", role: "group", "aria-label": "All about a node" },
    said,
    close,
  );
  const [running, others] = faults();
  const row = box("row", life, pause, ...running, ...others, field("Clock", rate), about);
  const node = make("div", { role: "group" }, make("p", { class: "ig-brief" }, name, brief), row);
  const root = box("bar", hint, node);
  setText(hint, isTouched() ? TOUCH_HINT : HINT);
  panel.hidden = true;
  rate.addEventListener("change", () =>
    view.act("clock_rate", view.chosen, Number(rate.value) * 1000),
  );

  const does: Does = {
    ...acts(view),
    about: () =>
      view.send("look", { node: view.chosen }, (answer) => {
        setText(said, answer.text || answer.problem);
        panel.hidden = false;
      }),
    "about-close": () => {
      panel.hidden = true;
      about.focus();
    },
  };

  function show(of: Node, frame: Frame): void {
    set(node, { "aria-label": `What to do with ${of.id}` });
    setText(name, of.id);
    setText(brief, describe(of, frame));
    turn(life, of.alive ? "crash" : "restart");
    turn(pause, of.role === "paused" ? "resume-node" : "pause-node");
    for (const each of [pause, ...running]) {
      each.disabled = !of.alive;
    }
    setText(about, `All about ${of.id}`);
    if (document.activeElement !== rate) {
      rate.value = `${of.clock / 1000}`;
    }
  }

  return {
    root,
    panel,
    does,
    update(frame) {
      const of = nodeOf(frame, view.chosen);
      root.hidden = view.groups !== undefined;
      hint.hidden = of !== undefined;
      node.hidden = !of;
      if (of) {
        show(of, frame);
      }
    },
  };
}

/** What can be done to a node that runs, and what to any. */
function faults(): [HTMLButtonElement[], HTMLButtonElement[]] {
  return [
    [
      button("leader", "Make leader"),
      button("power", "Cut power", "What was not synced to disk is lost"),
    ],
    [
      button("isolate", "Isolate", "Cut all its links"),
      button("wipe", "Wipe disk", "It is down and has forgotten everything"),
      button("remove", "Remove", "Take it out of the membership"),
    ],
  ];
}

function acts(view: View): Does {
  const on = (name: string) => () => view.act(name, view.chosen);
  return {
    crash: on("kill"),
    restart: on("restart"),
    "pause-node": on("pause"),
    "resume-node": on("resume"),
    power: on("power_cut"),
    wipe: on("wipe"),
    isolate: on("isolate"),
    // A leader hands over; where nobody leads the node calls an election.
    leader: () => on(view.frame.leader && view.frame.decides ? "transfer" : "campaign")(),
    remove: () => view.send("remove", { node: view.chosen }),
  };
}

/** One button with two duties keeps its place and its focus. */
function turn(on: Element, does: string): void {
  set(on, { "data-do": does });
  setText(on, NAMES[does] ?? "");
}

function describe(node: Node, frame: Frame): string {
  const facts = [
    `${roleMark(node.role)} ${roleWord(node.role)}`,
    `term ${node.term}`,
    ...oddities(node),
    votesText(node, frame.quorum),
    `${node.commit} of ${node.last} committed`,
  ];
  return facts.filter(Boolean).join(" · ");
}

/** Crashes, restarts or resumes. */
export function pressed(view: View, id: string): void {
  const node = nodeOf(view.frame, id);
  if (node) {
    view.act(lifeAct(node), id);
  }
}
