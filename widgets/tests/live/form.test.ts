import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Answer, Field, Pinned } from "../../src/live/fields.ts";
import { Form } from "../../src/live/form.ts";
import type { Live } from "../../src/live/state.ts";
import { ANSWER, field, live } from "../sample.ts";

interface Sent {
  type: string;
  form: string;
  inputs?: unknown;
}

const NUMBER = { kind: "number", whole: false } as const;
const RATE = field("rate", "float", { ...NUMBER, low: 0, high: 1, step: 0.01 }, "0.2");
const NOTE = field(
  "note",
  "str | None",
  { kind: "optional", of: { kind: "text" }, blank: "" },
  null,
);
const PARTS = [
  { name: "street", of: { kind: "text" } as const },
  { name: "zip", of: { kind: "number", whole: true } as const },
];
const ADDRESS = field(
  "address",
  "Address",
  { kind: "record", fields: PARTS },
  { street: "Main", zip: "7" },
);

let form: Form;
let holder: HTMLFormElement;
let sent: Sent[];
let now: Live;

function open(inputs: Field[] = live().inputs) {
  sent = [];
  holder = document.createElement("form");
  document.body.append(holder);
  form = new Form(holder, "v", (content) => sent.push(content as Sent));
  now = live({ inputs });
  form.update(now);
}

function report(change: Partial<Live>) {
  now = { ...now, ...change };
  form.update(now);
}

/** What the kernel says to the latest message. */
function answer(change: Partial<Answer> = {}, inputs = now.inputs) {
  report({ inputs, answer: { ...ANSWER, form: sent.at(-1)?.form ?? "", ...change } });
}

const box = (name: string) => holder.querySelector(`[name="${name}"]`) as HTMLInputElement;
const click = (name: string) => (holder.querySelector(name) as HTMLElement).click();
const wrong = (path: string) =>
  holder.querySelector(`[data-input="${path}"] > .ig-wrong`)?.textContent;

function type(name: string, value: string) {
  box(name).value = value;
  box(name).dispatchEvent(new Event("input", { bubbles: true }));
}

function changed(name: string, raw: Field["raw"]): Field[] {
  return now.inputs.map((each) => (each.name === name ? { ...each, raw } : each));
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  form.stop();
  document.body.replaceChildren();
  vi.useRealTimers();
});

describe("fields", () => {
  test("send what was edited, as it was typed or chosen", () => {
    open();

    type("order_total", "150");
    box("gift").value = "0";
    holder.requestSubmit();

    expect(sent).toEqual([
      { type: "update", form: "v:1", inputs: { order_total: "150", gift: "0" } },
    ]);
  });

  test("that nothing can express are shown and cannot be edited", () => {
    open();

    expect(box("items").readOnly).toBe(true);
    expect(box("items").value).toBe("<items>");
  });

  test("with bounds have a slider, and each follows the other", () => {
    open([RATE]);
    const slider = holder.querySelector("[type=range]") as HTMLInputElement;

    slider.value = "0.4";
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    expect(box("rate").value).toBe("0.4");

    type("rate", "0.7");
    expect(slider.value).toBe("0.7");
    expect(slider.getAttribute("aria-label")).toBe("rate, from 0 to 1");
  });

  test("that may be none have a switch", () => {
    open([NOTE]);
    expect(box("note").disabled).toBe(true);

    box("note?").click();
    type("note", "hello");
    holder.requestSubmit();

    expect(box("note").disabled).toBe(false);
    expect(sent[0]?.inputs).toEqual({ note: "hello" });
    answer({}, changed("note", "hello"));
    box("note?").click();
    holder.requestSubmit();
    expect(sent[1]?.inputs).toEqual({ note: null });
  });

  test("of a record are a form in the form, and say at their place what is wrong", () => {
    open([ADDRESS]);
    expect(box("address.street").value).toBe("Main");

    type("address.zip", "x");
    holder.requestSubmit();
    answer({ wrong: { "address.zip": "Input should be a valid integer" } });

    expect(sent[0]?.inputs).toEqual({ address: { street: "Main", zip: "x" } });
    expect(wrong("address.zip")).toBe("Input should be a valid integer");
    expect(box("address.zip").getAttribute("aria-invalid")).toBe("true");
    expect(wrong("address.street")).toBe("");
    expect(wrong("address")).toBe("");
  });

  test("with several lines are made anew as a box of lines, with the text that came", () => {
    open();

    report({ inputs: changed("country", "one\ntwo") });

    expect(box("country").tagName).toBe("TEXTAREA");
    expect(box("country").value).toBe("one\ntwo");
  });
});

