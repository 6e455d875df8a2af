/**
 * LiveContract: the diagram of a contract whose nodes change state as the contract runs.
 *
 * The page shows what the kernel reported, nothing else: every part is drawn from the same state, in one
 * pass, after each report. What is the page's own is only which node is chosen and what is being typed.
 */

import type { AnyModel, RenderProps } from "@anywidget/types";
import { createAnnouncer } from "../shared/announcer.ts";
import { element, setAttribute, setText } from "../shared/dom.ts";
import theme from "../shared/theme.css";
import { createDiagram } from "./diagram.ts";
import look from "./live.css";
import type { Live } from "./state.ts";
import { createTable } from "./table.ts";
import desk from "./workbench.css";
import { createWorkbench } from "./workbench.ts";

const TRAITS = [
  "title",
  "svg",
  "folded",
  "nodes",
  "states",
  "looks",
  "inputs",
  "pinned",
  "headline",
  "answer",
  "seen",
] as const satisfies readonly (keyof Live)[];

type Model = AnyModel<Live & Record<string, unknown>>;

function read(model: Model): Live {
  return Object.fromEntries(TRAITS.map((name) => [name, model.get(name)])) as unknown as Live;
}

function skeleton(document: Document) {
  const headline = element(document, "p", { class: "ig-headline" });
  const form = element(document, "form", { class: "ig-form", "aria-label": "Inputs" });
  const canvas = element(document, "div", { class: "ig-canvas" });
  const folded = element(document, "p", { class: "ig-folded" });
  const panel = element(document, "section", { class: "ig-details", "aria-label": "Chosen node" });
  const pinned = element(document, "section", { class: "ig-scenarios", "aria-label": "Scenarios" });
  const table = element(document, "details", { class: "ig-table" });
  const spoken = element(document, "p", { class: "ig-spoken", "aria-live": "polite" });
  const style = element(document, "style", {}, [theme, look, desk]);
  const root = element(document, "div", { class: "ig-live" }, [
    style,
    form,
    headline,
    canvas,
    folded,
    pinned,
    panel,
    table,
    spoken,
  ]);
  return { root, headline, form, canvas, folded, pinned, panel, table, spoken };
}

function render({ model, el }: Pick<RenderProps<Live & Record<string, unknown>>, "model" | "el">) {
  const parts = skeleton(el.ownerDocument);
  const announcer = createAnnouncer(parts.spoken);
  const choose = (path: string | undefined) => {
    chosen = path;
    draw();
  };
  const table = createTable(parts.table);
  const diagram = createDiagram(parts.canvas, choose);
  const workbench = createWorkbench(model, parts, choose);
  let chosen: string | undefined;
  let isDue = false;
  let isGone = false;

  function draw(): void {
    const live = read(model);
    diagram.update(live, chosen);
    table.update(live);
    workbench.update(live, chosen);
    setText(parts.headline, live.headline);
    setText(parts.folded, live.folded);
    setAttribute(parts.root, "data-run", String(live.seen.run));
    setAttribute(parts.root, "data-running", live.seen.running);
    if (!live.seen.running) {
      announcer.say(live.headline);
    }
  }

  /** One report changes several traits; it is drawn once. */
  function soon(): void {
    if (!isDue) {
      isDue = true;
      queueMicrotask(() => {
        isDue = false;
        if (!isGone) {
          draw();
        }
      });
    }
  }

  for (const name of TRAITS) {
    model.on(`change:${name}`, soon);
  }
  parts.table.addEventListener("toggle", draw);
  draw();
  el.append(parts.root);
  setAttribute(parts.root, "data-ready", "1");

  return () => {
    isGone = true;
    for (const name of TRAITS) {
      model.off(`change:${name}`, soon);
    }
    workbench.stop();
    announcer.stop();
    parts.root.remove();
  };
}

export default { render };
