/** The part of a widget's model that a view uses, without a kernel. */

import type { Live } from "../src/live/state.ts";

type Listener = (content?: unknown) => void;

export class FakeModel {
  readonly sent: unknown[] = [];
  #state: Live;
  #listeners = new Map<string, Set<Listener>>();

  constructor(state: Live) {
    this.#state = state;
  }

  get(name: keyof Live | "base" | "news") {
    if (name === "news") {
      return {};
    }
    return this.#state[name === "base" ? "states" : name];
  }

  on(event: string, listener: Listener) {
    const known = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, known.add(listener));
  }

  off(event: string, listener: Listener) {
    this.#listeners.get(event)?.delete(listener);
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

  emit(event: string, content?: unknown) {
    for (const listener of this.#listeners.get(event) ?? []) {
      listener(content);
    }
  }

  /** What the kernel does: it answers a question. */
  answer(content: unknown) {
    for (const listener of this.#listeners.get("msg:custom") ?? []) {
      listener(content);
    }
  }

  get listeners() {
    return [...this.#listeners.values()].reduce((count, set) => count + set.size, 0);
  }
}
