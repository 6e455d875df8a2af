import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Live } from "../../src/live/state.ts";
import { FakeModel } from "../fake_model.ts";
import { isDrawn, onFreshPage, press } from "../fresh_page.ts";
import { cell, live, RAN } from "../sample.ts";
import { open } from "./page.ts";

function shown(change: Partial<Live> = {}) {
  const { model, el, find, node } = open(new FakeModel(live(change)));
  const push = (name: string) => find(`[data-do="${name}"]`).click();
  const type = (text: string) => {
    find<HTMLInputElement>(".ig-find").value = text;
    find(".ig-find").dispatchEvent(new Event("input"));
  };
  const all = (attribute: string) =>
    [...el.querySelectorAll(`[data-node][${attribute}]`)].map((each) =>
      each.getAttribute("data-node"),
    );
  return { model, find, node, push, type, all, canvas: find(".ig-canvas") };
}

const scale = (canvas: Element) => /scale\(([\d.]+)\)/.exec(canvas.innerHTML)?.[1];

onFreshPage();

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(800);
});

describe("the window onto the drawing", () => {
  test("shows a small drawing whole, as large as it was drawn, and no map of it", () => {
    const { canvas, find } = shown();

    expect(scale(canvas)).toBe("1");
    expect(canvas.style.height).toBe("132px");
    expect(find(".ig-map").hidden).toBe(true);
  });

  test("is zoomed by keys and buttons, with a map while something is out of view", () => {
    const { canvas, node, find, push } = shown();

    press(node("country"), "+");
    press(node("country"), "+");
    press(node("country"), "+");
    expect(Number(scale(canvas))).toBeCloseTo(1.953);
    expect(find(".ig-map").hidden).toBe(false);
    expect(canvas.contains(find(".ig-map"))).toBe(false); // it would cover nodes
    push("out");
    expect(Number(scale(canvas))).toBeCloseTo(1.5625);
    push("fit");
    expect(scale(canvas)).toBe("1");
    expect(find(".ig-map").hidden).toBe(true);
  });

  test("leaves the wheel to the page until it is clicked, and gives it back with Escape", () => {
    const { canvas, node } = shown();
    const wheel = (more: WheelEventInit = {}) => {
      const event = new WheelEvent("wheel", { deltaY: -100, cancelable: true, ...more });
      canvas.dispatchEvent(event);
      return event.defaultPrevented;
    };

    expect(wheel()).toBe(false);
    expect(wheel({ ctrlKey: true })).toBe(true);
    node("country").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    expect(wheel()).toBe(true);
    press(node("country"), "Escape");
    expect(wheel()).toBe(false);

    canvas.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    document.body.dispatchEvent(new Event("pointerdown", { bubbles: true }));
    expect(wheel()).toBe(false);
  });

  test("is dragged, and a drag is no click", () => {
    const { canvas, node, find } = shown();
    const point = (type: string, clientX: number) =>
      node("country").dispatchEvent(new MouseEvent(type, { bubbles: true, clientX, button: 0 }));

    point("pointerdown", 10);
    point("pointermove", 90);
    point("pointerup", 90);
    node("country").dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));

    expect(canvas.innerHTML).toContain("translate(280px");
    expect(find(".ig-details").hidden).toBe(true);
  });
});

describe("search", () => {
  test("marks what it finds, counts it, and goes from one to the next", () => {
    const { type, all, find, node } = shown();

    type("t");
    expect(all("data-found")).toEqual(["order_total", "country", "vat_rate", "gross_total"]);
    type("total");
    expect(all("data-found")).toEqual(["order_total", "gross_total"]);
    expect(find(".ig-count").textContent).toBe("2 found");

    press(find(".ig-find"), "Enter");
    press(find(".ig-find"), "Enter");
    expect(all("data-current")).toEqual(["gross_total"]);
    expect(find(".ig-count").textContent).toBe("2 of 2");

    press(find(".ig-find"), "Escape");
    expect(all("data-found")).toEqual([]);
    expect(document.activeElement).toBe(node("gross_total"));
  });

  test("begins with a slash", () => {
    const { node, find } = shown();

    press(node("country"), "/");

    expect(document.activeElement).toBe(find(".ig-find"));
  });
});

describe("what is around a node", () => {
  test("is shown step by step, with everything else dimmed, until Escape", () => {
    const { node, all, find } = shown();

    press(node("order_total"), "End");
    press(node("gross_total"), "u");
    expect(all("data-kept")).toEqual(["order_total", "vat_rate", "gross_total"]);
    press(node("gross_total"), "u");
    expect(all("data-kept")).toHaveLength(4);
    expect(find('[data-do="up"]').textContent).toBe("◂ Upstream 2");

    press(node("gross_total"), "Escape");
    expect(find(".ig-canvas svg").hasAttribute("data-dimmed")).toBe(false);
    expect(all("data-kept")).toEqual([]);
  });

  test("is that of the chosen node", () => {
    const { node, push, all } = shown();
    node("country").dispatchEvent(new MouseEvent("click", { bubbles: true }));

    push("down");

    expect(all("data-kept")).toEqual(["country", "vat_rate"]);
  });
});

