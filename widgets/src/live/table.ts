/** The same state as a table: for readers, for copying, and where a picture says nothing. Drawn while open. */

import { element, setAttribute, setText } from "../shared/dom.ts";
import { COLUMNS, type Live, rows } from "./state.ts";

export interface Table {
  update(live: Live): void;
}

export function createTable(holder: HTMLDetailsElement): Table {
  const { ownerDocument: document } = holder;
  const summary = element(document, "summary");
  const body = element(document, "tbody");
  const head = element(
    document,
    "tr",
    {},
    COLUMNS.map((name) => heading(document, name, "col")),
  );
  const table = element(document, "table", {}, [element(document, "thead", {}, [head]), body]);
  holder.replaceChildren(summary, element(document, "div", { class: "ig-scroll" }, [table]));

  return {
    update(live) {
      setText(summary, `Table of ${Object.keys(live.states).length} nodes`);
      if (!holder.open) {
        return;
      }
      const all = rows(live);
      if (body.rows.length !== all.length) {
        body.replaceChildren(...all.map((row) => line(document, row)));
      }
      all.forEach((row, at) => {
        fill(body.rows[at], row, live.states[row[0] ?? ""]?.status);
      });
    },
  };
}

function heading(document: Document, text: string, scope: "col" | "row"): HTMLElement {
  return element(document, "th", { scope }, [text]);
}

function line(document: Document, row: string[]): HTMLTableRowElement {
  const [path = "", ...rest] = row;
  const cells = rest.map((text) => element(document, "td", {}, [text]));
  return element(document, "tr", {}, [heading(document, path, "row"), ...cells]);
}

function fill(
  tr: HTMLTableRowElement | undefined,
  row: string[],
  status: string | undefined,
): void {
  if (tr) {
    setAttribute(tr, "data-state", status);
    row.forEach((text, at) => {
      const cell = tr.cells[at];
      if (cell) {
        setText(cell, text);
      }
    });
  }
}
