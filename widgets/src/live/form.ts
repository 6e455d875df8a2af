/**
 * The inputs as a form. What a person is typing is not overwritten: a field follows the kernel until it is
 * edited, and again after the kernel accepted it or Escape took the edit back. A text that was accepted is
 * put into the kernel's words only when the field is left.
 */

import { element, setAttribute, setText } from "../shared/dom.ts";
import { plainKey } from "../shared/keys.ts";
import { type Control, createControl } from "./controls.ts";
import { type Answer, equal, type Field, type Raw } from "./fields.ts";
import type { Live } from "./state.ts";
import { type Edits, type Send, Turns } from "./turns.ts";

interface Entry {
  field: Field;
  control: Control;
  /** What the control holds unless a person has edited it. */
  base: Raw;
  /** Whether `base` is what a person typed, and not yet the kernel's words for it. */
  typed: boolean;
}

/** Milliseconds from the last key to a run, where every change runs. */
const PAUSE = 250;

const BUSY = "The kernel is busy: this waits for it.";

export class Form {
  readonly #holder: HTMLFormElement;
  readonly #part: ReturnType<typeof skeleton>;
  readonly #turns: Turns;
  #entries: Entry[] = [];
  #isPinned = false;
  /** Whether the run that is under way was asked for by hand: then its answer may move the focus. */
  #isPressed = false;
  /** What the fields held when code was asked for. */
  #coded = "";
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(holder: HTMLFormElement, view: string, send: Send) {
    const part = skeleton(holder.ownerDocument);
    this.#holder = holder;
    this.#part = part;
    this.#turns = new Turns(view, {
      send,
      edits: () => editsOf(this.#entries),
      busy: () => setText(part.said, part.desk.disabled ? "" : BUSY),
    });
    holder.replaceChildren(part.desk, part.problem, part.said, part.code);
    this.#listen(send);
  }

  #listen(send: Send): void {
    const { fields, auto, reset, copy, pin, swap } = this.#part;
    this.#holder.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run();
    });
    this.#holder.addEventListener("keydown", (event) => this.#press(event));
    fields.addEventListener("input", () => this.#changed());
    fields.addEventListener("focusout", () => queueMicrotask(() => this.#follow()));
    auto.addEventListener("change", () => this.#changed());
    reset.addEventListener("click", () => {
      this.#takeBack();
      this.#turns.ask("reset", true);
    });
    copy.addEventListener("click", () => {
      this.#coded = heldIn(this.#entries);
      send({ type: "code", inputs: editsOf(this.#entries) });
    });
    pin.addEventListener("click", () => this.#turns.ask(this.#isPinned ? "unpin" : "pin", true));
    swap.addEventListener("click", () => this.#turns.ask("swap", true));
  }

  #run(): void {
    clearTimeout(this.#pause);
    this.#isPressed = true;
    this.#turns.ask("update", true);
  }

  #press(event: KeyboardEvent): void {
    const isSubmit = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (event.key === "Escape") {
      this.#takeBack();
    } else if (isSubmit) {
      event.preventDefault(); // it would run the cell of the notebook, and make another widget
      this.#run();
    }
    if (plainKey(event) || isSubmit) {
      event.stopPropagation();
    }
  }

  #changed(): void {
    clearTimeout(this.#pause);
    this.#mark();
    if (this.#part.auto.checked) {
      this.#pause = setTimeout(() => {
        if (this.#entries.some(isEdited)) {
          this.#turns.ask("update");
        }
      }, PAUSE);
    }
  }

  #takeBack(): void {
    clearTimeout(this.#pause);
    for (const entry of this.#entries) {
      put(entry);
      entry.control.say({});
    }
    this.#mark();
  }

  #follow(): void {
    follow(this.#entries, this.#holder);
    this.#mark();
  }

  /** Says what was edited and not run, and puts away code that is of other inputs. */
  #mark(): void {
    const { run, auto, copy, code } = this.#part;
    const edited = this.#entries.filter(isEdited);
    const isWaiting = !auto.checked;
    for (const entry of this.#entries) {
      entry.control.mark(isWaiting && edited.includes(entry));
    }
    setAttribute(
      run,
      "title",
      isWaiting && edited.length > 0 && `${inputs(edited.length)} changed`,
    );
    if (!code.hidden && this.#coded !== heldIn(this.#entries)) {
      const hadFocus = code === code.ownerDocument.activeElement;
      code.hidden = true;
      if (hadFocus) {
        copy.focus();
      }
    }
  }

  update(live: Live): void {
    const { fields, pin, swap } = this.#part;
    this.#entries = built(fields, this.#entries, live.inputs);
    const edits = this.#turns.take(live.answer);
    if (edits) {
      this.#answered(live.answer, edits);
    }
    this.#follow();
    const was = live.pinned.inputs;
    for (const { field, control } of this.#entries) {
      const pinned = was?.[field.name] ?? field.text;
      control.note(pinned === field.text ? "" : `pinned: ${pinned}`);
    }
    this.#isPinned = was !== undefined;
    setText(pin, this.#isPinned ? "Unpin" : "Pin to compare");
    swap.hidden = !this.#isPinned;
  }

  /** An answer came: take it, and send what waited for it. */
  #answered({ wrong, problem, said }: Answer, edits: Edits): void {
    if (problem === "" && Object.keys(wrong).length === 0) {
      accept(this.#entries, edits);
    }
    this.#say(wrong, problem, "Nothing ran");
    setText(this.#part.said, said);
    if (this.#isPressed) {
      this.#isPressed = false;
      this.#lead(wrong);
    }
    this.#turns.goOn();
  }

  /** Says at each field what is wrong with it, and at the buttons that something is, and so what did not come. */
  #say(wrong: Record<string, string>, problem: string, but: string): void {
    for (const { control } of this.#entries) {
      control.say(wrong);
    }
    const paths = Object.keys(wrong);
    const isMany = paths.length > 1;
    const all = `${but}: ${paths.join(", ")} ${isMany ? "are" : "is"} wrong.`;
    setText(this.#part.problem, problem || (paths.length > 0 ? all : ""));
  }

  /** Leads to the first field that is wrong, unless the reader has gone elsewhere. */
  #lead(wrong: Record<string, string>): void {
    const { activeElement, body } = this.#holder.ownerDocument;
    const first = this.#entries.find(({ field: { name } }) =>
      Object.keys(wrong).some((path) => path === name || path.startsWith(`${name}.`)),
    )?.control.element;
    const box =
      first?.querySelector<HTMLElement>('[aria-invalid="true"]') ??
      first?.querySelector<HTMLElement>(":is(input, select, textarea):enabled");
    if (activeElement === body || this.#holder.contains(activeElement)) {
      box?.focus();
    }
  }

  /** Takes the answer to a question for code. */
  told(content: { code?: string; wrong?: Record<string, string>; problem?: string }): void {
    const { code, wrong, problem } = content;
    this.#say(wrong ?? {}, problem ?? "", "There is no code");
    if (code !== undefined) {
      void copied(this.#part, code);
    }
  }

  /** Shuts all of it while nobody answers. */
  shut(isShut: boolean): void {
    this.#part.desk.disabled = isShut;
    if (isShut) {
      setText(this.#part.said, "");
    }
  }

  stop(): void {
    clearTimeout(this.#pause);
    this.#turns.stop();
  }
}

function skeleton(document: Document) {
  const button = (name: string, text: string) =>
    element(document, "button", { type: "button", class: `ig-act ig-${name}` }, [text]);
  const run = element(document, "button", { type: "submit", class: "ig-run" }, ["Run"]);
  const reset = button("reset", "Reset");
  reset.title = "The inputs as they were when this was opened";
  const auto = element(document, "input", { type: "checkbox", name: "run on change?" });
  const label = element(document, "label", { class: "ig-auto" }, [auto, "Run on change"]);
  const copy = button("copy", "Copy as code");
  const pin = button("pin", "Pin to compare");
  const swap = button("swap", "Swap");
  swap.title = "Go on from the pinned scenario, and pin this one";
  const fields = element(document, "div", { class: "ig-fields" });
  const tools = element(document, "div", { class: "ig-acts" }, [
    run,
    reset,
    label,
    copy,
    pin,
    swap,
  ]);
  const desk = element(document, "fieldset", { class: "ig-desk", role: "none" }, [fields, tools]);
  const problem = element(document, "p", { class: "ig-problem", role: "alert" });
  const said = element(document, "p", { class: "ig-said", role: "status" });
  const code = element(document, "textarea", {
    class: "ig-code",
    readonly: true,
    "aria-label": "Code of this run",
  });
  code.hidden = true;
  return { desk, fields, run, problem, said, code, reset, auto, copy, pin, swap };
}

/** Shows code, and puts it where it can be pasted from; where a page must not, it is selected. */
async function copied(part: ReturnType<typeof skeleton>, code: string): Promise<void> {
  part.code.hidden = false;
  part.code.value = code;
  part.code.rows = code.split("\n").length;
  try {
    await navigator.clipboard.writeText(code);
    setText(part.said, "Copied.");
  } catch {
    part.code.focus();
    part.code.select();
    setText(part.said, "Selected: copy it with Ctrl+C.");
  }
}

// --- entries --------------------------------------------------------------------------------------

/** Makes entries for fields that are new, or that are edited in another way now. */
function built(holder: HTMLElement, known: readonly Entry[], fields: readonly Field[]): Entry[] {
  const entries = fields.map((field) => {
    const old = known.find((entry) => entry.field.name === field.name);
    if (old && shape(old.field) === shape(field)) {
      old.field = field;
      return old;
    }
    const { name, annotation, doc, of, raw, text } = field;
    const spec = { path: name, name, annotation, doc, of, text };
    return {
      field,
      control: createControl(holder.ownerDocument, spec, raw),
      base: raw,
      typed: false,
    };
  });
  if (entries.length !== known.length || entries.some((entry, at) => entry !== known[at])) {
    holder.replaceChildren(...entries.map((entry) => entry.control.element));
  }
  return entries;
}

/** What decides which control a field has. */
function shape({ name, of, raw, text }: Field): string {
  const isLong = typeof raw === "string" && raw.includes("\n");
  return JSON.stringify([name, of, isLong, of.kind === "fixed" && text]);
}

function isEdited({ control, base, field }: Entry): boolean {
  return field.of.kind !== "fixed" && !equal(control.read(), base);
}

/** All that the fields hold, as one text. */
function heldIn(entries: readonly Entry[]): string {
  return JSON.stringify(entries.map(({ control }) => control.read()));
}

function inputs(count: number): string {
  return count === 1 ? "1 input" : `${count} inputs`;
}

function editsOf(entries: readonly Entry[]): Edits {
  const edited = entries.filter(isEdited);
  return Object.fromEntries(edited.map(({ field, control }) => [field.name, control.read()]));
}

/** Notes that the kernel took what was typed; what was typed since is still an edit. */
function accept(entries: readonly Entry[], edits: Edits): void {
  for (const entry of entries) {
    const taken = edits[entry.field.name];
    if (taken !== undefined) {
      entry.base = taken;
      entry.typed = true;
    }
  }
}

/** Takes over the kernel's values, but for fields that are edited, and for the one that is typed in. */
function follow(entries: readonly Entry[], holder: HTMLElement): void {
  const focused = holder.ownerDocument.activeElement;
  for (const entry of entries) {
    const isBeingTyped = entry.typed && entry.control.element.contains(focused);
    if (!(isEdited(entry) || isBeingTyped)) {
      put(entry);
    }
  }
}

function put(entry: Entry): void {
  entry.typed = false;
  if (!equal(entry.base, entry.field.raw) || isEdited(entry)) {
    entry.base = entry.field.raw;
    entry.control.write(entry.field.raw);
  }
}
