/**
 * Controls of a form, one per kind of input. A control holds a raw value; what it becomes is the kernel's to
 * say, and what is wrong with it is said at the control.
 */

import { element, setAttribute, setText } from "../shared/dom.ts";
import type { Editor, Raw } from "./fields.ts";

export interface Control {
  element: HTMLElement;
  read(): Raw;
  write(raw: Raw): void;
  /** Says what is wrong, by path, and takes back what was said before. */
  say(wrong: Record<string, string>): void;
  /** Says whether it holds what has not been run. */
  mark(isChanged: boolean): void;
  /** Says what stands beside the name: the value of a pinned scenario. */
  note(text: string): void;
}

/** What a control is made of; `path` names the input, and behind dots the fields of a record. */
export interface Spec {
  path: string;
  name: string;
  annotation: string;
  doc: string;
  of: Editor;
  text: string;
}

type Box = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Different in every module, and every widget has a module of its own. */
const unique = `ig-${Math.random().toString(36).slice(2, 8)}`;
let made = 0;

function newId(): string {
  made += 1;
  return `${unique}-${made}`;
}

export function createControl(document: Document, spec: Spec, raw: Raw): Control {
  const { of } = spec;
  const control =
    of.kind === "optional"
      ? optional(document, spec, of, raw)
      : of.kind === "record"
        ? record(document, spec, of)
        : leaf(document, spec, raw);
  control.write(raw);
  return control;
}

// --- one value ------------------------------------------------------------------------------------

function leaf(document: Document, spec: Spec, raw: Raw): Control {
  const box = boxFor(document, spec, raw);
  box.id = newId();
  const change = element(document, "span", { class: "ig-changed", id: newId() });
  const wrong = element(document, "p", { class: "ig-wrong", role: "alert", id: newId() });
  const note = element(document, "p", { class: "ig-pinned" });
  const label = element(document, "label", { for: box.id }, [...naming(document, spec)]);
  const slider = sliderFor(document, spec, box);
  const row = element(document, "div", { class: "ig-boxes" }, slider ? [slider, box] : [box]);
  const root = element(document, "div", { class: "ig-field", "data-input": spec.path }, [
    element(document, "div", { class: "ig-head" }, [label, change]),
    row,
    note,
    wrong,
  ]);
  setAttribute(box, "aria-describedby", `${change.id} ${wrong.id}`);
  return {
    element: root,
    read: () => box.value,
    write(value) {
      const text = spec.of.kind === "fixed" ? spec.text : String(value ?? "");
      if (box.value !== text) {
        box.value = text;
      }
      if (slider) {
        slider.value = text;
      }
    },
    say(all) {
      const told = all[spec.path] ?? "";
      setText(wrong, told);
      setAttribute(box, "aria-invalid", told !== "" && "true");
    },
    mark: (isChanged) => tellChange(change, isChanged),
    note(text) {
      setText(note, text);
      setAttribute(note, "title", text || undefined);
    },
  };
}

/** The name of an input, and its type in a quieter voice. */
function naming(document: Document, { name, annotation, doc }: Spec): HTMLElement[] {
  const type = element(document, "span", { class: "ig-type" }, [annotation]);
  const shown = element(document, "span", { class: "ig-name", title: doc || undefined }, [name]);
  return annotation ? [shown, type] : [shown];
}

/** In one word, which moves nothing; whoever hears it hears what to do as well. */
function tellChange(on: HTMLElement, isChanged: boolean): void {
  if (isChanged !== on.hasChildNodes()) {
    const more = element(on.ownerDocument, "span", { class: "ig-unseen" }, [", press Run"]);
    on.replaceChildren(...(isChanged ? ["changed", more] : []));
  }
}

