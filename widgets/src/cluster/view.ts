/** Shared parts of the widget: a way to ask the kernel, what is chosen, and small makers of elements. */

import { setAttribute } from "../shared/dom.ts";
import type { FaultName } from "./faults.ts";
import type { About, Answer, Frame, Story } from "./state.ts";

/** Asks the kernel for something; the answer comes later. */
export type Send = (type: string, more?: object, then?: (answer: Answer) => void) => void;

export type Group = "A" | "B";

/** What one view of the cluster knows beside what the kernel sent. */
export interface View {
  readonly about: About;
  readonly frame: Frame;
  readonly story: Story[];
  /** The node that the bar is about, "" for none. */
  chosen: string;
  /** Groups of a partition that is being made, undefined while none is. */
  groups: Map<string, Group> | undefined;
  /** Whether a tour goes on. */
  readonly isToured: boolean;
  /** Nodes that a tour points at. */
  readonly focus: readonly string[];
  send: Send;
  act(name: FaultName, ...args: unknown[]): void;
  /** Tells what is wrong, if anything is, of what was asked for without words. */
  complain(answer: Answer): void;
  /** Crashes, restarts or resumes a node; while a partition is being made it changes groups. */
  press(id: string): void;
  choose(id: string): void;
  redraw(): void;
}

/** What buttons do, by the name in `data-do`. */
export type Does = Record<string, () => void>;

/** A part of the widget: drawn from the same frame as all others. */
export interface Part {
  root: Element;
  does?: Does;
  update?(frame: Frame): void;
}

type Attributes = Record<string, string | number | boolean | undefined>;

/** Sets attributes that differ; those that are undefined or false are taken away. */
export function set(on: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    setAttribute(on, name, typeof value === "number" ? `${value}` : value);
  }
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...inside: (Element | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.append(...inside);
  set(made, attributes);
  return made;
}

export function drawn<K extends keyof SVGElementTagNameMap>(
  tag: K,
  name: string,
  attributes: Attributes = {},
): SVGElementTagNameMap[K] {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(made, { class: `ig-${name}`, ...attributes });
  return made;
}

export function box(name: string, ...inside: (Element | string)[]): HTMLDivElement {
  return make("div", { class: `ig-${name}` }, ...inside);
}

export function text(name: string, attributes: Attributes = {}): HTMLParagraphElement {
  return make("p", { class: `ig-${name}`, ...attributes });
}

/** A box whose controls all ask the kernel for something: they are shut at once while there is none. */
export function desk(name: string, ...inside: Element[]): HTMLFieldSetElement {
  return make("fieldset", { class: `ig-${name}`, role: "none" }, ...inside);
}

/** A line that says what became of something. */
export function outcome(): HTMLParagraphElement {
  return text("said", { role: "status" });
}

export function button(does: string, inside: string, title?: string): HTMLButtonElement {
  return make("button", { type: "button", "data-do": does, title }, inside);
}

/** Shuts all controls of a part while nothing can come of them. */
export function shut(part: Element, isShut: boolean): void {
  for (const one of part.querySelectorAll<HTMLButtonElement>("button, input, select")) {
    one.disabled = isShut;
  }
}

/** Whether the page is mostly used with fingers. */
export function isTouched(): boolean {
  return window.matchMedia?.("(pointer: coarse)").matches ?? false;
}

/** An input with its name before it. */
export function field(name: string, input: Element): HTMLLabelElement {
  return make("label", {}, name, input);
}

export function fold(name: string, summary: string, ...inside: Element[]): HTMLDetailsElement {
  return make("details", { class: `ig-fold-${name}` }, make("summary", {}, summary), ...inside);
}

/** Shows what came of something that was asked for. */
export function tell(line: HTMLElement, { said, problem }: Pick<Answer, "said" | "problem">): void {
  line.textContent = problem || said;
  line.classList.toggle("ig-wrong", problem !== "");
}

/** Real milliseconds between two messages while a slider is dragged. */
const INTERVAL_MS = 66;

/** At most one call per interval; the last one is always made. `stop` forgets what is waiting. */
export function throttle(call: (value: number) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: number | undefined;

  function next(): void {
    timer = undefined;
    if (waiting !== undefined) {
      ask(waiting);
    }
  }

  function ask(value: number): void {
    waiting = value;
    if (timer === undefined) {
      waiting = undefined;
      call(value);
      timer = setTimeout(next, INTERVAL_MS);
    }
  }

  return {
    ask,
    stop(): void {
      clearTimeout(timer);
      timer = undefined;
      waiting = undefined;
    },
  };
}
