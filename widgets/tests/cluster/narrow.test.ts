import { describe, expect, test, vi } from "vitest";
import { LINE, layout, nameSize, wordsAt } from "../../src/cluster/geometry.ts";
import type { Flight } from "../../src/cluster/state.ts";
import { isDrawn, onFreshPage } from "../fresh_page.ts";
import { FakeModel, frame, LEADER, node, open, watched } from "./fake.ts";

const PHONE = 222; // pixels that a ring has in a window of 360
const LEAST = 8;
const NAMES = ["n1", "n2", "n3", "n4", "n5", "n6", "n7"];

onFreshPage();

describe("a ring on a phone", () => {
  test.each([1, 2, 3, 4, 5, 6, 7])("of %i nodes has words of 8 pixels at least", (count) => {
    const at = layout(NAMES.slice(0, count), { pixels: PHONE });
    const scale = Math.min(1.22, PHONE / at.width);

    expect(nameSize(2, at.isNarrow) * scale).toBeGreaterThanOrEqual(LEAST);
    expect((at.isNarrow ? 14.5 : 13) * scale).toBeGreaterThanOrEqual(LEAST);
  });

  test.each([3, 5, 7])("of %i nodes keeps all words within the picture", (count) => {
    const at = layout(NAMES.slice(0, count), { pixels: PHONE });
    const { places, isNarrow, left, top, width, height } = at;
    const widest = 7.5 * "old leader".length;

    for (const [id, place] of places) {
      const { x, y } = wordsAt(id, at, true);
      expect(isNarrow).toBe(true);
      expect(place.x + x - widest / 2).toBeGreaterThanOrEqual(left);
      expect(place.x + x + widest / 2).toBeLessThanOrEqual(left + width);
      expect(place.y + y - 12).toBeGreaterThanOrEqual(top);
      expect(place.y + y + LINE.narrow).toBeLessThanOrEqual(top + height);
    }
  });

  test("is drawn anew when the window changes, and a scroll bar does not make it flicker", () => {
    const { find, resize } = open();
    const isNarrow = () => find(".ig-ring").hasAttribute("data-narrow");
    const wide = layout(["n1", "n2", "n3"]).width;
    expect(isNarrow()).toBe(false);

    resize(wide * 0.82);
    expect(isNarrow()).toBe(true);
    resize(wide * 0.85);
    expect(isNarrow()).toBe(true);
    resize(wide * 0.9);
    expect(isNarrow()).toBe(false);
    resize(0); // hidden
    expect(isNarrow()).toBe(false);
  });

  test("takes what is under way along", () => {
    const flights: Flight[] = [[7, "n1", "n2", "append", 1_000_000, 1_040_000, 4]];
    const nodes = [LEADER, ...NAMES.slice(1, 5).map((id) => node(id))];
    const still = frame({ nodes, flights, at: 1_020_000, paused: true });
    const { find, resize } = open(new FakeModel({ frame: still }));
    vi.advanceTimersByTime(16);
    const at = find(".ig-dot").getAttribute("transform");

    resize(PHONE);
    vi.advanceTimersByTime(16);

    expect(find(".ig-dot").getAttribute("transform")).not.toBe(at);
  });

  test("is not measured any more when its view is closed", () => {
    const before = watched();
    const { close } = open();
    expect(watched()).toBe(before + 2);

    close();

    expect(watched()).toBe(before);
  });

  test("writes what is special about a link in several lines", async () => {
    const { all, resize } = open(
      new FakeModel({ frame: frame({ links: [["n1", "n3", 40_000, 0.1]] }) }),
    );
    resize(PHONE);
    await isDrawn();

    const lines = [...(all(".ig-word")[0]?.children ?? [])].map((line) => line.textContent);
    expect(lines).toEqual(["40 ms", "10 %\u202f✕", "→ n3"]);
  });
});

describe("a finger", () => {
  const tap = (on: Element, pointerType: string) => {
    const down = new Event("pointerdown", { bubbles: true });
    on.dispatchEvent(Object.assign(down, { pointerType }));
    on.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  };
  const shown = () => open(new FakeModel({ frame: frame({ nodes: [LEADER, node("n2")] }) }));

  test("chooses a node with the first tap and crashes it with the next", () => {
    const { model, find, node: of } = shown();

    tap(of("n2"), "touch");
    expect(find(".ig-brief strong").textContent).toBe("n2");
    expect(model.asked).toEqual([]);

    tap(of("n2"), "touch");
    expect(model.asked).toEqual([{ type: "act", name: "kill", args: ["n2"] }]);
  });

  test("chooses only, whatever was chosen before; a mouse acts at once", () => {
    const { model, node: of } = shown();
    tap(of("n1"), "touch");
    tap(of("n2"), "touch");
    expect(model.asked).toEqual([]);

    tap(of("n1"), "mouse");
    expect(model.asked).toEqual([{ type: "act", name: "kill", args: ["n1"] }]);
  });

  test("puts nodes into groups with each tap", () => {
    const { node: of, push, find } = shown();
    push("partition");

    tap(of("n2"), "touch");

    expect(find('[data-node="n2"] .ig-side, .ig-node[data-node="n2"]').outerHTML).toContain("A");
  });

  test("is told what a tap does", () => {
    vi.stubGlobal("matchMedia", (query: string) => ({
      matches: query.includes("coarse"),
      addEventListener: () => {},
      removeEventListener: () => {},
    }));

    expect(open().find(".ig-bar").textContent).toContain("Tap a node to choose it");
  });
});
