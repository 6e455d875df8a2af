import { expect, test } from "vitest";
import { elapsedText, howText } from "../../src/live/elapsed.ts";
import { cell, live } from "../sample.ts";

test("time is written in a few characters", () => {
  expect([0.04, 2.34, 59.9, 65, 600, -1].map(elapsedText)).toEqual([
    "0.0 s",
    "2.3 s",
    "59 s",
    "1 min 05 s",
    "10 min 00 s",
    "0.0 s",
  ]);
});

test("what runs is counted on from the kernel's report; everything else says what it said", () => {
  const seen = { ...live().seen, running: true, at: 105 };

  expect(howText(cell({ status: "running", began: 103.5 }), seen, 800)).toBe("running 2.3 s");
  expect(howText(cell({ status: "waiting", how: "waiting" }), seen, 800)).toBe("waiting");
  expect(howText(cell({ status: "running", how: "running" }), seen, 0)).toBe("running");
});
