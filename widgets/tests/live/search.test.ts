import { expect, test } from "vitest";
import { after, matches, told } from "../../src/live/search.ts";

const PATHS = ["order_total", "delivery", "delivery.cost", "taxes"];
const INSIDE = { taxes: ["taxes.vat", "taxes.total"] };

const found = (query: string) => matches(query, PATHS, INSIDE);

test("finds what has all words in its path, whatever the case, in the order of the drawing", () => {
  expect(found("TOTAL").map(({ path }) => path)).toEqual(["order_total", "taxes.total"]);
  expect(found("cost deliv").map(({ path }) => path)).toEqual(["delivery.cost"]);
  expect(found("  ")).toEqual([]);
});

test("says in which box a node is folded away", () => {
  expect(found("vat")).toEqual([{ path: "taxes.vat", box: "taxes" }]);
});

test("goes on to the next and round to the first, and back", () => {
  expect(after(3, -1, 1)).toBe(0);
  expect(after(3, 2, 1)).toBe(0);
  expect(after(3, -1, -1)).toBe(2);
  expect(after(3, 0, -1)).toBe(2);
  expect(after(0, -1, 1)).toBe(-1);
});

test("tells the count, and where one is", () => {
  const both = found("total");

  expect(told("", [], -1)).toBe("");
  expect(told("x", [], -1)).toBe("none found");
  expect(told("total", both, -1)).toBe("2 found");
  expect(told("total", both, 0)).toBe("1 of 2");
  expect(told("total", both, 1)).toBe("2 of 2, folded into taxes");
});
