import { expect, test } from "vitest";
import { facts, nodeLabel, note, ranLast, rows } from "../../src/live/state.ts";
import { cell, live, RAN } from "../sample.ts";

test("a node's name says path, kind, status, value and time, and leaves out what is unknown", () => {
  const { nodes } = live();
  const ran = cell({ status: "succeeded", value: "0.2", duration: "14 µs" });

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
  const seen = { run: 2, running: false, events: 9, updates: 3 };

  expect(ranLast(cell({ run: 2 }), seen)).toBe(true);
  expect(ranLast(cell({ run: 1 }), seen)).toBe(false);
  expect(ranLast(cell(), { ...seen, run: 0 })).toBe(false);
});

test("the note under a node is cut to the node's width and keeps the time", () => {
  const long = cell({ status: "succeeded", value: "a".repeat(200), duration: "3 ms" });

  expect(note(long, 84).length).toBeLessThanOrEqual(20);
  expect(note(long, 84)).toMatch(/^a+… · 3 ms$/);
  expect(note(cell(), 84)).toBe("");
});

test("the details of a node hold what is known and no empty lines", () => {
  expect(facts(live(RAN), "vat_rate")).toEqual([
    ["kind", "compute"],
    ["status", "● succeeded"],
    ["value", "0.2"],
    ["time", "14 µs"],
    ["runs", "ran once"],
    ["reads", "country"],
    ["defined", "cell 2, line 4"],
  ]);
  expect(facts(live(), "no_such_node")).toEqual([]);
});
