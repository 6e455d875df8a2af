/**
 * The inputs as a form. What a person is typing is not overwritten: a field follows the kernel until it
 * is edited, and again after the kernel accepted it or Escape took the edit back.
 */

import { element, setAttribute, setText } from "../shared/dom.ts";
import { plainKey } from "../shared/keys.ts";
import type { Field, Live } from "./state.ts";

export interface Form {
  update(live: Live): void;
}

/** The raw values of the edited fields, by input; the kernel converts and checks them. */
export type Edits = Record<string, string | boolean>;

interface Control {
  field: Field;
  input: HTMLInputElement;
}

export function createForm(form: HTMLFormElement, submit: (edits: Edits) => void): Form {
  const { ownerDocument: document } = form;
  const fields = element(document, "div", { class: "ig-fields" });
  const run = element(document, "button", { type: "submit", class: "ig-run" }, ["Run"]);
  const problem = element(document, "p", { class: "ig-problem", role: "alert" });
  const said = element(document, "p", { class: "ig-said", role: "status" });
  let controls: Control[] = [];
  let submitted: Edits = {};
  let accepted = 0;
  form.replaceChildren(fields, problem, said);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submitted = editsOf(controls);
    submit(submitted);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      controls.forEach(reset);
    }
    if (plainKey(event)) {
      event.stopPropagation();
    }
  });

  function build(live: Live): void {
    controls = live.inputs.map((field) => ({ field, input: inputFor(document, field) }));
    controls.forEach(reset);
    fields.replaceChildren(...controls.map((control) => labelled(document, control)), run);
  }

  return {
    update(live) {
      if (controls.map(nameOf).join() !== live.inputs.map((field) => field.name).join()) {
        build(live);
      }
      const taken = live.answer.accepted > accepted ? submitted : {};
      accepted = live.answer.accepted;
      controls.forEach((control, at) => {
        const name = nameOf(control);
        follow(control, live.inputs[at], taken[name] === rawOf(control));
        setAttribute(control.input, "aria-invalid", live.answer.wrong.includes(name) && "true");
      });
      setText(problem, live.answer.problem);
      setText(said, live.answer.said);
    },
  };
}

/** Takes over the kernel's value, unless the person has typed another that was not accepted yet. */
function follow(control: Control, field: Field | undefined, isTaken: boolean): void {
  const isFree = isTaken || !isEdited(control);
  control.field = field ?? control.field;
  if (isFree) {
    reset(control);
  }
}

function nameOf(control: Control): string {
  return control.field.name;
}

function inputFor(document: Document, field: Field): HTMLInputElement {
  const input = element(document, "input", {
    type: field.type === "bool" ? "checkbox" : "text",
    name: field.name,
    autocomplete: "off",
    spellcheck: "false",
    inputmode: field.type === "int" || field.type === "float" ? "decimal" : undefined,
    title: field.doc || undefined,
  });
  input.readOnly = field.type === "";
  return input;
}

function labelled(document: Document, { field, input }: Control): HTMLElement {
  const type = element(document, "span", { class: "ig-type" }, [field.annotation]);
  return element(document, "label", { "data-input": field.name }, [
    element(document, "span", { class: "ig-name" }, [field.name, " ", type]),
    input,
  ]);
}

function rawOf({ input }: Control): string | boolean {
  return input.type === "checkbox" ? input.checked : input.value;
}

function isEdited({ input }: Control): boolean {
  return input.type === "checkbox"
    ? input.checked !== input.defaultChecked
    : input.value !== input.defaultValue;
}

function reset({ field, input }: Control): void {
  if (input.type === "checkbox") {
    input.defaultChecked = field.value === "True";
    input.checked = input.defaultChecked;
  } else if (input.value !== field.value || input.defaultValue !== field.value) {
    input.defaultValue = field.value;
    input.value = field.value;
  }
}

function editsOf(controls: readonly Control[]): Edits {
  return Object.fromEntries(
    controls.filter(isEdited).map((control) => [nameOf(control), rawOf(control)]),
  );
}
