import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createAnnouncer } from "../../src/shared/announcer.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("of many texts in an interval the first and the last are said", () => {
  const line = document.createElement("p");
  const said: string[] = [];
  const announcer = createAnnouncer(line, 1000);

  for (const text of ["one", "two", "three"]) {
    announcer.say(text);
    said.push(line.textContent ?? "");
  }
  vi.advanceTimersByTime(1000);

  expect(said).toEqual(["one", "one", "one"]);
  expect(line.textContent).toBe("three");
});

test("nothing is said after it was stopped", () => {
  const line = document.createElement("p");
  const announcer = createAnnouncer(line, 1000);

  announcer.say("one");
  announcer.say("two");
  announcer.stop();
  vi.advanceTimersByTime(5000);

  expect(line.textContent).toBe("one");
  expect(vi.getTimerCount()).toBe(0);
});
