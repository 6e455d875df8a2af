/** A contract of four nodes as the kernel reports it. */

import type { Answer, Editor, Field, Raw } from "../src/live/fields.ts";
import type { Cell, Live } from "../src/live/state.ts";

const box = (path: string, x: number, y: number, kind: string, id: number): string =>
  `<g class="node k-${kind}" data-node="${path}" data-state="pending" id="ig-n${id}" ` +
  `data-box="${x} ${y} 130 42"><title>${path}</title><g class="m"/>` +
  `<rect class="shape" x="${x}" y="${y}" width="130" height="42"/>` +
  `<text class="name" x="${x + 9}" y="${y + 18}">${path}</text>` +
  `<text class="detail value" x="${x + 9}" y="${y + 33}"/>` +
  `<text class="detail time" x="${x + 121}" y="${y + 33}"/></g>`;

export const SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 120" role="img">
  <title>Price</title>
  <path class="edge" data-ends="n0 n3"/><path class="edge" data-ends="n1 n2"/>
  <path class="edge" data-ends="n2 n3"/>
  ${box("order_total", 0, 0, "input", 0)}${box("country", 0, 60, "input", 1)}
  ${box("vat_rate", 140, 60, "compute", 2)}${box("gross_total", 280, 30, "output", 3)}
</svg>`;

export function cell(change: Partial<Cell> = {}): Cell {
  return {
    status: "pending",
    said: "",
    how: "",
    value: "",
    error: "",
    time: "",
    why: "",
    runs: 0,
    run: 0,
    began: 0,
    ...change,
  };
}

const facts = (kind: string, reads: string[]) => ({
  kind,
  reads,
  doc: "",
  where: "cell 2, line 4",
});

export function field(name: string, annotation: string, of: Editor, raw: Raw): Field {
  return { name, annotation, doc: "", of, raw, text: `<${name}>` };
}

export const ANSWER: Answer = { accepted: 0, said: "", problem: "", wrong: {}, form: "" };

export function live(change: Partial<Live> = {}): Live {
  return {
    title: "Price",
    svg: SVG,
    legend: [],
    folded: "",
    folds: {},
    inside: {},
    nodes: {
      order_total: facts("input", []),
      country: facts("input", []),
      vat_rate: facts("compute", ["country"]),
      gross_total: facts("compute", ["order_total", "vat_rate"]),
    },
    states: {
      order_total: cell({ status: "succeeded", value: "100.0" }),
      country: cell({ status: "succeeded", value: "'UA'" }),
      vat_rate: cell(),
      gross_total: cell(),
    },
    looks: {
      pending: { symbol: "○", label: "pending" },
      running: { symbol: "◐", label: "running" },
      succeeded: { symbol: "●", label: "succeeded", mark: '<circle r="6"/>' },
      failed: { symbol: "✕", label: "failed" },
    },
    inputs: [
      field("order_total", "float", { kind: "number", whole: false }, "100.0"),
      { ...field("country", "str", { kind: "text" }, "UA"), doc: "Where it goes." },
      field("gift", "bool", { kind: "choice", choices: ["True", "False"] }, "1"),
      field("items", "DataFrame", { kind: "fixed" }, null),
    ],
    pinned: {},
    headline: "not run yet",
    answer: ANSWER,
    seen: { run: 0, running: false, at: 0, updates: 0 },
    ...change,
  };
}

export const RAN: Pick<Live, "states" | "headline" | "seen"> = {
  states: {
    ...live().states,
    vat_rate: cell({
      status: "succeeded",
      said: "= 0.2",
      how: "14 µs",
      value: "0.2",
      time: "14 µs",
      runs: 1,
      run: 1,
    }),
    gross_total: cell({
      status: "failed",
      said: "ZeroDivisionError: division by zero",
      error: "ZeroDivisionError: division by zero",
      why: "never computed",
      runs: 1,
      run: 1,
    }),
  },
  headline: "2 of 2 nodes ran (1 changed, 1 failed), 0 skipped · 31 µs",
  seen: { run: 1, running: false, at: 6, updates: 2 },
};