describe("what is being typed", () => {
  test("stays while reports come in, and is put into the kernel's words when the field is left", async () => {
    open();
    box("order_total").focus();
    type("order_total", "150");
    report({ headline: "running" });
    expect(box("order_total").value).toBe("150");

    holder.requestSubmit();
    report({ inputs: changed("order_total", "150.0") });
    answer({ accepted: 1 });
    report({ headline: "done" });
    expect(box("order_total").value).toBe("150");

    box("order_total").blur();
    await Promise.resolve();
    expect(box("order_total").value).toBe("150.0");
    holder.requestSubmit();
    expect(sent[1]?.inputs).toEqual({});
  });

  test("stays when it was refused, and so do the others", () => {
    open();
    type("order_total", "a lot");
    type("country", "PL");
    holder.requestSubmit();

    answer({ wrong: { order_total: "Input should be a valid number" } });

    expect(wrong("order_total")).toBe("Input should be a valid number");
    expect([box("order_total").value, box("country").value]).toEqual(["a lot", "PL"]);
    type("order_total", "7");
    holder.requestSubmit();
    answer();
    expect(wrong("order_total")).toBe("");
  });

  test("is taken back with Escape", () => {
    open();
    type("order_total", "150");

    box("order_total").dispatchEvent(
      new KeyboardEvent("keydown", { key: "Escape", bubbles: true }),
    );

    expect(box("order_total").value).toBe("100.0");
  });

  test("follows the kernel where it was not edited", () => {
    open();

    report({ inputs: changed("order_total", "7.0") });

    expect(box("order_total").value).toBe("7.0");
  });

  test("in another view is no concern of this one", () => {
    open();

    report({ answer: { ...ANSWER, form: "other:1", wrong: { order_total: "no" } } });

    expect(wrong("order_total")).toBe("");
  });
});

describe("what was edited and not run", () => {
  const marks = () =>
    [...holder.querySelectorAll(".ig-changed")].map((on) => on.textContent).filter(Boolean);
  const description = () => holder.querySelector<HTMLElement>(".ig-run")?.title;

  test("is marked at its field and counted at Run, until it is run or taken back", () => {
    open([...live().inputs, ADDRESS]);
    expect([marks(), description()]).toEqual([[], ""]);

    type("order_total", "150");
    expect(marks()).toEqual(["changed, press Run"]);
    expect(description()).toBe("1 input changed");
    const described = box("order_total").getAttribute("aria-describedby")?.split(" ") ?? [];
    expect(described.map((id) => document.getElementById(id)?.textContent)).toEqual([
      "changed, press Run",
      "",
    ]);
    type("address.zip", "9");
    expect([marks().length, description()]).toEqual([2, "2 inputs changed"]);

    holder.requestSubmit();
    answer({ accepted: 1 });
    expect([marks(), description()]).toEqual([[], ""]);
    type("country", "PL");
    click(".ig-reset");
    expect([marks(), description()]).toEqual([[], ""]);
  });

  test("has no mark where every change runs by itself", () => {
    open();
    type("order_total", "150");

    box("run on change?").click();

    expect([marks(), description()]).toEqual([[], ""]);
  });
});

describe("a run with a wrong input", () => {
  const problem = () => holder.querySelector(".ig-problem")?.textContent;
  const REFUSED = { wrong: { "address.zip": "not a number", country: "too long" } };

  test("is refused at the buttons as well, and leads to the first field that is wrong", () => {
    open([...live().inputs, ADDRESS]);
    type("address.zip", "x");
    (holder.querySelector(".ig-run") as HTMLElement).focus();
    click(".ig-run");

    answer(REFUSED);
    expect(problem()).toBe("Nothing ran: address.zip, country are wrong.");
    expect(document.activeElement).toBe(box("country"));

    click(".ig-run");
    answer({ wrong: { address: "Input should have a street" } });
    expect(problem()).toBe("Nothing ran: address is wrong.");
    expect(document.activeElement).toBe(box("address.street"));
    click(".ig-run");
    answer();
    expect(problem()).toBe("");
  });

  test("moves no focus of a reader who has gone elsewhere, or who did not press Run", () => {
    open();
    const elsewhere = document.body.appendChild(document.createElement("input"));
    click(".ig-run");
    elsewhere.focus();
    answer({ wrong: { country: "too long" } });
    expect(document.activeElement).toBe(elsewhere);

    box("run on change?").click();
    box("order_total").focus();
    type("order_total", "x");
    vi.advanceTimersByTime(300);
    answer({ wrong: { country: "too long" } });
    expect(document.activeElement).toBe(box("order_total"));
  });
});

describe("running on change", () => {
  beforeEach(() => {
    open();
    box("run on change?").click();
  });

  test("waits for a pause in typing", () => {
    for (const text of ["1", "15", "150"]) {
      type("order_total", text);
      vi.advanceTimersByTime(100);
    }
    expect(sent).toEqual([]);

    vi.advanceTimersByTime(200);
    expect(sent.map((each) => each.inputs)).toEqual([{ order_total: "150" }]);
  });

  test("never has two runs under way, and the last wins", () => {
    for (const text of ["1", "2", "3", "4"]) {
      type("order_total", text);
      vi.advanceTimersByTime(300);
    }
    expect(sent.map((each) => each.inputs)).toEqual([{ order_total: "1" }]);

    answer({}, changed("order_total", "1.0"));

    expect(sent.map((each) => each.inputs)).toEqual([{ order_total: "1" }, { order_total: "4" }]);
    expect(box("order_total").value).toBe("4");
    answer({}, changed("order_total", "4.0"));
    expect(sent).toHaveLength(2);
  });

  test("does nothing when the change was taken back", () => {
    type("order_total", "1");
    type("order_total", "100.0");
    vi.advanceTimersByTime(300);

    expect(sent).toEqual([]);
  });
});

