import { expect, test } from "vitest";
import { brief, facts, fitted, nodeLabel, ranLast, rows } from "../../src/live/state.ts";
import { cell, live, RAN } from "../sample.ts";

test("a node's name says path, kind, status, value and time, and leaves out what is unknown", () => {
  const { nodes } = live();
  const ran = cell({ status: "succeeded", value: "0.2", time: "14 µs" });

  expect(nodeLabel("vat_rate", nodes.vat_rate, ran)).toBe(
    "vat_rate, compute, succeeded, 0.2, 14 µs",
  );
  expect(nodeLabel("vat_rate", nodes.vat_rate, cell())).toBe("vat_rate, compute, pending");
});

test("a failed node shows its error where others show their value", () => {
  const [, , , failed] = rows(live(RAN));

  expect(failed).toEqual([
    "gross_total",
    "compute",
    "✕ failed",
    "ZeroDivisionError: division by zero",
    "",
    "1",
  ]);
});

test("a node ran last only if its run is the latest one", () => {
  const seen = { run: 2, running: false, at: 9, updates: 3 };

  expect(ranLast(cell({ run: 2 }), seen)).toBe(true);
  expect(ranLast(cell({ run: 1 }), seen)).toBe(false);
  expect(ranLast(cell(), { ...seen, run: 0 })).toBe(false);
});

test("a text in the drawing is cut to the room that is left beside its time", () => {
  expect(fitted("= 120.0", 112, "1.69 µs")).toBe("= 120.0");
  expect(fitted("= 'a long text'", 112, "1.69 µs")).toBe("= 'a lon…");
  expect(fitted("= 'a long text'", 112, "")).toBe("= 'a long text'");
});

test("the details of a node hold what is known and no empty lines", () => {
  expect(brief(live(RAN), "vat_rate")).toBe("compute · ● succeeded · 14 µs · ran once");
  expect(facts(live(RAN), "vat_rate")).toEqual([
    ["value", "0.2"],
    ["reads", "country"],
    ["defined", "cell 2, line 4"],
  ]);
  expect(brief(live(), "no_such_node")).toBe("");
  expect(facts(live(), "no_such_node")).toEqual([]);
});
