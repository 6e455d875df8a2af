/** What the kernel says of inputs (igniter_nb/notebook/graphs/widget/editors.py and fields.py). */

/** What a control holds: a text, the number of a choice, null, or one of these for each field of a record. */
export type Raw = string | null | { [name: string]: Raw };

/** What edits a value. */
export type Editor =
  | { kind: "text" | "line" | "json" | "date" | "time" | "datetime-local" | "fixed" }
  | { kind: "number"; whole: boolean; low?: number; high?: number; step?: number }
  | { kind: "choice"; choices: string[] }
  | { kind: "optional"; of: Editor; blank: Raw }
  | { kind: "record"; fields: { name: string; of: Editor }[] };

/** An input: `text` is the value in short, `raw` what its control holds. */
export interface Field {
  name: string;
  annotation: string;
  doc: string;
  of: Editor;
  raw: Raw;
  text: string;
}

/** What became of the forms: how many were accepted; of the latest, whose it was and what is wrong, by path. */
export interface Answer {
  accepted: number;
  said: string;
  problem: string;
  wrong: Record<string, string>;
  form: string;
}

export interface Difference {
  was: string;
  now: string;
  by: string;
}

/** A pinned scenario: its inputs in short, and the nodes that differ from it; empty where none is pinned. */
export interface Pinned {
  inputs?: Record<string, string>;
  nodes?: Record<string, Difference>;
}

/** True if two raw values are equal. */
export function equal(one: Raw, other: Raw): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
