import { describe, expect, test, vi } from "vitest";
import { fitted, layout } from "../../src/cluster/geometry.ts";
import type { Frame } from "../../src/cluster/state.ts";
import { isDrawn, onFreshPage, press } from "../fresh_page.ts";
import { ABOUT, click, FakeModel, frame, LEADER, node, open, TOUR } from "./fake.ts";

const NAMES = ["n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"];

/** Cuts all links between two groups. */
function cut(some: string[], others: string[]): [string, string][] {
  return some.flatMap((a) => others.flatMap((b): [string, string][] => [[a, b]]));
}

function parted(): Frame {
  const [few, many] = [
    ["n1", "n2"],
    ["n3", "n4", "n5"],
  ] as const;
  return frame({
    number: 2,
    nodes: [LEADER, ...NAMES.slice(1, 5).map((id) => node(id))],
    cuts: [...cut([...few], [...many]), ...cut([...many], [...few])],
    sides: [
      { nodes: [...few], decides: false, text: "2 of 5: cannot decide" },
      { nodes: [...many], decides: true, text: "3 of 5: can decide" },
    ],
  });
}

onFreshPage();

describe("a partition", () => {
  test("stands in places apart, each of which says what its side can do; no cut is drawn", async () => {
    const { model, all } = open();

    model.report({ frame: parted() });
    await isDrawn();

    expect(all(".ig-says").map((on) => on.textContent)).toEqual([
      "2 of 5: cannot decide",
      "3 of 5: can decide",
    ]);
    expect(all(".ig-area").map((on) => on.hasAttribute("data-decides"))).toEqual([false, true]);
    expect(all(".ig-cut:not([data-parted])")).toEqual([]);
    expect(all(".ig-way")).toEqual([]);
  });

  test("has one mark where messages still pass one way", async () => {
    const { model, all } = open();
    const one = parted();

    model.report({ frame: { ...one, cuts: cut(["n1", "n2"], ["n3", "n4", "n5"]) } });
    await isDrawn();

    expect(all(".ig-way")).toHaveLength(1);
  });

  test("marks what a node lost on the way to the other side once", async () => {
    const { model, all } = open();
    const losses = ["n3", "n4", "n5", "n2"].map(
      (to) => ["n1", to, "vote"] as Frame["losses"][number],
    );

    model.report({ frame: { ...parted(), losses } });
    await isDrawn();

    expect(all(".ig-loss")).toHaveLength(2);
  });

  test("keeps the mark of a link that is cut and parts nothing", async () => {
    const { model, all } = open();

    model.report({
      frame: frame({
        number: 2,
        cuts: [
          ["n1", "n2"],
          ["n2", "n1"],
        ],
      }),
    });
    await isDrawn();

    expect(all(".ig-cut:not([data-parted])")).toHaveLength(1);
    expect(all(".ig-area")).toEqual([]);
  });

  test.each<[string, string[][], number]>([
    ["2 and 3", [NAMES.slice(0, 2), NAMES.slice(2, 5)], 450],
    ["2 and 3, on a phone", [NAMES.slice(0, 2), NAMES.slice(2, 5)], 290],
    ["1, 1 and 7", [["n1"], ["n2"], NAMES.slice(2)], 450],
    ["nine alone", NAMES.map((id) => [id]), 450],
    ["nine alone, on a phone", NAMES.map((id) => [id]), 290],
  ])("of %s keeps every node within its place, and places apart", (_, sides, pixels) => {
    const { places, areas, width, height, high } = layout(sides.flat(), { sides, pixels });

    expect(Math.min(pixels / width, high / height)).toBeGreaterThan(0.55);
    for (const area of areas) {
      for (const id of area.nodes) {
        const { x, y } = places.get(id) as { x: number; y: number };
        expect(x - 31).toBeGreaterThan(area.left);
        expect(x + 31).toBeLessThan(area.left + area.width);
        expect(y - 31).toBeGreaterThan(area.top + 18);
        expect(y + 31).toBeLessThan(area.top + area.height);
      }
    }
    const overlap = areas.some((a, at) =>
      areas
        .slice(at + 1)
        .some(
          (b) =>
            Math.abs(a.left + a.width / 2 - b.left - b.width / 2) < (a.width + b.width) / 2 &&
            Math.abs(a.top + a.height / 2 - b.top - b.height / 2) < (a.height + b.height) / 2,
        ),
    );
    expect(overlap).toBe(false);
  });

  test("is as high as the ring it comes from, so that nothing under it moves", () => {
    const sides = [NAMES.slice(0, 2), NAMES.slice(2, 5)];
    const ids = sides.flat();

    expect(layout(ids, { sides, pixels: 450 }).high).toBe(layout(ids, { pixels: 450 }).high);
  });
});

