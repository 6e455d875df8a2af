/** A line under the ring: how a node is broken, then what can be done to the one that is chosen. */

import { setText } from "../shared/dom.ts";
import { FAULTS, type FaultName, mayBeDone, ON_NODES, orUndo } from "./faults.ts";
import { type Frame, isOver, type Node, nodeOf, oddities, roleMark, roleWord } from "./state.ts";
import {
  box,
  button,
  type Does,
  field,
  isTouched,
  make,
  type Part,
  set,
  shut,
  text,
  type View,
} from "./view.ts";

const HINT =
  "Click a node to crash it, click it again to restart it. Point at a node for more; ? shows the keys.";
const TOUCH_HINT =
  "Tap a node to choose it, tap it again to crash it, once more to restart it. ? shows the signs.";

const OVER_HINT =
  "Nothing can be done to its nodes any more; go back on the time line to see how it came to this.";

/** Buttons that keep their place, beside those of a life and a pause. */
const FIXED: FaultName[] = ["transfer", "power_cut", "isolate", "wipe"];

export interface Bar extends Part {
  /** Everything known about a node, shown when it is asked for. */
  panel: HTMLElement;
}

export function createBar(view: View): Bar {
  const hint = text("hint");
  const [name, brief] = [make("strong"), make("span")];
  const [life, pause, about] = [button("", ""), button("", ""), button("about", "Details")];
  const rates = ["0.5", "1", "2"].map((of) => make("option", { value: of }, `${of}×`));
  const rate = make("select", { "data-do": "clock" }, ...rates);
  const said = text("about-text");
  const all = { class: "ig-about", role: "group", "aria-label": "All about a node" };
  const panel = make("div", all, said, button("about-close", "Close"));
  const fixed = FIXED.map((name) => [name, buttonOf(name)] as const);
  const remove = button("remove", "Remove", "Take it out of the membership");
  const buttons = [life, pause, ...fixed.map(([, each]) => each), remove];
  const row = box("row", ...buttons, field("Clock", rate), about);
  const node = make("div", { role: "group" }, make("p", { class: "ig-brief" }, name, brief), row);
  const root = box("bar", hint, node);
  const beat = () => view.act("clock_rate", view.chosen, Number(rate.value) * 1000);
  panel.hidden = true;
  rate.addEventListener("change", beat);

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
    setText(brief, describe(of, isOver(frame)));
    const [living, pausing] = [orUndo("kill", of), orUndo("pause", of)];
    turn(life, living);
    turn(pause, pausing);
    shut(row, isOver(frame));
    const all: (readonly [FaultName, HTMLButtonElement])[] = [
      [living, life],
      [pausing, pause],
      ...fixed,
    ];
    for (const [does, each] of all) {
      each.disabled ||= !mayBeDone(does, of);
    }
    about.disabled = false;
    set(about, { title: `All that is known of ${of.id}` });
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
      setText(hint, isOver(frame) ? OVER_HINT : usual());
      hint.hidden = of !== undefined;
      node.hidden = !of;
      if (of) {
        show(of, frame);
      }
    },
  };
}

function usual(): string {
  return isTouched() ? TOUCH_HINT : HINT;
}

function buttonOf(name: FaultName): HTMLButtonElement {
  const { control, label, title } = FAULTS[name];
  return button(control, label, title || undefined);
}

function acts(view: View): Does {
  const on = (name: FaultName) => () => view.act(name, view.chosen);
  return {
    ...Object.fromEntries(ON_NODES.map((name) => [FAULTS[name].control, on(name)])),
    // A leader hands over; where nobody leads the node calls an election.
    leader: () => on(view.frame.leader && view.frame.decides ? "transfer" : "campaign")(),
    remove: () => view.send("remove", { node: view.chosen }),
  };
}

/** One button with two duties keeps its place and its focus. */
function turn(on: Element, name: FaultName): void {
  set(on, { "data-do": FAULTS[name].control });
  setText(on, FAULTS[name].label);
}

function describe(node: Node, isEnded: boolean): string {
  const role = isEnded ? "stopped" : node.role;
  const facts = [`${roleMark(role)} ${roleWord(role)}`, `term ${node.term}`, ...oddities(node)];
  return facts.join(" · ");
}
