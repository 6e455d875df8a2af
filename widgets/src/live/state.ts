/**
 * State that the kernel sends, and what follows from it. Everything here is a pure function of that state;
 * nothing is remembered and nothing is guessed.
 */

import type { Answer, Field, Pinned } from "./fields.ts";

/** How a status looks: the kernel's theme, so that a picture and a widget say the same. */
export interface Look {
  symbol: string;
  label: string;
  /** The mark as a drawing around (0, 0). */
  mark?: string;
}

/** What is fixed about a node: it comes once, with the picture. */
export interface NodeFacts {
  kind: string;
  reads: string[];
  doc: string;
  where: string;
}

/**
 * What a run changes about a node; the texts were made and shortened by the kernel. `said` and `how` are
 * the second line in the drawing, `value` and `error` are longer.
 */
export interface Cell {
  status: string;
  said: string;
  how: string;
  value: string;
  error: string;
  time: string;
  why: string;
  runs: number;
  run: number;
  /** While it runs: since when, in seconds of the clock that `Seen.at` is of. */
  began?: number;
}

export interface Seen {
  run: number;
  running: boolean;
  /** When the kernel looked, in seconds of its clock. */
  at: number;
  updates: number;
}

/** The traits of LiveContract (igniter_nb/notebook/graphs/widget/widget.py). */
export interface Live {
  title: string;
  svg: string;
  /** What the shapes and marks mean, a drawing for each. */
  legend: string[];
  folded: string;
  /** What can be folded into one box, and whether it is. */
  folds: Record<string, boolean>;
  /** For each folded box the paths of the nodes in it. */
  inside: Record<string, string[]>;
  nodes: Record<string, NodeFacts>;
  states: Record<string, Cell>;
  looks: Record<string, Look>;
  inputs: Field[];
  pinned: Pinned;
  headline: string;
  answer: Answer;
  seen: Seen;
}

/** The mark of a status as a character; none for a status that the theme does not know. */
export function mark(live: Pick<Live, "looks">, cell: Cell): string {
  return live.looks[cell.status]?.symbol ?? "";
}

/** The value, the error, or nothing: what a node has to show for itself. */
export function outcome(cell: Cell): string {
  return cell.error || cell.value;
}

/** Width of a letter in the second line of a node, in the drawing's units, on the generous side. */
const LETTER = 6.4;

/** Cuts a text to what fits into `width` beside another one. */
export function fitted(text: string, width: number, beside: string): string {
  const room = Math.floor(width / LETTER) - (beside ? beside.length + 1 : 0);
  return text.length > room ? `${text.slice(0, Math.max(room - 1, 1))}…` : text;
}

/** True for a node that ran in the latest run. */
export function ranLast(cell: Cell, seen: Seen): boolean {
  return cell.run > 0 && cell.run === seen.run;
}

export function timesText(runs: number): string {
  return runs === 1 ? "ran once" : `ran ${runs} times`;
}

/** A node in one line: the name of its button for a screen reader, and its tooltip. */
export function nodeLabel(
  path: string,
  facts: NodeFacts | undefined,
  cell: Cell,
  look?: Look,
): string {
  const parts = [path, facts?.kind, look?.label ?? cell.status, outcome(cell), cell.time];
  return parts.filter((part) => part).join(", ");
}

/** The part of the state that tells about nodes. */
type Told = Pick<Live, "nodes" | "states" | "looks">;

/** The rows of the table: one per node, in the order in which the kernel runs them. */
export function rows(live: Told): string[][] {
  return Object.entries(live.states).map(([path, cell]) => [
    path,
    live.nodes[path]?.kind ?? "",
    `${mark(live, cell)} ${cell.status}`,
    outcome(cell),
    cell.time,
    cell.runs ? String(cell.runs) : "",
  ]);
}

export const COLUMNS = ["node", "kind", "status", "value", "time", "runs"];

/** What stands beside a node's name in its details, in a few words. */
export function brief(live: Told, path: string): string {
  const cell = live.states[path];
  if (!cell) {
    return "";
  }
  const status = `${mark(live, cell)} ${live.looks[cell.status]?.label ?? cell.status}`;
  const runs = cell.runs ? timesText(cell.runs) : "";
  const parts = [live.nodes[path]?.kind ?? "", status, cell.time, runs];
  return parts.filter((part) => part).join(" · ");
}

/** Term and text of what else is known about a node; empty facts are left out. */
export function facts(live: Told, path: string): [string, string][] {
  const cell = live.states[path];
  if (!cell) {
    return [];
  }
  const fixed = live.nodes[path];
  const all: [string, string][] = [
    ["value", cell.error ? "" : cell.value],
    ["error", cell.error],
    ["why", cell.why],
    ["reads", (fixed?.reads ?? []).join(", ")],
    ["about", fixed?.doc ?? ""],
    ["defined", fixed?.where ?? ""],
  ];
  return all.filter(([, text]) => text !== "");
}