describe("a ring", () => {
  test.each([3, 5, 7])("of %i nodes is at most 322 pixels high where it is wide", (count) => {
    const { high, isNarrow } = layout(NAMES.slice(0, count), { pixels: 470 });

    expect(isNarrow).toBe(false);
    expect(high).toBeLessThanOrEqual(322);
  });

  test.each([8, 9])("of %i nodes has room between them", (count) => {
    const { places } = layout(NAMES.slice(0, count), { pixels: 470 });
    const all = [...places.values()];
    const least = all.map(({ x, y }, at) => {
      const next = all[(at + 1) % count] ?? { x: 0, y: 0 };
      return Math.hypot(next.x - x, next.y - y);
    });

    expect(Math.min(...least)).toBeGreaterThan(88);
  });

  test("leaves the middle of a name out that has no room", () => {
    expect(fitted("node-in-amsterdam-2", 13)).toBe("node-i…rdam-2");
    expect(fitted("frankfurt-1", 13)).toBe("frankfurt-1");
  });
});

describe("a press on a node", () => {
  const at = { bubbles: true, clientX: 100, clientY: 100 };
  const down = (on: Element) =>
    on.dispatchEvent(Object.assign(new MouseEvent("pointerdown", at), { pointerType: "mouse" }));

  test("is for the node that the pointer went down on, though a frame moves it before it goes up", async () => {
    const {
      model,
      node: of,
      find,
    } = open(new FakeModel({ frame: { ...parted(), sides: [], cuts: [] } }));
    down(of("n3"));

    model.report({ frame: parted() });
    await isDrawn();
    find(".ig-view").dispatchEvent(new MouseEvent("click", at)); // what both ends have in common

    expect(model.asked).toEqual([{ type: "act", name: "kill", args: ["n3"] }]);
  });

  test("is taken back by a pointer that goes elsewhere while it is down", () => {
    const { model, node: of, find } = open();
    down(of("n3"));

    find(".ig-view").dispatchEvent(new MouseEvent("click", { ...at, clientX: 160 }));

    expect(model.asked).toEqual([]);
  });

  test("finds its node where it was: no frame takes it out of the page", async () => {
    const { model, el, node: of } = open();
    const removed = vi.fn();
    const watch = new MutationObserver(removed);
    const before = of("n2");
    watch.observe(el.querySelector(".ig-nodes") as Element, { childList: true });

    model.report({ frame: parted() });
    await isDrawn();
    await isDrawn();

    expect(of("n2")).toBe(before);
    const gone = removed.mock.calls.flatMap(([records]) =>
      (records as MutationRecord[]).flatMap(({ removedNodes }) => [...removedNodes]),
    );
    expect(gone).toEqual([]);
  });
});

