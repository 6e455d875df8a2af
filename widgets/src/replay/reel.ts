/**
 * A recording as the kernel wrote it (`notebook/clusters/replay/reel.py`), and what is to be seen of it at a time.
 *
 * Times of the play are milliseconds; the cluster's own are microseconds and stand beside them.
 */

/** Index of a node, and nothing if it is gone; else role, term, vote, whom it follows, commit, first index, terms, state. */
type Change = [number] | [number, string, number, number, number, number, number, number[], string];
/** When, the cluster's time, the nodes that changed, the sentence, and the links that are cut if they changed. */
type Frame = [number, number, Change[], number, [number, number][]?];

export type Flight = [number, number, number, number, number];

export interface Stage {
  radius: number;
  /** Of each node: its centre, where the words beside it begin, whether they end there, the top of its log. */
  nodes: Record<string, [number, number, number, number, number, number]>;
  /** Left side, line of the indexes, step, height of a box, size of its text, columns. */
  logs: [number, number, number, number, number, number];
  /** Of each term: fill, ink, line. */
  terms: [string, string, string][];
  /** What the signs mean that are seen while it plays. */
  legend: string;
}

export interface Reel {
  names: string[];
  frames: Frame[];
  /** From when to when, from whom to whom, and what about. */
  flights: Flight[];
  headlines: string[];
  kinds: string[];
  notes: [number, string][];
  whole: boolean;
  stage: Stage;
  /** Of each role: its figure around (0, 0), its word, the colour of the name in it. */
  looks: Record<string, [string, string, string]>;
}

export interface Node {
  role: string;
  term: number;
  vote: number;
  follows: number;
  commit: number;
  first: number;
  terms: number[];
  state: string;
}

export interface Scene {
  nodes: Map<number, Node>;
  cuts: readonly [number, number][];
  headline: string;
  note: string;
  /** The cluster's time in microseconds. */
  time: number;
  /** Number of the frame that is shown. */
  frame: number;
}

export function length({ frames, notes }: Reel): number {
  return Math.max(frames.at(-1)?.[0] ?? 0, notes.at(-1)?.[0] ?? 0);
}

/** What is to be seen at a time of the play. */
export function sceneAt(reel: Reel, at: number): Scene {
  const { frames } = reel;
  const nodes = new Map<number, Node>();
  let cuts: [number, number][] = [];
  let frame = 0;
  for (const [index, [when, , changes, , links]] of frames.entries()) {
    if (index && when > at) {
      break;
    }
    frame = index;
    cuts = links ?? cuts;
    for (const change of changes) {
      change_(nodes, change);
    }
  }
  const shown = frames[frame] as Frame;
  const note = reel.notes.filter(([when]) => when <= at).at(-1)?.[1] ?? "";
  const headline = reel.headlines[shown[3]] ?? "";
  return { nodes, cuts, headline, note, time: timeAt(reel, at, frame), frame };
}

function change_(nodes: Map<number, Node>, change: Change): void {
  if (change.length === 1) {
    nodes.delete(change[0]);
    return;
  }
  const [id, role, term, vote, follows, commit, first, terms, state] = change;
  nodes.set(id, { role, term, vote, follows, commit, first, terms, state });
}

function timeAt({ frames }: Reel, at: number, frame: number): number {
  const [when, time] = frames[frame] as Frame;
  const next = frames[frame + 1];
  return next && next[0] > when ? time + ((next[1] - time) * (at - when)) / (next[0] - when) : time;
}

/** Times of the play at which something changes, for who goes step by step. */
export function stops({ frames, notes }: Reel): number[] {
  const times = new Set([...frames.map(([when]) => when), ...notes.map(([when]) => when)]);
  return [...times].sort((one, other) => one - other);
}
