import { describe, expect, test, vi } from "vitest";
import sent from "../../../tests/fixtures/widgets/live.json";
import type { Live } from "../../src/live/state.ts";
import { FakeModel } from "../fake_model.ts";
import { isDrawn, onFreshPage, press } from "../fresh_page.ts";
import { cell, live, RAN } from "../sample.ts";
import { open } from "./page.ts";

onFreshPage({ toFake: ["setTimeout", "clearTimeout"] });

describe("the drawing", () => {
  test("shows the states that were reported and says when it is ready", () => {
    const { el, node, find } = open();

    expect(find(".ig-live").dataset.ready).toBe("1");
    expect(node("order_total").dataset.state).toBe("succeeded");
    expect(node("vat_rate").dataset.state).toBe("pending");
    expect(el.querySelectorAll(".ig-canvas title")).toHaveLength(4);
  });

  test("changes with a report and marks the nodes that ran", async () => {
    const { model, node, find } = open();

    model.report(RAN);
    await isDrawn();

    expect(node("vat_rate").dataset.state).toBe("succeeded");
    expect(node("vat_rate").querySelector(".value")?.textContent).toBe("= 0.2");
    expect(node("vat_rate").querySelector(".time")?.textContent).toBe("14 µs");
    expect(node("vat_rate").hasAttribute("data-ran")).toBe(true);
    expect(node("country").hasAttribute("data-ran")).toBe(false);
    expect(node("gross_total").dataset.state).toBe("failed");
    expect(node("gross_total").querySelector(".value.error")?.textContent).toBe(
      "ZeroDivisionErro…",
    );
    expect(find(".ig-headline").textContent).toBe(RAN.headline);
  });

  test("is drawn once for a report that changes several traits", async () => {
    const { model, find } = open();
    const changes = vi.fn();
    new MutationObserver(changes).observe(find(".ig-headline"), { childList: true });

    model.report({ ...RAN, headline: "in between" });
    model.report({ headline: "at last" });
    await isDrawn();
    await isDrawn();

    expect(changes).toHaveBeenCalledTimes(1);
    expect(find(".ig-headline").textContent).toBe("at last");
  });

  test("is replaced by a sentence when it cannot be read, and the table still tells all", () => {
    const { find } = open(new FakeModel(live({ svg: "<svg>" })));

    find<HTMLDetailsElement>("details").open = true;
    find("details").dispatchEvent(new Event("toggle"));

    expect(find(".ig-canvas").textContent).toContain("could not be read");
    expect(find<HTMLTableElement>(".ig-table table").rows).toHaveLength(5);
  });

  test("shows text as text, whatever a value looks like", async () => {
    const { model, el, node } = open();
    const states = { ...live().states };
    states.vat_rate = {
      ...RAN.states.vat_rate,
      value: "<img src=x onerror=alert(1)>",
    } as never;

    model.report({ states });
    node("vat_rate").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    await isDrawn();

    expect(el.querySelector("img")).toBeNull();
    expect(el.querySelector("[data-fact=value]")?.textContent).toBe("<img src=x onerror=alert(1)>");
  });
});

describe("the keyboard", () => {
  test("has one tab stop, which follows the arrows", () => {
    const { el, node } = open();
    node("order_total").focus();

    press(node("order_total"), "ArrowDown");

    expect(document.activeElement).toBe(node("country"));
    expect([...el.querySelectorAll('.ig-canvas [tabindex="0"]')]).toEqual([node("country")]);
  });

  test("opens the details with Enter and closes them with Escape", () => {
    const { node, find } = open(new FakeModel(live(RAN)));

    press(node("gross_total"), "Enter");
    expect(find(".ig-details").hidden).toBe(false);
    expect(find("[data-fact=error]").textContent).toBe("ZeroDivisionError: division by zero");
    expect(node("gross_total").getAttribute("aria-pressed")).toBe("true");

    press(node("gross_total"), "Escape");
    expect(find(".ig-details").hidden).toBe(true);
    expect(node("gross_total").getAttribute("aria-pressed")).toBe("false");
  });

  test("keeps letters and arrows from the notebook, and leaves it Tab and Ctrl", () => {
    const { el, node } = open();
    const heard = vi.fn();
    document.body.addEventListener("keydown", (event) => heard(event.key));

    for (const key of ["d", "b", "ArrowDown", "Enter", "Escape"]) {
      press(node("order_total"), key);
    }
    press(node("order_total"), "Tab");
    press(node("order_total"), "s", { ctrlKey: true });

    expect(heard.mock.calls.flat()).toEqual(["Tab", "s"]);
    expect(el.isConnected).toBe(true);
  });
});

describe("what the kernel sends", () => {
  test("has the traits that the view reads, in the same form", () => {
    const shape = (state: object) => Object.entries(state).map(([name, of]) => [name, typeof of]);
    const [node] = Object.values(sent.nodes);
    const [state] = Object.values(sent.states);

    expect(Object.keys({ ...sent, svg: "", legend: [] }).sort()).toEqual(
      Object.keys(live()).sort(),
    );
    expect(shape(node ?? {})).toEqual(shape(live().nodes.vat_rate ?? {}));
    expect(shape(state ?? {}).sort()).toEqual(shape(cell()).sort());
    expect(shape(sent.inputs[0] ?? {})).toEqual(shape(live().inputs[0] ?? {}));
    expect(shape(sent.answer)).toEqual(shape(live().answer));
    expect(shape(sent.pinned)).toEqual([
      ["inputs", "object"],
      ["nodes", "object"],
    ]);
    expect(shape(sent.seen).sort()).toEqual(shape(live().seen).sort());
  });

  test("is shown as it was sent", () => {
    const { find } = open(new FakeModel({ ...live(), ...(sent as Partial<Live>) }));
    find<HTMLDetailsElement>("details").open = true;
    find("details").dispatchEvent(new Event("toggle"));

    const rows = [...find<HTMLTableElement>(".ig-table table").rows].map(
      (row) => row.cells[2]?.textContent,
    );
    expect(rows).toContain("✕ failed");
    expect(rows).toContain("● succeeded");
    expect(find(".ig-headline").textContent).toBe(sent.headline);
    expect(find(".ig-title").textContent).toBe(sent.title);
    expect(find(".ig-live").getAttribute("aria-label")).toBe(sent.title);
  });
});

describe("a view", () => {
  test("of the same model is independent of the others", () => {
    const model = new FakeModel(live());
    const [one, two] = [open(model), open(model)];

    press(one.node("country"), "Enter");

    expect(one.find(".ig-details").hidden).toBe(false);
    expect(two.find(".ig-details").hidden).toBe(true);
  });

  test("that was closed listens to nothing and leaves nothing behind", async () => {
    const { model, el, close } = open();

    close();
    model.report(RAN);
    await isDrawn();

    expect(model.listeners).toBe(0);
    expect(el.childNodes).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("tells screen readers how a run ended, not how it goes", async () => {
    const { model, find } = open();

    model.report({ headline: "running: 1 of 2 nodes ran", seen: { ...RAN.seen, running: true } });
    await isDrawn();
    vi.advanceTimersByTime(1000);
    expect(find(".ig-spoken").textContent).toBe("not run yet");

    model.report(RAN);
    await isDrawn();
    vi.advanceTimersByTime(1000);
    expect(find(".ig-spoken").textContent).toBe(RAN.headline);
  });
});
