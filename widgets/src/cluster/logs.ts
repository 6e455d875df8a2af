/**
 * The logs: a row per node, columns that all rows share. A cell has the colour and the number of its term
 * and is filled once it is committed; under it stands what the leader knows of the follower's log.
 */

import { setText } from "../shared/dom.ts";
import { columns, type Frame, type Node, termLook } from "./state.ts";
import { box, make, type Part, set } from "./view.ts";

type Columns = (number | null)[];

/** Columns that there is room for on a narrow page. */
const MOST = 13;
/** Letters of a name that have room before its log. */
const MOST_LETTERS = 10;

export function createLogs(): Part {
  const head = make("div", { class: "ig-log ig-indexes", "aria-hidden": "true" });
  const rows = box("rows");
  const root = make("div", { class: "ig-logs", role: "group", "aria-label": "Logs" }, head, rows);

  return {
    root,
    update(frame) {
      const shown = columns(frame.nodes, MOST);
      const longest = Math.max(0, ...frame.nodes.map(({ id }) => id.length));
      const names = `--names:${Math.min(longest, MOST_LETTERS)}`;
      set(root, { style: `--columns:${Math.max(shown.length, 1)};${names}` });
      fill(head, ["log", ...shown], (cell, index, at) => {
        set(cell, { class: at ? "ig-index" : "ig-of", "data-small": Number(index) > 999 });
        setText(cell, `${index ?? "⋯"}`);
      });
      fill(rows, frame.nodes, (row, node) => paint(row, node, shown, frame));
    },
  };
}

/** Makes as many children as there are things to show, and shows each. */
function fill<T>(
  holder: Element,
  things: readonly T[],
  show: (on: HTMLElement, thing: T, at: number) => void,
): void {
  while (holder.childElementCount > things.length) {
    holder.lastElementChild?.remove();
  }
  things.forEach((thing, at) => {
    show((holder.children[at] ?? holder.appendChild(make("div"))) as HTMLElement, thing, at);
  });
}

function paint(row: HTMLElement, node: Node, shown: Columns, { leader }: Frame): void {
  const { id, role, log, last, commit } = node;
  const newest = log.slice(-5).map(([, term]) => ` ${term}`);
  set(row, {
    class: "ig-log",
    role: "img",
    "data-log": id,
    "data-role": role,
    "aria-label": `${id}: ${last} entries, ${commit} committed, newest of terms${newest}`,
  });
  const isKnown = leader !== null && leader !== id && node.match >= 0;
  const ends: [string, number][] = isKnown
    ? [
        ["match", column(shown, node.match)],
        ["next", column(shown, node.next)],
      ]
    : [];
  fill<null | number | string | [string, number]>(
    row,
    [id, ...shown, ...ends],
    (cell, what, at) => {
      if (Array.isArray(what)) {
        tick(cell, ...what);
      } else if (at) {
        entry(cell, what as number | null, node);
      } else {
        set(cell, { class: "ig-of", title: id });
        setText(cell, id);
      }
    },
  );
}

function entry(cell: HTMLElement, index: number | null, { log, snapshot, last }: Node): void {
  const found = log.find(([at]) => at === index);
  const [, term, committed] = found ?? [];
  const isFolded = index === null ? last > 0 : index <= snapshot;
  set(cell, {
    class: found ? "ig-cell" : "ig-none",
    style: undefined,
    "data-index": found?.[0],
    "data-term": term,
    "data-t": found && termLook(found[1]),
    "data-committed": committed,
    title: meaning(index, found, isFolded),
  });
  setText(cell, `${term ?? (isFolded ? "·" : "")}`);
}

/** What a cell stands for, in words. */
function meaning(
  index: number | null,
  found: Node["log"][number] | undefined,
  isFolded: boolean,
): string | undefined {
  if (found) {
    return `entry ${index} of term ${found[1]}, ${found[2] ? "" : "not "}committed`;
  }
  return isFolded ? "older entries, not shown" : undefined;
}

/** Where an index is drawn; the place after the last column for the one after it, 0 for none. */
function column(shown: Columns, index: number): number {
  const isAfter = index === (shown.at(-1) ?? 0) + 1;
  return isAfter ? shown.length + 1 : shown.indexOf(index) + 1;
}

function tick(cell: HTMLElement, name: string, at: number): void {
  for (const old of cell.getAttributeNames()) {
    cell.removeAttribute(old);
  }
  set(cell, {
    class: `ig-tick ig-${name}`,
    style: at ? `grid-column:${at + 1}` : "display:none",
  });
  setText(cell, "");
}
