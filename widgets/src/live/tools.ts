/** The row above the drawing: a field that finds nodes, and buttons for what the keys do as well. */

import { element, setAttribute, setText } from "../shared/dom.ts";
import { plainKey } from "../shared/keys.ts";
import type { Hops } from "./hops.ts";

export type Does = Record<string, () => void>;

export interface Finds {
  /** What is typed has changed. */
  find(query: string): void;
  /** To the next match, or the one before. */
  next(step: 1 | -1): void;
  /** Back to the drawing. */
  leave(): void;
}

export interface Tools {
  /** Says which match this is, of how many. */
  found(text: string): void;
  hops(hops: Hops): void;
  /** Whether there is anything to fold, and to unfold. */
  folds(canFold: boolean, canUnfold: boolean): void;
  search(): void;
  clear(): void;
  help(): boolean;
}

const BUTTONS = [
  ["out", "−", "Smaller (−)"],
  ["in", "+", "Larger (+)"],
  ["fit", "Fit", "Everything in view (0)"],
  ["up", "◂ Upstream", "What the chosen node reads, one step more each time (u)"],
  ["down", "Downstream ▸", "What reads the chosen node, one step more each time (d)"],
  ["all", "Show all", "No node dimmed any more (a)"],
  ["fold", "Fold all", "Each nested contract and scope as one box"],
  ["unfold", "Unfold all", "What is in the boxes"],
  ["keys", "?", "Keys"],
] as const;

const KEYS =
  "Arrows move between nodes · Enter opens a node, Esc closes · + − 0 zoom, Shift + arrows move the picture · " +
  "/ finds, n and p go on · u and d show what is upstream and downstream, a shows all · f folds and unfolds";

export function createTools(holder: HTMLElement, does: Does, finds: Finds): Tools {
  const { ownerDocument: document } = holder;
  const field = element(document, "input", {
    type: "search",
    class: "ig-find",
    placeholder: "Find a node",
    "aria-label": "Find a node by its name",
    autocomplete: "off",
    spellcheck: "false",
  });
  const count = element(document, "output", { class: "ig-count", "aria-live": "polite" });
  const buttons = BUTTONS.map(([name, text, title]) =>
    element(document, "button", { type: "button", "data-do": name, title, tabindex: "-1" }, [text]),
  );
  const of = (name: string) => buttons.find((each) => each.dataset.do === name) as HTMLElement;
  const about = { class: "ig-buttons", role: "toolbar", "aria-label": "The drawing" };
  const bar = element(document, "div", about, buttons);
  const keys = element(document, "p", { class: "ig-keys", role: "status" });
  holder.replaceChildren(element(document, "div", { class: "ig-row" }, [field, count, bar]), keys);
  setAttribute(of("out"), "aria-label", "Smaller");
  setAttribute(of("in"), "aria-label", "Larger");
  setAttribute(of("keys"), "aria-label", "Keys");

  function rove(): void {
    const enabled = buttons.filter((each) => !each.hidden && !each.disabled);
    const stop = enabled.find((each) => each.tabIndex === 0) ?? enabled[0];
    for (const each of buttons) {
      each.tabIndex = each === stop ? 0 : -1;
    }
  }

  function step(from: Element, by: number): void {
    const enabled = buttons.filter((each) => !each.hidden && !each.disabled);
    const at = enabled.indexOf(from as HTMLButtonElement);
    const next = enabled[(at + by + enabled.length) % enabled.length];
    for (const each of buttons) {
      each.tabIndex = each === next ? 0 : -1;
    }
    next?.focus();
  }

  bar.addEventListener("click", ({ target }) => {
    const pressed = (target as Element).closest<HTMLElement>("[data-do]");
    does[pressed?.dataset.do ?? ""]?.();
  });
  bar.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by && event.target instanceof Element) {
      step(event.target, by);
      event.preventDefault();
    }
  });
  field.addEventListener("input", () => finds.find(field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      finds.next(event.shiftKey ? -1 : 1);
      event.preventDefault();
    } else if (event.key === "Escape") {
      field.value = "";
      finds.find("");
      finds.leave();
      event.preventDefault();
    }
  });
  holder.addEventListener("keydown", (event) => {
    if (plainKey(event) && event.key !== "Tab") {
      event.stopPropagation(); // a letter is a command of the notebook
    }
  });
  rove();

  return {
    found: (text) => setText(count, text),
    hops({ up, down }) {
      setText(of("up"), up ? `◂ Upstream ${up}` : "◂ Upstream");
      setText(of("down"), down ? `Downstream ${down} ▸` : "Downstream ▸");
      setAttribute(of("up"), "aria-pressed", String(up > 0));
      setAttribute(of("down"), "aria-pressed", String(down > 0));
      (of("all") as HTMLButtonElement).disabled = !(up || down);
      rove();
    },
    folds(canFold, canUnfold) {
      of("fold").hidden = of("unfold").hidden = !(canFold || canUnfold);
      (of("fold") as HTMLButtonElement).disabled = !canFold;
      (of("unfold") as HTMLButtonElement).disabled = !canUnfold;
      rove();
    },
    search() {
      field.focus();
      field.select();
    },
    clear() {
      field.value = "";
    },
    help() {
      setText(keys, keys.textContent ? "" : KEYS);
      return keys.textContent !== "";
    },
  };
}
