/** The panel with everything that is known about one node. */

import { element } from "../shared/dom.ts";
import { brief, facts, type Live } from "./state.ts";

export interface Details {
  update(live: Live, path: string | undefined): void;
}

export function createDetails(panel: HTMLElement): Details {
  const { ownerDocument: document } = panel;
  let shown = "";

  return {
    update(live, path) {
      const about = path === undefined ? "" : brief(live, path);
      const known = path === undefined ? [] : facts(live, path);
      const next = JSON.stringify([path, about, known]);
      if (next === shown) {
        return;
      }
      shown = next;
      panel.hidden = about === "";
      panel.replaceChildren();
      if (path !== undefined && !panel.hidden) {
        panel.append(heading(document, path, about), list(document, known));
      }
    },
  };
}

function heading(document: Document, path: string, about: string): HTMLElement {
  const name = element(document, "code", {}, [path]);
  return element(document, "p", { class: "ig-brief" }, [
    name,
    element(document, "span", {}, [about]),
  ]);
}

function list(document: Document, known: readonly [string, string][]): HTMLElement {
  const terms = known.flatMap(([term, text]) => [
    element(document, "dt", {}, [term]),
    element(document, "dd", { "data-fact": term }, [text]),
  ]);
  return element(document, "dl", {}, terms);
}
