/** Quality of links, their latency and their loss: of one, all of a node, or all. */

import { isOver } from "./state.ts";
import { box, button, field, fold, make, type Part, set, shut, type View } from "./view.ts";

const ALL = "all";

export function createQuality(view: View): Part {
  const number = (name: string, max: number) =>
    make("input", { name, type: "number", min: 0, max, step: "any", value: 0 });
  const [from, to] = [make("select", { name: "from" }), make("select", { name: "to" })];
  const [latency, loss] = [number("latency", 60_000), number("loss", 100)];
  const row = box(
    "row",
    field("From", from),
    field("to", to),
    field("latency, ms", latency),
    field("lost, %", loss),
    button("link", "Apply"),
  );
  const idsOf = ({ value }: HTMLSelectElement) =>
    view.frame.nodes.map(({ id }) => id).filter((id) => value === ALL || value === id);
  let known = "";

  function link(): void {
    const how = [Math.round(Number(latency.value) * 1000), Number(loss.value) / 100];
    if (from.value === ALL && to.value === ALL) {
      view.act("links", ...how);
      return;
    }
    for (const sender of idsOf(from)) {
      for (const recipient of idsOf(to).filter((id) => id !== sender)) {
        view.act("link", sender, recipient, ...how);
      }
    }
  }

  return {
    root: fold("links", "Slow and lossy links", row),
    does: { link },
    update(frame) {
      const {
        nodes,
        link: [slow, lossy],
      } = frame;
      shut(row, isOver(frame));
      const ids = [ALL, ...nodes.map(({ id }) => id)];
      if (ids.join("\n") !== known) {
        known = ids.join("\n");
        for (const choice of [from, to]) {
          const { value } = choice;
          choice.replaceChildren(...ids.map((id) => make("option", { value: id }, id)));
          choice.value = ids.includes(value) ? value : ALL;
        }
      }
      // A field that was edited keeps what was typed: an attribute is only what it begins with.
      set(latency, { value: slow / 1000 });
      set(loss, { value: Math.round(lossy * 1000) / 10 });
    },
  };
}
