/**
 * Messages of a form to the kernel. One at a time is under way; whatever is asked for meanwhile waits, and only
 * the last of it is sent.
 */

import type { Answer, Raw } from "./fields.ts";

/** The raw values of the edited fields, by input; the kernel converts and checks them. */
export type Edits = Record<string, Raw>;

export type Send = (content: { type: string; form?: string; inputs?: Edits }) => void;

/** Milliseconds after which it is said that the kernel is busy; a click is sent in spite of it later. */
const BUSY = 1000;
const LOST = 8000;

interface Calls {
  send: Send;
  edits(): Edits;
  busy(): void;
}

export class Turns {
  readonly #view: string;
  readonly #calls: Calls;
  #number = 0;
  #waiting: { form: string; at: number; edits: Edits } | undefined;
  #next: string | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(view: string, calls: Calls) {
    this.#view = view;
    this.#calls = calls;
  }

  /** Sends a message, or has it wait; a click does not wait for an answer that seems to be lost. */
  ask(type: string, isClick = false): void {
    if (this.#waiting && !(isClick && Date.now() - this.#waiting.at > LOST)) {
      this.#next = type;
      return;
    }
    this.#number += 1;
    const form = `${this.#view}:${this.#number}`;
    const edits = type === "update" ? this.#calls.edits() : {};
    this.#next = undefined;
    this.#waiting = { form, at: Date.now(), edits };
    this.#calls.send(type === "update" ? { type, form, inputs: edits } : { type, form });
    clearTimeout(this.#patience);
    this.#patience = setTimeout(this.#calls.busy, BUSY);
  }

  /** Returns what was sent with the message that an answer belongs to, if that is ours. */
  take(answer: Answer): Edits | undefined {
    if (!this.#waiting || answer.form !== this.#waiting.form) {
      return undefined;
    }
    const { edits } = this.#waiting;
    this.stop();
    this.#waiting = undefined;
    return edits;
  }

  /** Sends what waited, if there is still a reason to. */
  goOn(): void {
    const type = this.#next;
    this.#next = undefined;
    if (type && !(type === "update" && Object.keys(this.#calls.edits()).length === 0)) {
      this.ask(type);
    }
  }

  stop(): void {
    clearTimeout(this.#patience);
  }
}
