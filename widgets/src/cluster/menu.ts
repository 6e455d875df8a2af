/** "Show me": the tours, in a menu that opens under its button. */

import { plainKey } from "../shared/keys.ts";
import { box, button, type Does, make, set, type View } from "./view.ts";

const NAME = "Show me";

interface Menu {
  root: HTMLElement;
  does: Does;
  update(): void;
}

/** Where an arrow leads from an entry, round the menu. */
const WAYS: Record<string, (at: number, count: number) => number> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at + count - 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

export function createMenu(view: View): Menu {
  const opener = button("show", NAME, "Short guided tours: elections, partitions and more");
  const entries = (view.about.tours ?? []).map(([name, title]) =>
    make("button", { type: "button", role: "menuitem", tabindex: -1, "data-tour": name }, title),
  );
  const list = make("div", { class: "ig-menu", role: "menu", "aria-label": NAME }, ...entries);
  const root = box("show", opener, list);
  set(opener, { "aria-haspopup": "menu" });

  function turn(isOpen: boolean): void {
    list.hidden = !isOpen;
    set(opener, { "aria-expanded": `${isOpen}` });
  }

  function close(): void {
    if (!list.hidden) {
      turn(false);
      opener.focus();
    }
  }

  function toggle(): void {
    turn(Boolean(list.hidden));
    entries[0]?.focus();
  }

  root.addEventListener("keydown", (event) => {
    const way = WAYS[event.key];
    if (event.key === "Escape") {
      close();
    } else if (way && plainKey(event)) {
      event.preventDefault();
      turn(true);
      entries[way(entries.indexOf(event.target as HTMLButtonElement), entries.length)]?.focus();
    }
  });
  root.addEventListener("focusout", ({ relatedTarget }) => {
    if (!root.contains(relatedTarget as Node | null)) {
      turn(false);
    }
  });
  list.addEventListener("click", ({ target }) => {
    const name = (target as Element).closest<HTMLElement>("[data-tour]")?.dataset.tour;
    if (name) {
      close();
      set(opener, { "data-used": true });
      view.send("tour", { name });
    }
  });
  turn(false);

  return {
    root,
    does: { show: toggle },
    update() {
      root.hidden = view.isToured || !entries.length;
    },
  };
}