describe("the buttons", () => {
  test("Reset takes edits back and asks for the inputs of the beginning", () => {
    open();
    type("order_total", "150");

    click(".ig-reset");

    expect(box("order_total").value).toBe("100.0");
    expect(sent).toEqual([{ type: "reset", form: "v:1" }]);
  });

  test("say that the kernel is busy when it does not answer", () => {
    open();

    click(".ig-run");
    vi.advanceTimersByTime(1100);
    expect(holder.querySelector(".ig-said")?.textContent).toContain("kernel is busy");

    click(".ig-run");
    expect(sent).toHaveLength(1);
    answer({ said: "Nothing had to run." });
    expect(holder.querySelector(".ig-said")?.textContent).toBe("Nothing had to run.");
  });

  test("a click is sent again when the answer seems lost", () => {
    open();

    click(".ig-run");
    vi.advanceTimersByTime(9000);
    click(".ig-run");

    expect(sent).toHaveLength(2);
  });

  test("Copy shows the code and copies it, or selects it where a page must not copy", async () => {
    open();
    const written: string[] = [];
    vi.stubGlobal("navigator", {
      clipboard: { writeText: (text: string) => Promise.resolve(written.push(text)) },
    });
    type("order_total", "150");

    click(".ig-copy");
    form.told({ code: "Price(order_total=150.0)" });
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual([{ type: "code", inputs: { order_total: "150" } }]);
    expect(written).toEqual(["Price(order_total=150.0)"]);
    expect(holder.querySelector(".ig-said")?.textContent).toBe("Copied.");

    vi.stubGlobal("navigator", {});
    form.told({ code: "Price(order_total=1.0)" });
    await vi.advanceTimersByTimeAsync(0);
    const code = holder.querySelector<HTMLTextAreaElement>(".ig-code");
    expect(document.activeElement).toBe(code);
    expect(code?.value).toBe("Price(order_total=1.0)");
    vi.unstubAllGlobals();
  });

  test.each([
    ["the inputs are others", () => report({ inputs: changed("country", "PL") })],
    ["a field is edited", () => type("order_total", "7")],
    ["the edits are taken back", () => click(".ig-reset")],
  ])("code is put away once %s", async (_, change) => {
    open();
    vi.stubGlobal("navigator", {});
    type("gift", "0");
    click(".ig-copy");
    form.told({ code: "Price()" });
    await vi.advanceTimersByTimeAsync(0);
    const code = holder.querySelector<HTMLTextAreaElement>(".ig-code");
    report({ headline: "running" });
    expect(code?.hidden).toBe(false);

    change();

    expect(code?.hidden).toBe(true);
    expect(document.activeElement?.className).toContain("ig-copy");
    vi.unstubAllGlobals();
  });

  test("Copy says at its field what has no code", () => {
    open();

    form.told({ wrong: { order_total: "Input should be a valid number" } });
    expect(wrong("order_total")).toBe("Input should be a valid number");
    expect(holder.querySelector(".ig-problem")?.textContent).toBe(
      "There is no code: order_total is wrong.",
    );

    form.told({ problem: "ValueError: no" });
    expect(holder.querySelector(".ig-problem")?.textContent).toBe("ValueError: no");
  });

  test("Pin asks for a scenario, then shows its inputs where they differ, and Swap and Unpin", () => {
    open();
    expect(holder.querySelector<HTMLElement>(".ig-swap")?.hidden).toBe(true);
    click(".ig-pin");
    const pinned: Pinned = { inputs: { order_total: "7.0", country: "<country>" }, nodes: {} };
    report({ pinned });
    answer();

    expect(holder.querySelector('[data-input="order_total"] .ig-pinned')?.textContent).toBe(
      "pinned: 7.0",
    );
    expect(holder.querySelector('[data-input="country"] .ig-pinned')?.textContent).toBe("");
    click(".ig-swap");
    answer();
    click(".ig-pin");
    expect(sent.map((each) => each.type)).toEqual(["pin", "swap", "unpin"]);
  });

  test("Ctrl+Enter runs, and the notebook does not hear it", () => {
    open();
    const heard = vi.fn();
    document.body.addEventListener("keydown", heard, { once: true });
    const key = { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true };

    box("country").dispatchEvent(new KeyboardEvent("keydown", key));

    expect(sent.map((each) => each.type)).toEqual(["update"]);
    expect(heard).not.toHaveBeenCalled();
  });
});
