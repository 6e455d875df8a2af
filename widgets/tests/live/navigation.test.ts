import { describe, expect, test } from "vitest";
import { destination, type Place, readingOrder } from "../../src/live/navigation.ts";

//  a        d
//  b   c
//           e
const PLACES: Place[] = [
  { path: "e", x: 200, y: 90 },
  { path: "a", x: 0, y: 0 },
  { path: "b", x: 3, y: 50 },
  { path: "c", x: 100, y: 50 },
  { path: "d", x: 200, y: 0 },
];

describe("arrow keys", () => {
  test("Down walks through every node, column by column, and stops at the last", () => {
    const walked = ["a"];
    for (let step = 0; step < 6; step += 1) {
      walked.push(destination(PLACES, walked.at(-1) ?? "", "ArrowDown") ?? "");
    }

    expect(walked).toEqual(["a", "b", "c", "d", "e", "e", "e"]);
  });

  test.each([
    ["e", "ArrowUp", "d"],
    ["a", "ArrowUp", "a"],
    ["b", "ArrowRight", "c"],
    ["a", "ArrowRight", "c"],
    ["c", "ArrowLeft", "b"],
    ["c", "ArrowRight", "e"],
    ["d", "ArrowRight", "d"],
    ["c", "Home", "a"],
    ["c", "End", "e"],
  ])("from %s, %s leads to %s", (from, key, to) => {
    expect(destination(PLACES, from, key)).toBe(to);
  });

  test("any other key leads nowhere", () => {
    expect(destination(PLACES, "a", "b")).toBeUndefined();
    expect(destination([], "a", "ArrowDown")).toBeUndefined();
  });

  test("without any layout the order is the order of the nodes", () => {
    const flat = ["p", "q", "r"].map((path) => ({ path, x: 0, y: 0 }));

    expect(readingOrder(flat).map(({ path }) => path)).toEqual(["p", "q", "r"]);
  });
});