describe("folding", () => {
  test("asks the kernel for the innermost cluster, and unfolds the same", () => {
    const { model, node } = shown({ folds: { vat_rate: true } });

    press(node("order_total"), "f");
    press(node("order_total"), "ArrowRight");
    press(node("vat_rate"), "f");

    expect(model.sent).toMatchObject([{ type: "fold", paths: ["vat_rate"], fold: false }]);
  });

  test("has buttons where there is something to fold", () => {
    const { find, push, model } = shown({ folds: { one: false, two: true } });
    const none = shown();

    push("fold");
    push("unfold");

    expect(none.find('[data-do="fold"]').hidden).toBe(true);
    expect(find('[data-do="fold"]').hidden).toBe(false);
    expect(model.sent).toMatchObject([
      { paths: ["one"], fold: true },
      { paths: ["two"], fold: false },
    ]);
  });

  test("a new drawing keeps the focus on what stands for the node", async () => {
    const { model, node } = shown();
    node("vat_rate").focus();
    const svg = live().svg.replaceAll("vat_rate", "vat");
    const { vat_rate: rate, ...others } = live().states;
    const facts = live().nodes;

    model.report({
      svg,
      states: { ...others, vat: rate as never },
      nodes: { ...facts, vat: facts.vat_rate as never },
    });
    await isDrawn();

    expect(node("vat").getAttribute("data-state")).toBe("pending");
    expect(document.querySelectorAll('.ig-canvas [tabindex="0"]')).toHaveLength(1);
  });
});

describe("a run that goes on", () => {
  const seen = { ...RAN.seen, running: true, at: 100 };
  const states = {
    ...live().states,
    order_total: cell({ status: "succeeded", why: "updated" }),
    vat_rate: cell({ status: "running", how: "running", began: 98, run: 1 }),
    gross_total: cell({ status: "waiting", how: "waiting" }),
  };

  test("lights the arrows to what will run, before it runs", async () => {
    const { model, find } = shown();

    model.report({ states, seen });
    await isDrawn();

    const lit = (ends: string) => find(`[data-ends="${ends}"]`).hasAttribute("data-lit");
    expect([lit("n0 n3"), lit("n2 n3"), lit("n1 n2")]).toEqual([true, true, false]);
    model.report(RAN);
    await isDrawn();
    expect([lit("n0 n3"), lit("n2 n3")]).toEqual([false, false]);
  });

  test("counts the time of what runs, and stops when nothing does", async () => {
    const { model, node } = shown();
    const how = () => node("vat_rate").querySelector(".time")?.textContent;

    model.report({ states, seen });
    await isDrawn();
    expect(how()).toBe("running 2.0 s");
    vi.advanceTimersByTime(1000);
    expect(how()).toBe("running 3.0 s");

    model.report(RAN);
    await isDrawn();
    vi.advanceTimersByTime(1000);
    expect(how()).toBe("14 µs");
  });

  test("puts the mark of the state into the node", async () => {
    const { model, node } = shown();
    expect(node("vat_rate").querySelector(".m")?.childNodes).toHaveLength(0);

    model.report(RAN);
    await isDrawn();

    expect(node("vat_rate").querySelector(".m circle")).not.toBeNull();
  });
});

describe("a kernel that does not answer", () => {
  test("that was restarted is told at once, and what asks it is shut", async () => {
    const { model, find, node } = shown({ folds: { vat_rate: true } });
    const shut = () =>
      [...find(".ig-live").querySelectorAll(":disabled")].map(
        (on) => on.getAttribute("data-do") ?? on.className,
      );
    expect(shut()).toEqual(["all", "fold"]);

    model.emit("comm_live_update");

    expect(find(".ig-lost").textContent).toContain("was restarted or is gone");
    expect(find(".ig-run").matches(":disabled")).toBe(true);
    expect(find("[name=order_total]").matches(":disabled")).toBe(true);
    expect(shut()).toEqual(expect.arrayContaining(["all", "fold", "unfold"]));
    expect(find(".ig-live").hasAttribute("data-lost")).toBe(true);
    node("vat_rate").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    await isDrawn();
    expect(find(".ig-details").textContent).toContain("vat_rate");
    expect(model.sent).toEqual([]);

    model.report({ headline: "again" });
    expect(shut()).toEqual(["all", "fold"]);
  });

  test("that has nothing to do and does not answer within a second is gone", () => {
    const { model, find } = shown();
    Object.assign(model, { widget_manager: { kernel: { status: "idle" } } });
    find<HTMLFormElement>("form").requestSubmit();

    vi.advanceTimersByTime(900);
    expect(find(".ig-late").textContent).toContain("Waiting for the kernel");
    vi.advanceTimersByTime(300);
    expect(find(".ig-lost").textContent).toContain("run the cell again");
    expect(find(".ig-late").textContent).toBe("");
    vi.advanceTimersByTime(1000);
    expect(find(".ig-said").textContent).toBe("");

    model.report({ headline: "again" });
    vi.advanceTimersByTime(2000);
    expect(find(".ig-lost").textContent).toBe("");
    expect(find(".ig-run").matches(":disabled")).toBe(false);
  });

  test("that is late is told as late, until it answers or something runs", () => {
    const { model, find } = shown();
    find<HTMLFormElement>("form").requestSubmit();
    vi.advanceTimersByTime(300);
    expect(find(".ig-late").textContent).toContain("Waiting for the kernel");

    const [{ view, n }] = model.sent as [{ view: string; n: number }];
    model.emit("msg:custom", { type: "answer", view, n });
    expect(find(".ig-late").textContent).toBe("");
  });
});
