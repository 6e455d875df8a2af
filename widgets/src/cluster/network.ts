/** Tools for the cluster as a whole: part it, heal it, step down, add a node. */

import { setText } from "../shared/dom.ts";
import { FAULTS } from "./faults.ts";
import { isOver } from "./state.ts";
import {
  box,
  button,
  type Does,
  type Group,
  isTouched,
  type Part,
  set,
  shut,
  text,
  type View,
} from "./view.ts";

const HOW = "Click nodes, or press Enter on them: once for group A, twice for B.";
const TOUCH_HOW = "Tap nodes: once for group A, twice for B.";

export function createTools(view: View): Part {
  const { partition, heal } = FAULTS;
  const part = button(partition.control, partition.label, partition.title);
  const said = text("groups", { role: "status" });
  const how = isTouched() ? TOUCH_HOW : HOW;
  const both = button("cut-both", "Cut both ways");
  const one = button("cut-one", "Cut A → B only");
  const parting = box("bar", said, box("row", both, one, button("cancel-cut", "Cancel")));
  const row = box(
    "row",
    part,
    button(heal.control, heal.label, heal.title),
    button("step-down", "Step down", "The leader hands over"),
    button("add", "Add node"),
  );

  function begin(groups?: Map<string, Group>): void {
    view.groups = groups;
    view.redraw();
    part.focus();
  }

  const does: Does = {
    partition: () => begin(view.groups ? undefined : new Map()),
    "cancel-cut": () => begin(),
    "cut-both": () => {
      view.act("partition", ...sides(view));
      begin();
    },
    "cut-one": () => {
      const [a, b] = sides(view);
      for (const from of a) {
        for (const to of b) {
          view.act("cut", from, to);
        }
      }
      begin();
    },
    heal: () => view.act("heal"),
    "step-down": () => view.send("step_down"),
    add: () => view.send("add"),
  };

  return {
    root: box("tools", parting, row),
    does,
    update(frame) {
      const [a, b] = sides(view);
      shut(row, isOver(frame));
      parting.hidden = !view.groups;
      set(part, { "aria-pressed": `${view.groups !== undefined}` });
      both.disabled = !a.length || !b.length;
      one.disabled = both.disabled;
      setText(said, a.length ? `A: ${a.join(", ")}. B: ${b.join(", ") || "nobody"}.` : how);
    },
  };
}

/** The two groups; those of B are all others if none was put there. */
function sides({ frame, groups }: View): [string[], string[]] {
  const of = (side?: Group) =>
    frame.nodes.map(({ id }) => id).filter((id) => groups?.get(id) === side);
  const named = of("B");
  return [of("A"), named.length ? named : of()];
}

/** A, then B, then neither. */
export function regroup(groups: Map<string, Group>, id: string): void {
  const side = groups.get(id);
  if (side === "B") {
    groups.delete(id);
  } else {
    groups.set(id, side ? "B" : "A");
  }
}
