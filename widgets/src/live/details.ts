/**
 * The inspector: all that is known about one node. What every report says is shown at once; the rest is asked
 * for when a node is chosen, and again when it has changed.
 */

import { element, setText } from "../shared/dom.ts";
import { type Inspected, type Row, rowsOf } from "./inspected.ts";
import { Questions } from "./questions.ts";
import { brief, type Live } from "./state.ts";

interface Calls {
  ask(path: string): void;
  choose(path: string | undefined): void;
}

const BUSY = "The kernel is busy: the rest comes when it has time.";

export class Details {
  readonly #panel: HTMLElement;
  readonly #calls: Calls;
  readonly #head: HTMLElement;
  readonly #state: HTMLElement;
  readonly #list: HTMLElement;
  readonly #questions: Questions;
  readonly #built = new Map<string, { key: string; parts: HTMLElement[] }>();
  #path: string | undefined;
  #seen = "";
  #headed = "";
  #known: Inspected | undefined;
  #live: Live | undefined;
  #isShut = false;

  constructor(panel: HTMLElement, calls: Calls) {
    const { ownerDocument: document } = panel;
    this.#panel = panel;
    this.#calls = calls;
    this.#head = element(document, "p", { class: "ig-brief", tabindex: "-1" });
    this.#state = element(document, "p", { class: "ig-busy", role: "status" });
    this.#list = element(document, "dl");
    this.#questions = new Questions(
      () => this.#ask(),
      () => setText(this.#state, this.#isShut ? "" : BUSY),
    );
    panel.replaceChildren(this.#head, this.#state, this.#list);
  }

  #ask(): boolean {
    if (this.#path === undefined || this.#isShut) {
      return false;
    }
    this.#calls.ask(this.#path);
    return true;
  }

  update(live: Live, path: string | undefined): void {
    const about = path === undefined ? "" : brief(live, path);
    this.#live = live;
    this.#panel.hidden = about === "";
    if (path !== this.#path) {
      this.#begin(path);
    }
    if (path === undefined || about === "") {
      return;
    }
    this.#title(path, about);
    const now = JSON.stringify(live.states[path]);
    if (now !== this.#seen) {
      this.#seen = now;
      this.#questions.due();
    }
    this.#draw();
  }

  /** Asks nothing while nobody answers. */
  shut(isShut: boolean): void {
    this.#isShut = isShut;
    if (isShut) {
      setText(this.#state, "");
    }
  }

  /** Another node: nothing of the one before is shown. */
  #begin(path: string | undefined): void {
    this.#path = path;
    this.#known = undefined;
    this.#seen = "";
    this.#built.clear();
    setText(this.#state, "");
    this.#questions.begin();
  }

  #title(path: string, about: string): void {
    if (this.#headed !== `${path} ${about}`) {
      this.#headed = `${path} ${about}`;
      const { ownerDocument: document } = this.#panel;
      const parts = [element(document, "code", {}, [path]), element(document, "span", {}, [about])];
      this.#head.replaceChildren(...parts);
    }
  }

  /** Makes the parts that differ from those on the page, and leaves the others alone. */
  #draw(): void {
    if (this.#live === undefined || this.#path === undefined) {
      return;
    }
    const follow = (path: string) => {
      this.#calls.choose(path);
      this.#head.focus();
    };
    const about = { live: this.#live, path: this.#path, known: this.#known, follow };
    settle(
      this.#list,
      rowsOf(this.#panel.ownerDocument, about).flatMap((row) => this.#parts(row)),
    );
  }

  #parts({ term, key, make }: Row): HTMLElement[] {
    const old = this.#built.get(term);
    if (old?.key === key) {
      return old.parts;
    }
    const { ownerDocument: document } = this.#panel;
    const told = element(document, "dd", { "data-fact": term }, make());
    const parts = [element(document, "dt", {}, [term]), told];
    this.#built.set(term, { key, parts });
    return parts;
  }

  /** Takes the answer to a question. */
  told(content: { node?: string; facts?: Inspected | null; problem?: string }): void {
    setText(this.#state, content.problem ?? "");
    if (content.node === this.#path) {
      this.#known = content.facts ?? undefined;
      this.#draw();
    }
    this.#questions.answered();
  }

  stop(): void {
    this.#questions.stop();
  }
}

/** Puts children into a list and moves none that is in its place: a frame that is moved loads again. */
function settle(list: HTMLElement, parts: readonly HTMLElement[]): void {
  for (const child of [...list.children]) {
    if (!parts.includes(child as HTMLElement)) {
      child.remove();
    }
  }
  let place = list.firstElementChild;
  for (const part of parts) {
    if (part === place) {
      place = place.nextElementSibling;
    } else {
      list.insertBefore(part, place);
    }
  }
}
