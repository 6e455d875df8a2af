import { beforeEach, describe, expect, test, vi } from "vitest";
import type { About } from "../../src/cluster/state.ts";
import { isDrawn, onFreshPage, press } from "../fresh_page.ts";
import { ABOUT, click, FakeModel, frame, open } from "./fake.ts";

let isHidden = false;

onFreshPage();

beforeEach(() => {
  isHidden = false;
  vi.spyOn(document, "hidden", "get").mockImplementation(() => isHidden);
});

function hide(hidden: boolean) {
  isHidden = hidden;
  document.dispatchEvent(new Event("visibilitychange"));
}

describe("a view", () => {
  test("says hello, gives a sign of life every five seconds, and goodbye while it is hidden", () => {
    const { model } = open();
    vi.advanceTimersByTime(5000);
    hide(true);
    vi.advanceTimersByTime(10_000);
    hide(false);

    expect(model.sent.map(({ type }) => type)).toEqual(["hello", "ping", "bye", "hello"]);
    expect(model.sent.map(({ n }) => n)).toEqual([1, 2, 3, 4]);
  });

  test("says that it waits when an answer takes longer than 300 ms, until it comes", () => {
    const { model, find, push } = open();
    const notice = find(".ig-notice");

    push("heal");
    vi.advanceTimersByTime(299);
    expect(notice.textContent).toBe("");
    vi.advanceTimersByTime(1);
    expect(notice.textContent).toBe("waiting for the kernel: a cell is running");

    model.answer();
    expect(notice.textContent).toBe("");
  });

  test("says that the kernel is gone when no frame came for four seconds, until one comes", async () => {
    const { model, root, find } = open();

    vi.advanceTimersByTime(3000);
    expect(root.dataset.lost).toBeUndefined();
    vi.advanceTimersByTime(1000);
    expect(root.dataset.lost).toBe("");
    expect(find(".ig-lost").textContent).toContain(
      "restarted or is gone: run the cell again. What is drawn is as of 1.000 s",
    );

    model.report({ frame: frame({ number: 2 }) });
    await isDrawn();
    expect(root.dataset.lost).toBeUndefined();
    expect(find(".ig-lost").textContent).toBe("");
  });

  test("expects no frame while it is hidden, nor from a cluster that has stopped", async () => {
    const { model, root } = open();
    hide(true);
    vi.advanceTimersByTime(10_000);
    expect(root.dataset.lost).toBeUndefined();

    hide(false);
    model.report({ frame: frame({ number: 2, stopped: true }) });
    await isDrawn();
    vi.advanceTimersByTime(10_000);
    expect(root.dataset.lost).toBeUndefined();
  });

  test("says at once that the kernel is gone when the line is cut", () => {
    const { model, root, push } = open();

    model.emit("comm_live_update");
    expect(root.dataset.lost).toBe("");

    model.report({ frame: frame({ number: 2 }) });
    expect(root.dataset.lost).toBeUndefined();
    model.isCut = true;
    push("heal");
    expect(root.dataset.lost).toBe("");
  });

  test("shuts what asks the kernel while it is gone, and asks nothing of it", async () => {
    const tours: About = { ...ABOUT, tours: [["election", "Election"]] };
    const { model, all, find, node: of } = open(new FakeModel({ about: tours }));
    const enabled = () => all(":is(button, input, select, textarea):enabled");
    const before = enabled().length;

    model.emit("comm_live_update");
    expect(enabled().map(({ dataset }) => dataset.do)).toEqual(["keys", "about-close"]);
    expect(find<HTMLInputElement>("[name=time]").matches(":disabled")).toBe(true);
    click(of("n1"));
    press(of("n1"), "k");
    await isDrawn();
    expect(model.asked).toEqual([]);
    expect(enabled()).toHaveLength(2);

    model.report({ frame: frame({ number: 2 }) });
    await isDrawn();
    expect(enabled()).toHaveLength(before);
    click(of("n1"));
    expect(model.asked).toHaveLength(1);
  });

  test("says at once that the kernel is gone where Jupyter shows what was kept without one", () => {
    const { root, find } = open(undefined, "jupyter-widgets-disconnected");

    expect(root.dataset.lost).toBe("");
    expect(find(".ig-lost").textContent).toContain("run the cell again");
  });
});
