/**
 * LiveContract: the diagram of a contract whose nodes change state as the contract runs.
 *
 * The page shows what the kernel reported, nothing else: every part is drawn from the same state, in one
 * pass, after each report. What is the page's own is only which node is chosen and what is being typed.
 */

import type { AnyModel, RenderProps } from "@anywidget/types";
import { createAnnouncer } from "../shared/announcer.ts";
import { element, setAttribute, setText } from "../shared/dom.ts";
import { gathered, listenTo } from "../shared/events.ts";
import { type Condition, isAlone, Line, type Reply } from "../shared/line.ts";
import { parseSvg } from "../shared/svg.ts";
import tableLook from "../shared/table.css";
import theme from "../shared/theme.css";
import diagramLook from "./diagram.css";
import { Diagram } from "./diagram.ts";
import look from "./live.css";
import { createNotice } from "./notice.ts";
import type { Cell, Live } from "./state.ts";
import { createTable } from "./table.ts";
import desk from "./workbench.css";
import { createWorkbench } from "./workbench.ts";

const TRAITS = [
  "title",
  "svg",
  "legend",
  "folded",
  "folds",
  "inside",
  "nodes",
  "looks",
  "inputs",
  "pinned",
  "headline",
  "answer",
  "seen",
] as const satisfies readonly (keyof Live)[];

/** States come in two parts: all as they were at some moment, and what has changed since. */
const STATES = ["base", "news"] as const;

const ALL = [...TRAITS, ...STATES].map((name) => `change:${name}` as const);

type State = Live & Record<(typeof STATES)[number], Record<string, Cell>> & Record<string, unknown>;
type Model = AnyModel<State>;

function read(model: Model): Live {
  const known = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
  return { ...known, states: { ...model.get("base"), ...model.get("news") } } as unknown as Live;
}

function skeleton(document: Document) {
  const title = element(document, "p", { class: "ig-title" });
  const headline = element(document, "p", { class: "ig-headline" });
  const lead = element(document, "div", { class: "ig-lead" }, [title, headline]);
  const form = element(document, "form", { class: "ig-form", "aria-label": "Inputs" });
  const tools = element(document, "div", { class: "ig-tools" });
  const canvas = element(document, "div", { class: "ig-canvas" });
  const legend = element(document, "div", { class: "ig-below" });
  const under = element(document, "div", { class: "ig-under" }, [legend]);
  const folded = element(document, "p", { class: "ig-folded" });
  const panel = element(document, "section", { class: "ig-details", "aria-label": "Chosen node" });
  const pinned = element(document, "section", { class: "ig-scenarios", "aria-label": "Scenarios" });
  const table = element(document, "details", { class: "ig-table" });
  const spoken = element(document, "p", { class: "ig-spoken", "aria-live": "polite" });
  const style = element(document, "style", {}, [theme, look, diagramLook, desk, tableLook]);
  const root = element(document, "div", { class: "ig-live", role: "group" }, [
    style,
    form,
    lead,
    tools,
    canvas,
    under,
    folded,
    pinned,
    panel,
    table,
    spoken,
  ]);
  const said = { title, headline, lead, legend, folded, spoken };
  return { ...said, root, form, tools, canvas, under, pinned, panel, table };
}

function explain(holder: HTMLElement, legend: readonly string[]): void {
  holder.replaceChildren(...legend.map((each) => parseSvg(holder.ownerDocument, each) ?? ""));
}

function render({ model, el }: Pick<RenderProps<State>, "model" | "el">) {
  const parts = skeleton(el.ownerDocument);
  const notice = createNotice(parts.root, () => model.get("seen").running);
  const heard = (condition: Condition) => {
    notice.tell(condition);
    for (const part of [workbench, diagram]) {
      part.shut(condition === "lost");
    }
  };
  const line = new Line<Reply>(model, heard, { isAlone: isAlone(el), isAlive: false });
  parts.lead.before(notice.root);
  const announcer = createAnnouncer(parts.spoken);
  const choose = (path: string | undefined) => {
    chosen = path;
    draw();
  };
  const table = createTable(parts.table);
  const workbench = createWorkbench(model, line, parts, choose);
  const diagram = new Diagram(parts.tools, parts.canvas, parts.under, {
    choose,
    fold: (paths, fold) => line.send("fold", { paths, fold }),
  });
  let legend: string[] | undefined;
  let chosen: string | undefined;
  let isGone = false;

  function draw(): void {
    if (isGone) {
      return;
    }
    const live = read(model);
    diagram.update(live, chosen);
    table.update(live);
    workbench.update(live, chosen);
    if (live.legend !== legend) {
      legend = live.legend;
      explain(parts.legend, legend);
    }
    setText(parts.title, live.title);
    setAttribute(parts.root, "aria-label", live.title);
    setText(parts.headline, live.headline);
    setText(parts.folded, live.folded);
    setAttribute(parts.root, "data-run", String(live.seen.run));
    setAttribute(parts.root, "data-running", live.seen.running);
    if (!live.seen.running) {
      announcer.say(live.headline);
    }
  }

  const soon = gathered(draw);
  const deafen = listenTo(model, ALL, () => {
    line.heard(false);
    soon();
  });
  parts.table.addEventListener("toggle", draw);
  draw();
  line.begin();
  el.append(parts.root);
  setAttribute(parts.root, "data-ready", "1");

  return () => {
    isGone = true;
    deafen();
    workbench.stop();
    line.close();
    diagram.stop();
    announcer.stop();
    parts.root.remove();
  };
}

export default { render };
