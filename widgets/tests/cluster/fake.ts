/** A cluster of three nodes as the kernel reports it, and the part of a model that a view uses. */

import type { About, Frame, Node, Story, Tour, Traits } from "../../src/cluster/state.ts";
import widget from "../../src/cluster/widget.ts";
import { Listeners } from "../listeners.ts";

export function node(id: string, change: Partial<Node> = {}): Node {
  return {
    id,
    role: "follower",
    alive: true,
    term: 4,
    vote: "n1",
    leader: "n1",
    commit: 5,
    applied: 5,
    last: 6,
    snapshot: 0,
    log: [
      [4, 2, 1],
      [5, 4, 1],
      [6, 4, 0],
    ],
    match: 5,
    next: 6,
    timer: [900_000, 1_100_000],
    votes: 0,
    clock: 1000,
    wiped: false,
    state: '{"x": 1}',
    short: "x=1",
    ...change,
  };
}

export const LEADER = node("n1", { role: "leader", match: -1, next: -1, timer: null });

export function frame(change: Partial<Frame> = {}): Frame {
  return {
    number: 1,
    at: 1_000_000,
    mode: "live",
    live: 1_000_000,
    span: [0, 1_000_000],
    ahead: 0,
    origin: "",
    back: false,
    paused: false,
    speed: 1,
    slow: "",
    stopped: false,
    again: false,
    forkable: false,
    failure: "",
    steady: false,
    leader: "n1",
    decides: true,
    quorum: 2,
    headline: "n1 leads term 4; 2 of 3 decide",
    banner: "",
    link: [10_000, 0],
    nodes: [LEADER, node("n2"), node("n3")],
    entries: { "4:2": ["x=1", '{"type": "set", "key": "x", "value": 1}'] },
    sides: [],
    cuts: [],
    links: [],
    flights: [],
    sparks: [],
    losses: [],
    first: 4,
    newest: 6,
    ...change,
  };
}

export const STORY: Story[] = [
  { n: 1, at: 200_000, kind: "leader", text: "n1 leads term 4" },
  { n: 2, at: 700_000, kind: "act", text: "you restart n2" },
];

export const TOUR: Tour = {
  name: "election",
  title: "Election",
  step: 2,
  of: 3,
  heading: "A follower loses its patience",
  text: "It takes the next term and asks for votes.",
  focus: ["n2"],
  playing: false,
};

export const ABOUT: About = { title: "cluster", commands: [], tours: [] };

type Sent = Record<string, unknown> & { type: string; view: string; n: number };

export class FakeModel extends Listeners {
  readonly sent: Sent[] = [];
  isCut = false;
  #state: Traits;

  constructor(change: Partial<Traits> = {}) {
    super();
    this.#state = { frame: frame(), story: STORY, tour: {}, about: ABOUT, ...change };
  }

  get(name: keyof Traits) {
    return this.#state[name];
  }

  send(content: unknown) {
    if (this.isCut) {
      throw new Error("the line is cut");
    }
    this.sent.push(content as Sent);
  }

  /** What the kernel does: several traits change, each is told. */
  report(change: Partial<Traits>) {
    this.#state = { ...this.#state, ...change };
    for (const name of Object.keys(change)) {
      this.emit(`change:${name}`);
    }
  }

  /** Answers the latest message. */
  answer(change: { said?: string; problem?: string; text?: string } = {}) {
    const { view, n } = this.latest;
    this.emit("msg:custom", { type: "answer", view, n, said: "", problem: "", ...change });
  }

  get latest(): Sent {
    return this.sent.at(-1) as Sent;
  }

  /** What was asked, without who asked; signs of life left out. */
  get asked(): object[] {
    return this.sent
      .filter(({ type }) => !["hello", "bye", "ping"].includes(type))
      .map(({ view: _, n: __, ...rest }) => rest);
  }
}

/** jsdom lays nothing out: a test says how wide a view is. */
class Ruler {
  static readonly all = new Map<Element, ResizeObserverCallback>();
  readonly #tell: ResizeObserverCallback;
  #of: Element | undefined;

  constructor(tell: ResizeObserverCallback) {
    this.#tell = tell;
  }

  observe(of: Element) {
    this.#of = of;
    Ruler.all.set(of, this.#tell);
  }

  disconnect() {
    Ruler.all.delete(this.#of as Element);
  }
}

globalThis.ResizeObserver = Ruler as unknown as typeof ResizeObserver;

/** How many elements are watched for their width. */
export const watched = () => Ruler.all.size;

type Props = Parameters<typeof widget.render>[0];

/** Shows a view of a model, and gives what tests look at and press. */
export function open(model = new FakeModel(), className = "") {
  const el = document.createElement("div");
  el.className = className;
  document.body.append(el);
  const close = widget.render({ model, el } as unknown as Props);
  const find = <E extends Element = HTMLElement>(selector: string) =>
    el.querySelector<E>(selector) as E;
  return {
    model,
    el,
    close,
    find,
    root: find(".ig-cluster"),
    all: (selector: string) => [...el.querySelectorAll<HTMLElement>(selector)],
    node: (id: string) => find<SVGElement>(`.ig-node[data-node="${id}"]`),
    resize(width: number) {
      for (const [of, tell] of Ruler.all) {
        if (el.contains(of)) {
          tell([{ contentRect: { width } }] as never, undefined as never);
        }
      }
    },
    push: (does: string) => find(`[data-do="${does}"]`).click(),
    fill(name: string, value: string) {
      const input = find<HTMLInputElement>(`[name="${name}"]`);
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    },
  };
}

export function click(on: Element): void {
  on.dispatchEvent(new MouseEvent("click", { bubbles: true }));
}

/** What a page sends for a fault. */
export const act = (name: string, ...args: unknown[]) => ({ type: "act", name, args });
