/**
 * What the kernel sends and what follows from it. Everything here is a pure function of that state;
 * nothing is remembered and nothing is guessed.
 */

/** How a status looks: the kernel's theme, so that a picture and a widget say the same. */
export interface Look {
  symbol: string;
  colour: string;
  label: string;
}

/** What is fixed about a node: it comes once, with the picture. */
export interface NodeFacts {
  kind: string;
  reads: string[];
  doc: string;
  where: string;
}

/** What a run changes about a node; the texts were made and shortened by the kernel. */
export interface Cell {
  status: string;
  value: string;
  duration: string;
  error: string;
  why: string;
  runs: number;
  run: number;
}

/** An input as a form shows it; `type` is "" where a text cannot be converted, then it is read-only. */
export interface Field {
  name: string;
  type: "int" | "float" | "bool" | "str" | "";
  annotation: string;
  value: string;
  doc: string;
}

export interface Seen {
  run: number;
  running: boolean;
  events: number;
  updates: number;
}

/** What became of the forms: how many were accepted, and what was wrong with the latest if it was not. */
export interface Answer {
  accepted: number;
  problem: string;
  wrong: string[];
}

/** The traits of LiveContract (igniter_nb/notebook/widgets/live.py). */
export interface Live {
  title: string;
  svg: string;
  nodes: Record<string, NodeFacts>;
  states: Record<string, Cell>;
  looks: Record<string, Look>;
  inputs: Field[];
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
  return cell.status === "failed" ? cell.error : cell.value;
}

/** Width of a letter of a note in the drawing's units, on the generous side. */
const LETTER = 5;

/** What stands under a node: its value or error and its time, cut to the width of the node. */
export function note(cell: Cell, width: number): string {
  const room = Math.max(12, Math.floor((width + 16) / LETTER));
  const time = cell.duration && ` · ${cell.duration}`;
  const text = outcome(cell);
  const left = Math.max(room - time.length, 6);
  return text.length > left ? `${text.slice(0, left - 1)}…${time}` : `${text}${time}`;
}

/** True for a node that ran in the latest run. */
export function ranLast(cell: Cell, seen: Seen): boolean {
  return cell.run > 0 && cell.run === seen.run;
}

export function timesText(runs: number): string {
  return runs === 1 ? "ran once" : `ran ${runs} times`;
}

/** A node in one line: the name of its button for a screen reader, and its tooltip. */
export function nodeLabel(path: string, facts: NodeFacts | undefined, cell: Cell): string {
  const parts = [path, facts?.kind, cell.status, outcome(cell), cell.duration];
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
    cell.duration,
    String(cell.runs),
  ]);
}

export const COLUMNS = ["node", "kind", "status", "value", "time", "runs"];

/** Term and text of everything that is known about one node; empty facts are left out. */
export function facts(live: Told, path: string): [string, string][] {
  const cell = live.states[path];
  if (!cell) {
    return [];
  }
  const fixed = live.nodes[path];
  const all: [string, string][] = [
    ["kind", fixed?.kind ?? ""],
    ["status", `${mark(live, cell)} ${live.looks[cell.status]?.label ?? cell.status}`],
    ["value", cell.status === "failed" ? "" : cell.value],
    ["error", cell.error],
    ["why", cell.why],
    ["time", cell.duration],
    ["runs", cell.runs ? timesText(cell.runs) : ""],
    ["reads", (fixed?.reads ?? []).join(", ")],
    ["about", fixed?.doc ?? ""],
    ["defined", fixed?.where ?? ""],
  ];
  return all.filter(([, text]) => text !== "");
}
