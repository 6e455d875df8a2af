import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Flight, Frame } from "../../src/cluster/state.ts";
import { isDrawn, onFreshPage } from "../fresh_page.ts";
import { FakeModel, frame, open } from "./fake.ts";

const FLIGHT: Flight = [7, "n1", "n2", "append", 1_000_000, 1_040_000, 4];
let isCalm = false;
let tellCalm = () => {};

onFreshPage();

beforeEach(() => {
  isCalm = false;
  vi.stubGlobal("matchMedia", () => ({
    get matches() {
      return isCalm;
    },
    addEventListener: (_: string, change: () => void) => {
      tellCalm = change;
    },
    removeEventListener: () => {},
  }));
});

function shown(change: Partial<Frame>) {
  const view = open(new FakeModel({ frame: frame(change) }));
  vi.advanceTimersByTime(16);
  const dots = () => view.all(".ig-dot").filter((dot) => !dot.hasAttribute("visibility"));
  return {
    ...view,
    dots,
    at: () => dots()[0]?.getAttribute("transform"),
    arc: () => Number(view.find('[data-node="n2"] .ig-arc').getAttribute("stroke-dashoffset")),
    async report(next: Partial<Frame>) {
      view.model.report({ frame: frame(next) });
      await isDrawn();
      vi.advanceTimersByTime(16);
    },
  };
}

describe("a message", () => {
  test("is there from the moment it is sent until it arrives, and moves in between", () => {
    const sent: Flight = [8, "n1", "n3", "vote", 1_060_000, 1_090_000, 4];
    const { dots, at } = shown({ flights: [FLIGHT, sent] });
    const first = at();
    expect(dots().map((dot) => dot.dataset.flight)).toEqual(["7"]);

    vi.advanceTimersByTime(16);
    expect(at()).not.toBe(first);

    vi.advanceTimersByTime(16);
    expect(dots()).toHaveLength(0);

    vi.advanceTimersByTime(16);
    expect(dots().map(({ dataset }) => [dataset.flight, dataset.kind])).toEqual([["8", "vote"]]);
  });

  test("moves at the speed of the cluster's own time", () => {
    const { dots } = shown({ speed: 0.1, flights: [FLIGHT] });

    vi.advanceTimersByTime(128);

    expect(dots()).toHaveLength(1);
  });

  test.each([
    ["stands still", { paused: true }],
    ["has stopped", { stopped: true }],
    ["is a moment of the past", { mode: "past" as const }],
  ])("does not move while the cluster %s", (_, change) => {
    const { at, root } = shown({ ...change, flights: [FLIGHT] });
    const first = at();
    const frames = root.dataset.frames;

    vi.advanceTimersByTime(1000);

    expect(first).toBeDefined();
    expect(at()).toBe(first);
    expect(root.dataset.frames).toBe(frames);
  });

  test("is not carried further than 150 ms beyond what the kernel told", () => {
    const slow: Flight = [7, "n1", "n2", "append", 1_000_000, 2_000_000, 4];
    const { at, root } = shown({ flights: [slow] });

    vi.advanceTimersByTime(200);
    const last = at();
    const frames = root.dataset.frames;
    vi.advanceTimersByTime(1000);

    expect(at()).toBe(last);
    expect(root.dataset.frames).toBe(frames);
  });

  test("does not jump back when a frame comes that is a little behind the page", async () => {
    const slow: Flight = [7, "n1", "n2", "append", 1_000_000, 2_000_000, 4];
    const { at, report } = shown({ flights: [slow] });
    vi.advanceTimersByTime(96);
    const before = at();

    await report({ number: 2, at: 1_050_000, flights: [slow] });

    expect(at()).toBe(before);
  });

  test("is gone with the frame that no longer knows it", async () => {
    const slow: Flight = [7, "n1", "n2", "append", 1_000_000, 2_000_000, 4];
    const { dots, report } = shown({ flights: [slow] });

    await report({ number: 2, at: 1_016_000 });

    expect(dots()).toHaveLength(0);
  });

  test("of another world is another one, also with the same number", async () => {
    const { report, dots } = shown({ flights: [FLIGHT] });
    const other: Flight = [7, "n2", "n3", "vote", 480_000, 520_000, 9];

    await report({ mode: "past", at: 500_000, flights: [other] });

    expect(dots().map(({ dataset }) => [dataset.kind, dataset.t])).toEqual([["vote", "2"]]);
  });

  test("that took no time lights its link up, one that was lost leaves a cross", () => {
    const { all } = shown({
      sparks: [["n1", "n2", "append"]],
      losses: [["n1", "n3", "vote"]],
      paused: true,
    });
    expect(all(".ig-spark")).toHaveLength(1);
    expect(all(".ig-loss")).toHaveLength(1);

    vi.advanceTimersByTime(200);
    expect(all(".ig-spark")).toHaveLength(0);
    vi.advanceTimersByTime(500);
    expect(all(".ig-loss")).toHaveLength(0);
  });
});

describe("a countdown", () => {
  test("goes on between frames", () => {
    const { arc } = shown({});
    const first = arc();

    vi.advanceTimersByTime(64);

    expect(first).toBeGreaterThanOrEqual(0.5);
    expect(arc()).toBeGreaterThan(first);
  });

  test("stands still while nothing but heartbeats comes", () => {
    const { arc, root } = shown({ steady: true });
    const frames = root.dataset.frames;

    vi.advanceTimersByTime(1000);

    expect(arc()).toBe(0.5);
    expect(root.dataset.frames).toBe(frames);
  });
});

describe("for a reader who wants nothing to move", () => {
  test("there are no messages, and countdowns jump with frames", async () => {
    isCalm = true;
    const { all, arc, report } = shown({ flights: [FLIGHT], sparks: [["n1", "n2", "append"]] });
    vi.advanceTimersByTime(64);
    expect(all(".ig-dot, .ig-spark")).toHaveLength(0);
    expect(arc()).toBe(0.5);

    await report({ number: 2, at: 1_050_000 });
    expect(arc()).toBe(0.75);
  });

  test("that holds from the moment on when the wish changes", () => {
    const { all } = shown({ flights: [FLIGHT] });
    expect(all(".ig-dot")).toHaveLength(1);

    isCalm = true;
    tellCalm();

    expect(all(".ig-dot")).toHaveLength(0);
  });
});