describe("show me", () => {
  const tours: [string, string][] = [
    ["election", "Election"],
    ["split vote", "Split vote"],
    ["figure 8", "Figure 8"],
  ];
  const shown = () => open(new FakeModel({ about: { ...ABOUT, tours } }));

  test("is not there where there is no tour, and not while one goes on", async () => {
    expect(open().find(".ig-show").hidden).toBe(true);

    const { model, find } = shown();
    expect(find(".ig-show").hidden).toBe(false);
    model.report({ tour: TOUR });
    await isDrawn();
    expect(find(".ig-show").hidden).toBe(true);
  });

  test("opens a tour here, which leads back to the cluster", async () => {
    const { model, push, find, all } = shown();
    expect(find(".ig-menu").hidden).toBe(true);

    push("show");
    expect(find('[data-do="show"]').getAttribute("aria-expanded")).toBe("true");
    expect(all("[role=menuitem]").map((on) => on.textContent)).toEqual([
      "Election",
      "Split vote",
      "Figure 8",
    ]);
    all("[role=menuitem]")[1]?.click();
    model.report({ tour: TOUR, frame: frame({ number: 2, back: true }) });
    await isDrawn();
    push("tour-leave");

    expect(find(".ig-menu").hidden).toBe(true);
    expect(model.asked).toEqual([{ type: "tour", name: "split vote" }, { type: "tour-end" }]);
  });

  test("says why a tour ended that somebody ended by what they did, until it is closed", async () => {
    const { model, push, find } = shown();
    model.report({ tour: TOUR });
    await isDrawn();

    model.report({ tour: { ended: "The tour ended. n2 crashed." } });
    await isDrawn();
    expect(find(".ig-tour").hidden).toBe(false);
    expect(find(".ig-words").textContent).toBe("The tour ended. n2 crashed.");
    expect(find(".ig-heading").hidden).toBe(true);
    expect(find('[data-do="tour-next"]').hidden).toBe(true);
    push("tour-leave");
    expect(model.asked).toEqual([{ type: "tour", go: "leave" }]);

    model.report({ tour: {} });
    await isDrawn();
    expect(find(".ig-tour").hidden).toBe(true);
  });

  test("is a menu for the keyboard", () => {
    const { find, all } = shown();
    const opener = find('[data-do="show"]');
    const focused = () => document.activeElement?.textContent;
    opener.focus();

    press(opener, "ArrowDown");
    expect(focused()).toBe("Election");
    press(all("[role=menuitem]")[0] as Element, "ArrowUp");
    expect(focused()).toBe("Figure 8");
    press(all("[role=menuitem]")[2] as Element, "Home");
    expect(focused()).toBe("Election");
    press(all("[role=menuitem]")[0] as Element, "End");
    expect(focused()).toBe("Figure 8");
    press(all("[role=menuitem]")[2] as Element, "Escape");
    expect(document.activeElement).toBe(opener);
    expect(find(".ig-menu").hidden).toBe(true);

    opener.click();
    expect(focused()).toBe("Election");
    find<HTMLInputElement>("[name=key]").focus();
    expect(find(".ig-menu").hidden).toBe(true);
  });
});

describe("slow motion", () => {
  test("is said in a region that is read out, takes no focus, and ends with a click", async () => {
    const { model, node: of, find, push } = open();
    of("n2").focus();
    expect(find('[data-do="skip"]')).toBeNull();

    model.report({ frame: frame({ number: 2, slow: "slow", speed: 0.1 }) });
    await isDrawn();
    const pill = find('[data-do="skip"]');
    expect(pill.textContent).toContain("slow motion, click to skip");
    expect(pill.closest("[role=status]")).not.toBeNull();
    expect(document.activeElement).toBe(of("n2"));
    model.report({ frame: frame({ number: 3, slow: "slow", speed: 0.1 }) });
    await isDrawn();
    expect(find('[data-do="skip"]')).toBe(pill);
    push("skip");

    expect(model.asked).toEqual([{ type: "skip" }]);
    model.report({ frame: frame({ number: 4 }) });
    await isDrawn();
    expect(find('[data-do="skip"]')).toBeNull();
  });
});

