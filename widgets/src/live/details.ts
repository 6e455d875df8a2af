/** The panel with everything that is known about one node. */

import { element } from "../shared/dom.ts";
import { facts, type Live } from "./state.ts";

export interface Details {
  update(live: Live, path: string | undefined): void;
}

export function createDetails(panel: HTMLElement): Details {
  const { ownerDocument: document } = panel;
  let shown = "";

  return {
    update(live, path) {
      const known = path === undefined ? [] : facts(live, path);
      const next = JSON.stringify([path, known]);
      if (next === shown) {
        return;
      }
      shown = next;
      panel.hidden = known.length === 0;
      panel.replaceChildren();
      if (path === undefined || panel.hidden) {
        return;
      }
      const list = element(document, "dl");
      for (const [term, text] of known) {
        list.append(
          element(document, "dt", {}, [term]),
          element(document, "dd", { "data-fact": term }, [text]),
        );
      }
      panel.append(element(document, "h4", {}, [path]), list);
    },
  };
}
