/**
 * The logs: a row per node, columns that all rows share. A cell says what its entry holds, has the colour
 * and the number of its term and is filled once it is committed; under it stands what the leader knows of
 * the follower's log.
 */

import { setText } from "../shared/dom.ts";
import { columns, type Entry, type Frame, isOver, type Node, termLook } from "./state.ts";
import { box, make, type Part, set } from "./view.ts";

type Columns = (number | null)[];

/** Columns that are shown where there is much room, and the pixels that one needs with what it says. */
const MOST = 8;
const LEAST = 3;
const COLUMN = 70;
/** Columns that a long name leaves, and its letters that have room in any case; pixels of one, and what else is there. */
const LEFT = 5;
const LETTERS = 11;
const LETTER = 7;
const BESIDE = 22;
/** Entries of a log that are read out whole. */
const READ_OUT = 3;

export interface Logs extends Part {
  /** How many pixels wide they may be, from the next drawing on. */
  fit(pixels: number): void;
}

export function createLogs(): Logs {
  let room = 0;
  const head = make("div", { class: "ig-log ig-indexes", "aria-hidden": "true" });
  const rows = box("rows");
  const root = make("div", { class: "ig-logs", role: "group", "aria-label": "Logs" }, head, rows);

  return {
    root,
    fit(pixels) {
      room = pixels || room;
    },
    update(frame) {
      const longest = Math.max(0, ...frame.nodes.map(({ id }) => id.length));
      const spare = Math.floor((room - LEFT * COLUMN - BESIDE) / LETTER);
      const letters = Math.min(longest, Math.max(spare, LETTERS));
      const most = Math.floor((room - letters * LETTER - BESIDE) / COLUMN);
      const shown = columns(frame.nodes, room ? Math.min(Math.max(most, LEAST), MOST) : MOST);
      const names = `--names:${letters}`;
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

function paint(row: HTMLElement, node: Node, shown: Columns, frame: Frame): void {
  const { leader, entries } = frame;
  const { id, role, log, last, commit } = node;
  const newest = log.slice(-READ_OUT).map((found) => meaning(found, entries));
  set(row, {
    class: "ig-log",
    role: "img",
    "data-log": id,
    "data-role": isOver(frame) ? "stopped" : role,
    "aria-label": [`${id}: ${last} entries, ${commit} committed`, ...newest].join("; "),
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
        entry(cell, what as number | null, node, entries);
      } else {
        set(cell, { class: "ig-of", title: id });
        setText(cell, id);
      }
    },
  );
}

function entry(
  cell: HTMLElement,
  index: number | null,
  { log, snapshot, last }: Node,
  entries: Frame["entries"],
): void {
  const found = log.find(([at]) => at === index);
  const [, term, committed] = found ?? [];
  const held = found && holds(found, entries);
  const isFolded = index === null ? last > 0 : index <= snapshot;
  const [sign, folded] = isFolded ? ["·", "older entries, not shown"] : [""];
  set(cell, {
    class: found ? "ig-cell" : "ig-none",
    style: undefined,
    "data-index": found?.[0],
    "data-term": term,
    "data-t": found && termLook(found[1]),
    "data-committed": committed,
    "data-bare": term !== undefined && !held,
    title: found ? meaning(found, entries) : folded,
  });
  setText(cell, found ? (held?.[0] ?? "") : sign);
}

function holds([index, term]: Node["log"][number], entries: Frame["entries"]): Entry | undefined {
  return entries[`${index}:${term}`];
}

/** What a cell stands for, in words, with all that it holds. */
function meaning(found: Node["log"][number], entries: Frame["entries"]): string {
  const [index, term, committed] = found;
  const held = holds(found, entries)?.[1];
  const where = `entry ${index} of term ${term}, ${committed ? "" : "not "}committed`;
  return held ? `${where}: ${held}` : where;
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
