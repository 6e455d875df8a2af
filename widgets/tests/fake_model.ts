/** The part of a widget's model that a view uses, without a kernel. */

import type { Live } from "../src/live/state.ts";
import { Listeners } from "./listeners.ts";

export class FakeModel extends Listeners {
  readonly sent: unknown[] = [];
  #state: Live;

  constructor(state: Live) {
    super();
    this.#state = state;
  }

  get(name: keyof Live | "base" | "news") {
    if (name === "news") {
      return {};
    }
    return this.#state[name === "base" ? "states" : name];
  }

  send(content: unknown) {
    this.sent.push(content);
  }

  /** What the kernel does: several traits change, each is told. */
  report(change: Partial<Live>) {
    this.#state = { ...this.#state, ...change };
    for (const name of Object.keys(change)) {
      this.emit(`change:${name === "states" ? "base" : name}`);
    }
  }

  /** What the kernel does: it answers a question. */
  answer(content: unknown) {
    this.emit("msg:custom", content);
  }
}
