/** Faults, as the kernel tells them: faults.json is made of the table in igniter_nb/consensus/faults. */

import table from "./faults.json";
import type { Node } from "./state.ts";

export type FaultName = keyof typeof table;

export interface Fault {
  /** Name of the button that does it, its label, and what a pointer that rests on it is told. */
  control: string;
  label: string;
  title: string;
  /** Letter that does it on a node, "" for none. */
  key: string;
  takes: string[];
  needs: string[];
  /** What mends it, "" for nothing. */
  undo: string;
}

export const FAULTS: Record<FaultName, Fault> = table;

/** Those that are done to one node by a button. */
export const ON_NODES = (Object.keys(FAULTS) as FaultName[]).filter((name) => {
  const { control, takes } = FAULTS[name];
  return control !== "" && takes.join() === "node_id";
});

/** Button of each letter. */
export const LETTERS: Record<string, string> = Object.fromEntries(
  ON_NODES.filter((name) => FAULTS[name].key).map((name) => [
    FAULTS[name].key,
    FAULTS[name].control,
  ]),
);

/** The letters and what they do, in words. */
export function lettersText(): [keys: string, said: string] {
  const named = new Map(ON_NODES.map((name) => [FAULTS[name].key, FAULTS[name].label]));
  named.delete("");
  return [[...named.keys()].join(" "), [...named.values()].join(", ").toLowerCase()];
}

const IS_DONE = {
  kill: ({ alive }: Node) => !alive,
  pause: ({ role }: Node) => role === "paused",
};

/** A fault, or what mends it where it was done to the node already. */
export function orUndo(name: keyof typeof IS_DONE, node: Node): FaultName {
  return IS_DONE[name](node) ? (FAULTS[name].undo as FaultName) : name;
}

/** What a click on a node does: it crashes, restarts or resumes. */
export function lifeFault(node: Node): FaultName {
  return node.alive && IS_DONE.pause(node) ? orUndo("pause", node) : orUndo("kill", node);
}

/** Whether it may be done to a node, as far as its life and its disk say. */
export function mayBeDone(name: FaultName, { alive, wiped }: Node): boolean {
  const { needs } = FAULTS[name];
  return (alive || !needs.includes("runs")) && !(wiped && needs.includes("has its disk"));
}