describe("a cluster that has stopped", () => {
  const nodes = [LEADER, node("n2"), node("n3")].map((each) => ({
    ...each,
    role: "crashed",
    alive: false,
  }));
  const stopped = frame({ number: 2, stopped: true, again: true, forkable: true, nodes });

  test("says so as a whole, not node by node, and offers what can be done", async () => {
    const { model, root, find, all, node: of, push } = open();

    model.report({ frame: stopped });
    await isDrawn();

    expect(root.dataset.over).toBe("");
    expect(find(".ig-over").textContent).toContain("Nothing runs any more");
    expect(all(".ig-place .ig-role").map((on) => on.textContent)).toEqual(Array(3).fill("stopped"));
    expect(of("n2").dataset.role).toBe("stopped");
    expect(of("n2").getAttribute("aria-label")).not.toMatch(/crashed|down/);
    for (const does of ["heal", "add", "write", "read", "link", "play", "step", "partition"]) {
      expect(find<HTMLButtonElement>(`[data-do="${does}"]`).disabled).toBe(true);
    }
    push("again");
    push("fork-end");
    expect(model.asked).toEqual([{ type: "again" }, { type: "fork" }]);
  });

  test("offers only what can be done, and nothing of it in its past", async () => {
    const { model, root, find } = open();

    model.report({ frame: { ...stopped, again: false, forkable: false } });
    await isDrawn();
    expect([find('[data-do="again"]').hidden, find('[data-do="fork-end"]').hidden]).toEqual([
      true,
      true,
    ]);

    model.report({ frame: { ...stopped, number: 3, mode: "past" } });
    await isDrawn();
    expect(root.dataset.over).toBeUndefined();
    expect(find('[data-do="again"]').hidden).toBe(true);
    expect(find<HTMLButtonElement>('[data-do="heal"]').disabled).toBe(false);
  });

  test("runs again with all of its controls", async () => {
    const { model, find } = open(new FakeModel({ frame: stopped }));
    expect(find<HTMLButtonElement>('[data-do="heal"]').disabled).toBe(true);

    model.report({ frame: frame({ number: 3 }) });
    await isDrawn();

    expect(find<HTMLButtonElement>('[data-do="heal"]').disabled).toBe(false);
    expect(find(".ig-over").textContent).toBe("");
  });
});

describe("a committed write", () => {
  test("is seen at each node that has just applied it, once", async () => {
    const { model, all } = open();
    const beats = () => all(".ig-beat").map(({ dataset }) => dataset.beat);
    expect(beats()).toEqual([undefined, undefined, undefined]);

    model.report({
      frame: frame({ number: 2, nodes: [LEADER, node("n2", { applied: 6 }), node("n3")] }),
    });
    await isDrawn();
    expect(beats()).toEqual([undefined, "0", undefined]);

    model.report({
      frame: frame({ number: 3, nodes: [LEADER, node("n2", { applied: 7 }), node("n3")] }),
    });
    await isDrawn();
    expect(beats()).toEqual([undefined, "1", undefined]);
  });

  test("is not seen again where the past is looked at", async () => {
    const { model, all } = open();

    model.report({
      frame: frame({ number: 2, mode: "past", nodes: [LEADER, node("n2", { applied: 9 })] }),
    });
    await isDrawn();
    model.report({ frame: frame({ number: 3, nodes: [LEADER, node("n2", { applied: 9 })] }) });
    await isDrawn();

    expect(all("[data-beat]")).toEqual([]);
  });
});

describe("the legend", () => {
  test("names who is what, what is committed, and what is under way", () => {
    const { find } = open();

    expect(find(".ig-legend").textContent).toBe(
      "leaderfollowercandidatecrashedcommittednot yetvoteentriesheartbeatanswer",
    );
  });
});

describe("a kernel that knows less", () => {
  test("sends frames that are drawn all the same", async () => {
    const { entries: _, sides: __, slow: ___, again: ____, forkable: _____, ...old } = frame();
    const { short: ______, ...older } = node("n2");
    const before = { ...old, nodes: [LEADER, older, node("n3")] } as unknown as Frame;
    const about = { title: "cluster", commands: [] } as never;
    const { el, node: of } = open(new FakeModel({ frame: before, about }));
    click(of("n2"));
    await isDrawn();

    expect(of("n2").dataset.role).toBe("follower");
    expect(el.innerHTML).not.toMatch(/undefined|NaN|\[object/);
  });
});
