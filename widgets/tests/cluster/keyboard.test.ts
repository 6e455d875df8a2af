import { describe, expect, test, vi } from "vitest";
import { destination } from "../../src/cluster/keyboard.ts";
import { onFreshPage, press } from "../fresh_page.ts";
import { act, FakeModel, frame, LEADER, node, open } from "./fake.ts";

onFreshPage();

describe("arrow keys", () => {
  test.each([
    ["a", "ArrowRight", "b"],
    ["c", "ArrowDown", "a"],
    ["a", "ArrowLeft", "c"],
    ["b", "ArrowUp", "a"],
    ["b", "Home", "a"],
    ["b", "End", "c"],
    ["b", "x", undefined],
  ])("from %s with %s lead to %s", (from, key, to) => {
    expect(destination(["a", "b", "c"], from, key)).toBe(to);
  });

  test("move the one tab stop of the ring", () => {
    const { node: of, all } = open();
    of("n1").focus();

    press(of("n1"), "ArrowRight");

    expect(document.activeElement).toBe(of("n2"));
    expect(all('.ig-ring [tabindex="0"]').map(({ dataset }) => dataset.node)).toEqual(["n2"]);
  });
});

describe("a key on a node", () => {
  test.each([
    ["Enter", {}, act("kill", "n2")],
    [" ", { role: "crashed", alive: false }, act("restart", "n2")],
    ["c", {}, act("kill", "n2")],
    ["c", { role: "crashed", alive: false }, act("restart", "n2")],
    ["p", {}, act("pause", "n2")],
    ["P", { role: "paused" }, act("resume", "n2")],
    ["u", {}, act("power_cut", "n2")],
    ["w", {}, act("wipe", "n2")],
    ["i", {}, act("isolate", "n2")],
    ["l", {}, act("transfer", "n2")],
  ])("%s does what its button does", (key, change, sent) => {
    const nodes = [LEADER, node("n2", change)];
    const { model, node: of } = open(new FakeModel({ frame: frame({ nodes }) }));

    press(of("n2"), key);

    expect(model.asked).toEqual([sent]);
  });

  test("g puts it into a group, Escape calls the partition off", () => {
    const { node: of, find } = open();

    press(of("n2"), "g");
    press(of("n3"), "g");
    press(of("n3"), "Enter");
    expect([of("n2").dataset.side, of("n3").dataset.side]).toEqual(["A", "B"]);

    press(of("n3"), "Escape");
    expect(of("n2").dataset.side).toBeUndefined();
    expect(find<HTMLButtonElement>('[data-do="partition"]').getAttribute("aria-pressed")).toBe(
      "false",
    );
  });
});

describe("the widget", () => {
  test("shows its keys with ? and hides them with ? or Escape", () => {
    const { node: of, find } = open();
    const keys = find(".ig-keys");

    press(of("n1"), "?");
    expect(keys.hidden).toBe(false);
    press(find('[data-do="heal"]'), "?");
    expect(keys.hidden).toBe(true);
    press(find("[name=key]"), "?");
    expect(keys.hidden).toBe(true);

    find('[data-do="keys"]').click();
    press(find('[data-do="heal"]'), "Escape");
    expect(keys.hidden).toBe(true);
  });

  test("keeps every plain key from the notebook, and leaves it Tab and Ctrl", () => {
    const { node: of, find } = open();
    const heard = vi.fn();
    document.body.addEventListener("keydown", (event) => heard(event.key));

    for (const on of [of("n1"), find('[data-do="heal"]'), find("[name=key]"), find("textarea")]) {
      for (const key of ["d", "b", "ArrowDown", "Enter", "Escape"]) {
        press(on, key);
      }
    }
    press(of("n1"), "Tab");
    press(of("n1"), "s", { ctrlKey: true });

    expect(heard.mock.calls.flat()).toEqual(["Tab", "s"]);
  });

  test("leaves a text field and a button what the browser does with their keys", () => {
    const { find } = open();

    expect(press(find("[name=key]"), "a").defaultPrevented).toBe(false);
    expect(press(find('[data-do="heal"]'), "Enter").defaultPrevented).toBe(false);
  });

  test("goes 10 ms on the time line with an arrow, 1 ms with Shift, and not over its ends", () => {
    const { model, find } = open();
    const range = find<HTMLInputElement>("[name=time]");
    const asked = () => {
      vi.advanceTimersByTime(66);
      return model.asked.at(-1);
    };

    press(range, "ArrowLeft");
    expect(asked()).toEqual({ type: "seek", at: 990_000 });
    press(range, "ArrowDown", { shiftKey: true });
    expect(asked()).toEqual({ type: "seek", at: 989_000 });
    press(range, "ArrowRight");
    press(range, "ArrowUp");
    expect(asked()).toEqual({ type: "seek", at: 1_000_000 });
  });
});
