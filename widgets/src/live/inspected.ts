/** The facts of one node as rows: what the reports say, and what the kernel answers to a question. */

import { element } from "../shared/dom.ts";
import { svgElement } from "../shared/svg.ts";
import type { Difference } from "./fields.ts";
import { framed } from "./framed.ts";
import { facts, type Live } from "./state.ts";

/** What the kernel answers (igniter_nb/notebook/graphs/widget/inspector.py). */
export interface Inspected {
  type: string;
  doc: string;
  capabilities: string[];
  source: string;
  where: string;
  why: string;
  durations: number[];
  value: { type: string; text: string; html: string; picture: string } | null;
  error: { text: string; node: string; line: string; where: string; traceback: string } | null;
}

export interface Row {
  term: string;
  /** Differs where the row has to be made anew. */
  key: string;
  make(): (Node | string)[];
}

interface Known {
  live: Live;
  path: string;
  known: Inspected | undefined;
  follow(path: string): void;
}

/** The rows of the inspector, those without a content left out. */
export function rowsOf(document: Document, about: Known): Row[] {
  const { live, path, known } = about;
  const short = new Map(facts(live, path));
  const said = (term: string) => short.get(term) ?? "";
  const compared = live.pinned.nodes?.[path];
  const rows = [
    valueRow(document, said("value"), known),
    text("pinned", compared ? withBy(compared) : ""),
    errorRow(document, said("error"), known),
    text("why", known?.why || said("why")),
    readsRow(document, about),
    text("type", known?.type ?? ""),
    text("about", known?.doc || said("about")),
    text("capabilities", known?.capabilities.join(", ") ?? ""),
    durationsRow(document, known?.durations ?? []),
    sourceRow(document, known, said("defined")),
  ];
  return rows.filter((row) => row !== undefined);
}

function withBy({ was, by }: Difference): string {
  return by ? `${was} · now ${by}` : was;
}

function readsRow(document: Document, { live, path, follow }: Known): Row | undefined {
  const reads = live.nodes[path]?.reads ?? [];
  return reads.length === 0
    ? undefined
    : {
        term: "reads",
        key: reads.map((read) => `${read} ${live.states[read]?.value}`).join(),
        make: () => reads.flatMap((read) => link(document, live, read, follow)),
      };
}

function text(term: string, content: string): Row | undefined {
  return content === "" ? undefined : { term, key: content, make: () => [content] };
}

function link(
  document: Document,
  live: Live,
  path: string,
  follow: (path: string) => void,
): Node[] {
  const value = live.states[path]?.value ?? "";
  if (!live.states[path]) {
    return [element(document, "span", { class: "ig-read" }, [path])];
  }
  const button = element(document, "button", { type: "button", class: "ig-link" }, [path]);
  button.addEventListener("click", () => follow(path));
  return [
    element(document, "span", { class: "ig-read" }, value ? [button, ` = ${value}`] : [button]),
  ];
}

function valueRow(
  document: Document,
  short: string,
  known: Inspected | undefined,
): Row | undefined {
  const value = known?.value;
  if (!value || short === "") {
    return text("value", short);
  }
  return {
    term: "value",
    key: JSON.stringify(value),
    make: () => [
      ...(value.picture
        ? [element(document, "img", { src: value.picture, alt: `${value.type}: ${short}` })]
        : value.html
          ? [framed(document, value.html, `Value, a ${value.type}`)]
          : [element(document, "pre", {}, [value.text])]),
      element(document, "span", { class: "ig-type" }, [value.type]),
    ],
  };
}

function errorRow(
  document: Document,
  short: string,
  known: Inspected | undefined,
): Row | undefined {
  const error = known?.error;
  if (short === "" || !error) {
    return text("error", short);
  }
  return {
    term: "error",
    key: JSON.stringify(error),
    make: () => [
      short,
      ...(error.line
        ? [
            element(document, "pre", { class: "ig-line" }, [error.line]),
            element(document, "span", { class: "ig-type" }, [error.where]),
          ]
        : []),
      ...(error.traceback ? [folded(document, "Traceback", error.traceback)] : []),
    ],
  };
}

function sourceRow(
  document: Document,
  known: Inspected | undefined,
  defined: string,
): Row | undefined {
  const source = known?.source ?? "";
  return source === ""
    ? text("defined", defined)
    : {
        term: "defined",
        key: source + defined,
        make: () => [defined, folded(document, "Source", source)],
      };
}

function folded(document: Document, name: string, content: string): HTMLElement {
  return element(document, "details", {}, [
    element(document, "summary", {}, [name]),
    element(document, "pre", { tabindex: "0", "aria-label": name }, [content]),
  ]);
}

const BAR = 4;
const HIGH = 22;

/** Durations of past runs, the oldest first, as bars; in words for those who do not see them. */
function durationsRow(document: Document, all: readonly number[]): Row | undefined {
  if (all.length < 2) {
    return undefined;
  }
  const most = Math.max(...all);
  const words = `last ${all.length} runs: ${time(Math.min(...all))} to ${time(most)}`;
  return {
    term: "past runs",
    key: all.join(),
    make() {
      const svg = svgElement(document, "svg", {
        class: "ig-spark",
        width: String(all.length * BAR),
        height: String(HIGH),
        "aria-hidden": "true",
      });
      all.forEach((each, at) => {
        const height = Math.max(1, (each / (most || 1)) * HIGH);
        const place = { x: String(at * BAR), y: String(HIGH - height) };
        const size = { width: String(BAR - 1), height: String(height) };
        svg.append(svgElement(document, "rect", { ...place, ...size }));
      });
      return [svg as unknown as Node, ` ${words}`];
    },
  };
}

/** Microseconds as a person reads them. */
export function time(us: number): string {
  const [size, unit] = us >= 1e6 ? [us / 1e6, "s"] : us >= 1e3 ? [us / 1e3, "ms"] : [us, "µs"];
  return `${Number(size.toPrecision(3))} ${unit}`;
}
