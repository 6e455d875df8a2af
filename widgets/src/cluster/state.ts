/**
 * State that the kernel sends, and what follows from it in words. Times are microseconds of the cluster's own
 * time. Everything here is a pure function of that state; nothing is guessed.
 */

export type Kind =
  | "vote"
  | "vote-reply"
  | "append"
  | "heartbeat"
  | "append-reply"
  | "snapshot"
  | "read"
  | "timeout-now"
  | "other";

/** A message under way. */
export type Flight = [
  id: number,
  sender: string,
  recipient: string,
  kind: Kind,
  sent: number,
  arrives: number,
  term: number,
];

export type Message = [sender: string, recipient: string, kind: Kind];

export interface Node {
  id: string;
  role: string;
  alive: boolean;
  term: number;
  vote: string;
  leader: string;
  commit: number;
  applied: number;
  last: number;
  snapshot: number;
  log: [index: number, term: number, committed: 0 | 1][];
  /** In the leader's eyes; -1 where it has none. */
  match: number;
  next: number;
  /** When the election countdown was set and when it is due. */
  timer: [set: number, due: number] | null;
  votes: number;
  /** Thousandths of the true speed. */
  clock: number;
  wiped: boolean;
  state: string;
  /** The state in a few letters. */
  short: string;
}

/** Members that reach one another both ways, where links that are cut part them from the others. */
export interface Side {
  nodes: string[];
  decides: boolean;
  /** How many it has, and what that means. */
  text: string;
}

/** What an entry holds, in a few letters and whole. */
export type Entry = [short: string, whole: string];

/** A cluster at one moment. */
export interface Frame {
  number: number;
  at: number;
  mode: "live" | "past";
  live: number;
  span: [from: number, to: number];
  ahead: number;
  origin: string;
  back: boolean;
  paused: boolean;
  speed: number;
  /** Whether slow motion holds by itself. */
  slow: "" | "slow";
  /** Whether the cluster has ended; then, whether it can be started again, and forked at this moment. */
  stopped: boolean;
  again: boolean;
  forkable: boolean;
  failure: string;
  steady: boolean;
  leader: string | null;
  decides: boolean;
  quorum: number;
  headline: string;
  banner: string;
  link: [latency: number, loss: number];
  nodes: Node[];
  /** What each entry that is shown holds, by "index:term". */
  entries: Record<string, Entry>;
  sides: Side[];
  cuts: [sender: string, recipient: string][];
  links: [sender: string, recipient: string, latency: number, loss: number][];
  flights: Flight[];
  sparks: Message[];
  losses: Message[];
  first: number;
  newest: number;
}

export interface Story {
  n: number;
  at: number;
  kind: "act" | "role" | "leader" | "stop" | "start" | "client" | "other";
  text: string;
}

export interface Tour {
  name: string;
  title: string;
  step: number;
  of: number;
  heading: string;
  text: string;
  /** Nodes worth looking at. */
  focus: string[];
  playing: boolean;
}

/** No tour goes on; why the last one ended, where somebody ended it by what they did. */
export interface NoTour {
  name?: undefined;
  focus?: undefined;
  ended?: string;
}

export interface About {
  title: string;
  commands: string[];
  /** The tours that can be opened here. */
  tours: [name: string, title: string][];
}

export interface Answer {
  type: "answer";
  view: string;
  n: number;
  said: string;
  problem: string;
  text?: string;
}

/** The traits of ClusterView (igniter_nb/notebook/clusters/widget/widget.py). */
export interface Traits {
  frame: Frame;
  story: Story[];
  tour: Tour | NoTour;
  about: About;
}

/** A frame of a kernel that is gone, or of an older one, may lack what came later: then that is not there. */
export function whole(frame: Frame): Frame {
  return {
    ...{ entries: {}, sides: [], slow: "", again: false, forkable: false },
    ...frame,
    nodes: frame.nodes.map((node) => ({ ...node, short: node.short ?? "" })),
  };
}

/** Whether what is shown has ended: not so if it is the past of what has. */
export function isOver({ stopped, mode }: Frame): boolean {
  return stopped && mode === "live";
}

