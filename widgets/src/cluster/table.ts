/** The same state as a table: for readers, for copying, and where a picture says nothing. Drawn while open. */

import { setText } from "../shared/dom.ts";
import { leaderView, type Node, oddities, roleMark, roleWord } from "./state.ts";
import { fold, make, type Part, set, type View } from "./view.ts";

const COLUMNS: Record<string, (node: Node) => string | number> = {
  node: ({ id }) => id,
  role: ({ role }) => `${roleMark(role)} ${roleWord(role)}`,
  term: ({ term }) => term,
  voted: ({ vote }) => vote,
  follows: ({ leader }) => leader,
  committed: ({ commit }) => commit,
  applied: ({ applied }) => applied,
  last: ({ last }) => last,
  compacted: ({ snapshot }) => snapshot || "",
  "leader's view": leaderView,
  notes: (node) => oddities(node).join(", "),
  state: ({ state }) => state,
};

export function createTable(view: View): Part {
  const heads = Object.keys(COLUMNS).map((name) => make("th", { scope: "col" }, name));
  const body = make("tbody");
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...heads)), body);
  const about = { class: "ig-scroll", tabindex: 0, role: "group", "aria-label": "Nodes" };
  const root = fold("table", "Table of nodes", make("div", about, table));
  root.addEventListener("toggle", () => view.redraw());

  return {
    root,
    update({ nodes }) {
      if (!root.open) {
        return;
      }
      while (body.rows.length > nodes.length) {
        body.deleteRow(-1);
      }
      nodes.forEach((node, at) => {
        const row = body.rows[at] ?? body.appendChild(make("tr", {}, ...heads.map(cell)));
        set(row, { "data-state": node.role });
        Object.values(COLUMNS).forEach((text, column) => {
          setText(row.cells[column] as Element, `${text(node)}`);
        });
      });
    },
  };
}

function cell(_: Element, at: number): HTMLTableCellElement {
  return at ? make("td") : make("th", { scope: "row" });
}
