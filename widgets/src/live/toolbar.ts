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
  /** Shuts what needs the kernel. */
  shut(isShut: boolean): void;
  search(): void;
  help(): void;
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

/** Names of buttons whose text is only a sign. */
const NAMES: Record<string, string> = { out: "Smaller", in: "Larger", keys: "Keys" };

const KEYS =
  "Arrows move between nodes · Enter opens a node, Esc closes · + − 0 zoom, Shift + arrows move the picture · " +
  "/ finds, n and p go on · u and d show what is upstream and downstream, a shows all · f folds and unfolds";

export function createTools(holder: HTMLElement, does: Does, finds: Finds): Tools {
  const { ownerDocument: document } = holder;
  const field = createField(document, finds);
  const count = element(document, "output", { class: "ig-count", "aria-live": "polite" });
  const bar = createBar(document, does);
  const keys = element(document, "p", { class: "ig-keys", role: "status" });
  const row = element(document, "div", { class: "ig-row" }, [field, count, bar.root]);
  holder.replaceChildren(row, keys);
  holder.addEventListener("keydown", (event) => {
    if (plainKey(event) && event.key !== "Tab") {
      event.stopPropagation(); // a letter is a command of the notebook
    }
  });

  let can = { fold: false, unfold: false };
  let isShut = false;

  function offer(): void {
    for (const name of ["fold", "unfold"] as const) {
      bar.of(name).hidden = !(can.fold || can.unfold);
      bar.of(name).disabled = isShut || !can[name];
    }
    bar.rove();
  }

  return {
    found: (text) => setText(count, text),
    hops({ up, down }) {
      setText(bar.of("up"), up ? `◂ Upstream ${up}` : "◂ Upstream");
      setText(bar.of("down"), down ? `Downstream ${down} ▸` : "Downstream ▸");
      setAttribute(bar.of("up"), "aria-pressed", String(up > 0));
      setAttribute(bar.of("down"), "aria-pressed", String(down > 0));
      bar.of("all").disabled = !(up || down);
      bar.rove();
    },
    folds(canFold, canUnfold) {
      can = { fold: canFold, unfold: canUnfold };
      offer();
    },
    shut(now) {
      isShut = now;
      offer();
    },
    search() {
      field.focus();
      field.select();
    },
    help: () => setText(keys, keys.textContent ? "" : KEYS),
  };
}

function createField(document: Document, finds: Finds): HTMLInputElement {
  const field = element(document, "input", {
    type: "search",
    class: "ig-find",
    placeholder: "Find a node",
    "aria-label": "Find a node by its name",
    autocomplete: "off",
    spellcheck: "false",
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
  return field;
}

/** A toolbar: one tab stop, the arrows go from button to button. */
function createBar(document: Document, does: Does) {
  const buttons = BUTTONS.map(([name, text, title]) =>
    element(
      document,
      "button",
      { type: "button", class: "ig-act", "data-do": name, title, "aria-label": NAMES[name] },
      [text],
    ),
  );
  const about = { class: "ig-buttons", role: "toolbar", "aria-label": "The drawing" };
  const root = element(document, "div", about, buttons);
  const enabled = () => buttons.filter((each) => !(each.hidden || each.disabled));

  function stopAt(stop: HTMLElement | undefined): void {
    for (const each of buttons) {
      each.tabIndex = each === stop ? 0 : -1;
    }
  }

  root.addEventListener("click", ({ target }) => {
    const pressed = (target as Element).closest<HTMLElement>("[data-do]");
    does[pressed?.dataset.do ?? ""]?.();
  });
  root.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) {
      const all = enabled();
      const at = all.indexOf(event.target as HTMLButtonElement);
      const next = all[(at + by + all.length) % all.length];
      stopAt(next);
      next?.focus();
      event.preventDefault();
    }
  });
  return {
    root,
    of: (name: string) => buttons.find((each) => each.dataset.do === name) as HTMLButtonElement,
    /** Keeps the tab stop on a button that can be pressed. */
    rove: () => stopAt(enabled().find((each) => each.tabIndex === 0) ?? enabled()[0]),
  };
}
