import { expect, test } from "vitest";
import { Arrows, NO_HOPS } from "../../src/live/hops.ts";

/** a → b → c → d, and x → c. */
const arrows = new Arrows([
  ["a", "b"],
  ["b", "c"],
  ["c", "d"],
  ["x", "c"],
]);

test("around a node is what it reads and what reads it, so many steps away", () => {
  const around = (up: number, down: number) => [...arrows.around(["c"], { up, down })].sort();

  expect(around(0, 0)).toEqual(["c"]);
  expect(around(1, 0)).toEqual(["b", "c", "x"]);
  expect(around(2, 0)).toEqual(["a", "b", "c", "x"]);
  expect(around(0, 9)).toEqual(["c", "d"]);
  expect(around(1, 1)).toEqual(["b", "c", "d", "x"]);
});

test("one step more is offered until it shows nothing more; then it begins again", () => {
  const one = arrows.more(["c"], NO_HOPS, "up");
  const two = arrows.more(["c"], one, "up");

  expect([one.up, two.up, arrows.more(["c"], two, "up").up]).toEqual([1, 2, 0]);
  expect(arrows.more(["d"], NO_HOPS, "down")).toEqual(NO_HOPS);
});

test("arrows in a circle come to an end", () => {
  const circle = new Arrows([
    ["a", "b"],
    ["b", "a"],
  ]);

  expect(circle.around(["a"], { up: 0, down: 99 }).size).toBe(2);
});