function boxFor(document: Document, spec: Spec, raw: Raw): Box {
  const { of, path: name, doc } = spec;
  const shared = { name, title: doc || undefined, autocomplete: "off", spellcheck: "false" };
  switch (of.kind) {
    case "choice":
      return element(
        document,
        "select",
        { name },
        of.choices.map((text, at) => element(document, "option", { value: String(at) }, [text])),
      );
    case "json":
      return element(document, "textarea", { ...shared, rows: "1", class: "ig-json" });
    case "date":
    case "time":
    case "datetime-local":
      return element(document, "input", { name, type: of.kind, step: stepOf(of.kind) });
    case "number":
      return element(document, "input", {
        ...shared,
        type: "text",
        class: "ig-number",
        inputmode: of.whole ? "numeric" : "decimal",
      });
    case "fixed":
      return element(document, "input", { ...shared, type: "text", readonly: true });
    default:
      return typeof raw === "string" && raw.includes("\n")
        ? element(document, "textarea", { ...shared, rows: "3" })
        : element(document, "input", { ...shared, type: "text" });
  }
}

/** Pickers of times show seconds and their parts only if the step says so. */
function stepOf(kind: string): string | undefined {
  return kind === "date" ? undefined : "any";
}

/** A slider beside the box of a number that has both bounds; each follows the other. */
function sliderFor(document: Document, spec: Spec, box: Box): HTMLInputElement | undefined {
  const { of } = spec;
  if (of.kind !== "number" || of.low === undefined || of.high === undefined) {
    return undefined;
  }
  const slider = element(document, "input", {
    type: "range",
    min: String(of.low),
    max: String(of.high),
    step: String(of.step ?? "any"),
    "aria-label": `${spec.path}, from ${of.low} to ${of.high}`,
  });
  slider.addEventListener("input", () => {
    box.value = slider.value;
  });
  box.addEventListener("input", () => {
    slider.value = box.value;
  });
  return slider;
}

// --- values that may be none, and records ---------------------------------------------------------

function optional(
  document: Document,
  spec: Spec,
  of: Editor & { kind: "optional" },
  raw: Raw,
): Control {
  const inner = createControl(document, { ...spec, of: of.of }, raw ?? of.blank);
  const id = newId();
  const none = element(document, "input", { type: "checkbox", id, name: `${spec.path}?` });
  const text = element(document, "label", { for: id, class: "ig-none" }, [
    none,
    element(document, "span", { class: "ig-unseen" }, [`${spec.path} is `]),
    "none",
  ]);
  const root = element(document, "div", { class: "ig-optional" }, [inner.element, text]);

  function show(): void {
    for (const box of inner.element.querySelectorAll<Box>("input, select, textarea, button")) {
      box.disabled = none.checked;
    }
  }

  none.addEventListener("change", show);
  return {
    element: root,
    read: () => (none.checked ? null : inner.read()),
    write(value) {
      none.checked = value === null;
      inner.write(value ?? of.blank);
      show();
    },
    say: inner.say,
    mark: inner.mark,
    note: inner.note,
  };
}

function record(document: Document, spec: Spec, of: Editor & { kind: "record" }): Control {
  const parts = of.fields.map((field): [string, Control] => [
    field.name,
    createControl(
      document,
      {
        ...spec,
        path: `${spec.path}.${field.name}`,
        name: field.name,
        annotation: "",
        doc: "",
        of: field.of,
      },
      "",
    ),
  ]);
  const wrong = element(document, "p", { class: "ig-wrong", role: "alert" });
  const note = element(document, "p", { class: "ig-pinned" });
  const change = element(document, "span", { class: "ig-changed" });
  const legend = element(document, "legend", {}, [...naming(document, spec), change]);
  const inside = element(
    document,
    "div",
    { class: "ig-parts" },
    parts.map(([, control]) => control.element),
  );
  const root = element(document, "fieldset", { "data-input": spec.path }, [
    legend,
    inside,
    note,
    wrong,
  ]);
  return {
    element: root,
    read: () => Object.fromEntries(parts.map(([name, control]) => [name, control.read()])),
    write(value) {
      const held = typeof value === "object" && value ? value : {};
      for (const [name, control] of parts) {
        control.write(held[name] ?? null);
      }
    },
    say(all) {
      setText(wrong, all[spec.path] ?? "");
      for (const [, control] of parts) {
        control.say(all);
      }
    },
    mark: (isChanged) => tellChange(change, isChanged),
    note(text) {
      setText(note, text);
      setAttribute(note, "title", text || undefined);
    },
  };
}
