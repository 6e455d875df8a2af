/** What a reader has searched for in a drawing: what was found, and which of it is looked at. */

import { setAttribute } from "../shared/dom.ts";
import type { Drawing, Drawn } from "./drawing.ts";
import { after, type Match, matches, told } from "./search.ts";

export class Finder {
  #holder: Element;
  #tell: (text: string) => void;
  #query = "";
  #found: Match[] = [];
  #at = -1;

  constructor(holder: Element, tell: (text: string) => void) {
    this.#holder = holder;
    this.#tell = tell;
  }

  /** Looks for something else. */
  find(query: string, drawing: Drawing | undefined, inside: Record<string, string[]>): void {
    this.#query = query;
    this.#at = -1;
    this.look(drawing, inside);
  }

  /** Looks again, in what is drawn now. */
  look(drawing: Drawing | undefined, inside: Record<string, string[]>): void {
    const before = this.#found;
    this.#found = drawing ? matches(this.#query, drawing.nodes.keys(), inside) : [];
    const now = new Set(this.#found.map(shownPath));
    for (const path of new Set([...before.map(shownPath), ...now])) {
      const group = drawing?.nodes.get(path)?.group;
      if (group) {
        setAttribute(group, "data-found", now.has(path));
      }
    }
    setAttribute(this.#holder, "data-search", now.size > 0);
    this.#say();
  }

  /** Goes to the next match, or the one before; returns what is drawn there. */
  go(step: 1 | -1, drawing: Drawing | undefined): Drawn | undefined {
    this.#at = after(this.#found.length, this.#at, step);
    this.#say();
    for (const each of this.#holder.querySelectorAll("[data-current]")) {
      each.removeAttribute("data-current");
    }
    const match = this.#found[this.#at];
    const node = match && drawing?.nodes.get(shownPath(match));
    if (node) {
      setAttribute(node.group, "data-current", true);
    }
    return node;
  }

  #say(): void {
    this.#tell(told(this.#query, this.#found, this.#at));
  }
}

function shownPath({ path, box }: Match): string {
  return box ?? path;
}