/** Mark and word of a role; the marks are those of the still picture. */
const ROLES: Record<string, [mark: string, word: string]> = {
  leader: ["♛", "leader"],
  superseded: ["♕", "old leader"],
  follower: ["○", "follower"],
  candidate: ["⬡", "candidate"],
  "pre-candidate": ["⬡", "pre-vote"],
  learner: ["□", "learner"],
  paused: ["‖", "paused"],
  crashed: ["✕", "crashed"],
  removed: ["−", "removed"],
  stopped: ["■", "stopped"],
};

export function roleMark(role: string): string {
  return ROLES[role]?.[0] ?? "○";
}

export function roleWord(role: string): string {
  return ROLES[role]?.[1] ?? role;
}

/** What the node has of votes: those it gathered, or the one it gave. */
export function votesText(node: Node, quorum: number): string {
  if (node.role === "candidate" || node.role === "pre-candidate") {
    return `${node.votes} of ${quorum} votes`;
  }
  return node.vote ? `voted ${node.vote}` : "no vote";
}

/** Which of the six looks of a term: they are taken in turn. */
export function termLook(term: number): string {
  return String((((term - 1) % 6) + 6) % 6);
}

export function seconds(us: number): string {
  return `${(us / 1e6).toFixed(3)} s`;
}

/** How a link works, in words after others; nothing if it works perfectly. */
export function linkText(latency: number, loss: number, before = ""): string {
  const slow = `${Math.round(latency / 100) / 10} ms`;
  const lossy = `${Math.round(loss * 1000) / 10} % lost`;
  const said = [latency ? slow : "", loss ? lossy : ""].filter(Boolean).join(", ");
  return said && before + said;
}

/** A node in one line, for a screen reader. */
export function nodeLabel(node: Node, role = node.role): string {
  const entries = node.commit === 1 ? "entry" : "entries";
  const life = node.alive ? "up" : "down";
  const facts = [
    node.id,
    roleWord(role),
    `term ${node.term}`,
    role === "stopped" ? "" : life,
    `${node.commit} ${entries} committed`,
    node.short && `state ${node.short}`,
    ...oddities(node),
  ];
  return facts.filter(Boolean).join(", ");
}

/** What is unusual about a node. */
export function oddities(node: Node): string[] {
  const clock = node.clock === 1000 ? "" : `clock ${node.clock / 1000}×`;
  return [node.wiped ? "disk wiped" : "", clock].filter(Boolean);
}

/** What the leader knows of a node's log, in words. */
export function leaderView({ match, next }: Node): string {
  return match >= 0 ? `match ${match}, next ${next}` : "";
}

export function nodeOf(frame: Frame, id: string): Node | undefined {
  return frame.nodes.find((node) => node.id === id);
}

/**
 * The indexes that have a column, rising; null where some are left out between two of them. Each log
 * shows as many of its newest entries as there is room for in all.
 */
export function columns(nodes: readonly Node[], most: number): (number | null)[] {
  const longest = Math.max(0, ...nodes.map((node) => node.log.length));
  for (let kept = longest; kept > 0; kept -= 1) {
    const found = withGaps(nodes.flatMap((node) => node.log.slice(-kept).map(([index]) => index)));
    if (found.length <= most || kept === 1) {
      return found.slice(-most);
    }
  }
  return [];
}

function withGaps(indexes: number[]): (number | null)[] {
  const found: (number | null)[] = [];
  let before = Number.NaN;
  for (const index of [...new Set(indexes)].sort((a, b) => a - b)) {
    if (index > before + 1) {
      found.push(null);
    }
    found.push(index);
    before = index;
  }
  return found;
}

/** The speeds of the slider, from 0 (0.05 times) to 100 (once), in equal ratios. */
export function speedAt(position: number): number {
  return Number((0.05 * 20 ** (position / 100)).toPrecision(2));
}

export function positionOf(speed: number): number {
  return Math.round((Math.log(Math.max(speed, 0.05) / 0.05) / Math.log(20)) * 100);
}
