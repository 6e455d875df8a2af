import { describe, expect, test, vi } from "vitest";
import { isDrawn, onFreshPage } from "../fresh_page.ts";
import { ABOUT, click, FakeModel, frame, LEADER, node, open, STORY, TOUR } from "./fake.ts";

onFreshPage();

describe("the picture", () => {
  test("shows who is what, and says when it is ready", () => {
    const { root, node: of, find } = open();

    expect({ ...root.dataset }).toMatchObject({
      ready: "1",
      frame: "1",
      mode: "live",
      leader: "n1",
    });
    expect({ ...of("n1").dataset }).toMatchObject({ node: "n1", role: "leader", term: "4" });
    expect(of("n2").getAttribute("aria-label")).toBe(
      "n2, follower, term 4, up, 5 entries committed, state x=1",
    );
    expect(find(".ig-headline").textContent).toBe("n1 leads term 4; 2 of 3 decide");
    expect(find("svg.ig-ring").getAttribute("aria-label")).toBe("Raft cluster, 3 nodes");
  });

  test("changes with a frame, node by node", async () => {
    const { model, root, node: of, find } = open();
    const first = of("n2");
    const nodes = [
      node("n1", { role: "crashed", alive: false }),
      node("n2", { role: "candidate", term: 5, votes: 1 }),
      node("n3", { wiped: true, clock: 2000 }),
    ];

    model.report({ frame: frame({ number: 2, leader: null, nodes }) });
    await isDrawn();

    expect(of("n2")).toBe(first);
    expect(root.dataset).toMatchObject({ frame: "2", leader: "" });
    expect(of("n1").getAttribute("aria-label")).toContain("crashed, term 4, down");
    expect(of("n2").parentNode?.textContent).toContain("1 of 2 votes");
    expect(of("n3").getAttribute("aria-label")).toContain("disk wiped, clock 2×");
    expect(find<HTMLButtonElement>(".ig-banner").textContent).toBe("");
  });

  test("makes room for a node that was added and closes the gap of one that was removed", async () => {
    const { model, all, node: of } = open();

    model.report({ frame: frame({ nodes: [LEADER, node("n3"), node("n4")] }) });
    await isDrawn();

    expect(all(".ig-node").map((on) => on.dataset.node)).toEqual(["n1", "n3", "n4"]);
    expect(of("n4").parentElement?.getAttribute("transform")).toMatch(/^translate/);
  });

  test("shows what is cut, whom nobody can reach in one direction, and what is slow", async () => {
    const { model, all } = open();
    const cuts: [string, string][] = [
      ["n1", "n2"],
      ["n2", "n1"],
      ["n1", "n3"],
    ];

    model.report({ frame: frame({ cuts, links: [["n2", "n3", 40_000, 0.1]] }) });
    await isDrawn();

    expect(all(".ig-cut").map(({ dataset }) => [dataset.from, dataset.to])).toEqual([
      ["n1", "n2"],
      ["n1", "n3"],
    ]);
    expect(all(".ig-word").map((on) => on.textContent)).toEqual([
      "40 ms, 10 % lost → n3",
      "all links: 10 ms",
    ]);
  });

  test("shows the logs in columns that all rows share", () => {
    const { all } = open();
    const cells = all('[data-log="n2"] .ig-cell').map(({ dataset }) => ({ ...dataset }));

    expect(all(".ig-indexes > *").map((on) => on.textContent)).toEqual(["log", "4", "5", "6"]);
    expect(cells).toEqual([
      { index: "4", term: "2", t: "1", committed: "1" },
      { index: "5", term: "4", t: "3", committed: "1", bare: "" },
      { index: "6", term: "4", t: "3", committed: "0", bare: "" },
    ]);
    expect(all('[data-log="n2"] .ig-cell').map(({ title }) => title)).toEqual([
      'entry 4 of term 2, committed: {"type": "set", "key": "x", "value": 1}',
      "entry 5 of term 4, committed",
      "entry 6 of term 4, not committed",
    ]);
    expect(all('[data-log="n1"] .ig-tick')).toHaveLength(0);
    expect(all('[data-log="n2"] .ig-tick').map((on) => on.className)).toEqual([
      "ig-tick ig-match",
      "ig-tick ig-next",
    ]);
  });

  test("writes what an entry holds into its cell, and reads the newest out whole", () => {
    const { all, find } = open();

    expect(all('[data-log="n2"] .ig-cell').map((on) => on.textContent)).toEqual(["x=1", "", ""]);
    expect(find('[data-log="n2"]').getAttribute("aria-label")).toBe(
      'n2: 6 entries, 5 committed; entry 4 of term 2, committed: {"type": "set", "key": "x", "value": 1}; ' +
        "entry 5 of term 4, committed; entry 6 of term 4, not committed",
    );
    expect(all(".ig-short").map((on) => on.textContent)).toEqual(["x=1", "x=1", "x=1"]);
  });

  test("shows as many columns as have room for what they say", () => {
    const log = Array.from({ length: 9 }, (_, at) => [at + 1, 1, 1] as [number, number, 1]);
    const nodes = ["n1", "n2"].map((id) => node(id, { log, last: 9 }));
    const { all, resize } = open(new FakeModel({ frame: frame({ nodes }) }));
    const count = () => all('[data-log="n2"] .ig-cell').length;
    expect(count()).toBe(8);

    resize(320);
    expect(count()).toBe(4);
    resize(90);
    expect(count()).toBe(3);
  });

  test("writes names outside of the nodes where one has no room inside, with its ends if it must", () => {
    const nodes = [LEADER, node("frankfurt-1"), node("node-in-amsterdam-2")];
    const { node: of, find, all, resize } = open(new FakeModel({ frame: frame({ nodes }) }));
    const names = () => all(".ig-id").map((on) => on.textContent);

    expect(names()).toEqual(["n1", "frankfurt-1", "node-in-amsterdam-2"]);
    expect(find(".ig-ring").dataset.long).toBe("");
    resize(240);
    expect(names()).toEqual(["n1", "frankfurt-1", "node-…dam-2"]);
    expect(of("node-in-amsterdam-2").getAttribute("aria-label")).toContain("node-in-amsterdam-2");
    expect(of("node-in-amsterdam-2").querySelector("title")?.textContent).toContain(
      "node-in-amsterdam-2",
    );
    expect(find(".ig-logs").getAttribute("style")).toContain("--names:11");
    resize(526);
    expect(find(".ig-logs").getAttribute("style")).toContain("--names:19");
    expect(find('[data-log="frankfurt-1"] .ig-of').textContent).toBe("frankfurt-1");
  });

  test("marks a crash beside the words of a node", async () => {
    const { model, node: of } = open();

    model.report({ frame: frame({ nodes: [LEADER, node("n2", { role: "crashed" })] }) });
    await isDrawn();

    const mark = of("n2").querySelector(".ig-mark")?.getAttribute("d") ?? "";
    const [xs, ys] = [0, 1].map((at) =>
      [...mark.matchAll(/M(-?[\d.]+)-([\d.]+)/g)].map((found) => Number(found[at + 1])),
    );
    expect(Math.min(...(xs ?? []))).toBeGreaterThan(10);
    expect(Math.min(...(ys ?? []))).toBeGreaterThan(10);
  });

  test("leaves columns out between logs that are far apart", async () => {
    const { model, all } = open();
    const far = node("n3", { log: [[1, 1, 1]], last: 1 });

    model.report({ frame: frame({ nodes: [LEADER, node("n2"), far] }) });
    await isDrawn();

    expect(all(".ig-indexes > *").map((on) => on.textContent)).toEqual("log 1 ⋯ 4 5 6".split(" "));
    expect(all('[data-log="n3"] .ig-cell')).toHaveLength(1);
  });

  test("has the same state as a table, which is drawn when it is opened", () => {
    const { find, all } = open();
    const table = find<HTMLDetailsElement>(".ig-fold-table");
    expect(all("tbody tr")).toHaveLength(0);

    table.open = true;
    table.dispatchEvent(new Event("toggle"));

    expect(all("tbody tr").map((row) => row.firstChild?.textContent)).toEqual(["n1", "n2", "n3"]);
    expect(all("tbody tr")[1]?.textContent).toContain("match 5, next 6");
  });

  test("says what a lost quorum means, in a region that is announced", async () => {
    const { model, find } = open();

    model.report({ frame: frame({ banner: "Quorum lost: writes wait.", decides: false }) });
    await isDrawn();

    expect(find(".ig-banner").textContent).toBe("Quorum lost: writes wait.");
    expect(find(".ig-banner").getAttribute("role")).toBe("alert");
  });

  test("shows text as text, whatever a name or a state looks like", async () => {
    const { model, el } = open();
    const bad = "<img src=x onerror=alert(1)>";

    model.report({
      frame: frame({ headline: bad, nodes: [node(bad, { state: bad })] }),
      story: [{ n: 9, at: 0, kind: "other", text: bad }],
    });
    await isDrawn();

    expect(el.querySelector("img")).toBeNull();
    expect(el.textContent).toContain(bad);
  });
});

describe("what happened", () => {
  test("stands as a line and as a list with times, the newest first", () => {
    const { find, all } = open();

    expect(find(".ig-story").textContent).toBe("you restart n2");
    expect(all(".ig-stories li").map((on) => on.textContent)).toEqual([
      "0.700 syou restart n2",
      "0.200 sn1 leads term 4",
    ]);
  });

  test("in another cluster is shown, also if it is as much", async () => {
    const { model, find } = open();
    const other = STORY.map((story) => ({ ...story, text: `fork: ${story.text}` }));

    model.report({ frame: frame({ number: 2, origin: "fork at 1.000 s" }), story: other });
    await isDrawn();

    expect(find(".ig-story").textContent).toBe("fork: you restart n2");
    expect(find(".ig-stories").textContent).toContain("fork: n1 leads term 4");
  });

  test("is told to screen readers once a second at most, and ticks are not", async () => {
    const { model, find } = open();
    const spoken = find(".ig-spoken");
    expect(spoken.textContent).toBe("you restart n2");

    model.report({ story: [...STORY, { n: 3, at: 800_000, kind: "role", text: "n3 timed out" }] });
    model.report({ frame: frame({ number: 2, at: 1_050_000 }) });
    await isDrawn();
    expect(find(".ig-story").textContent).toBe("n3 timed out");
    expect(spoken.textContent).toBe("you restart n2");

    vi.advanceTimersByTime(1000);
    expect(spoken.textContent).toBe("n3 timed out");
  });
});

describe("a tour", () => {
  test("is there while it goes on, is read out, and can be left", async () => {
    const { model, find, push } = open();
    expect(find(".ig-tour").hidden).toBe(true);

    model.report({ tour: TOUR });
    await isDrawn();
    vi.advanceTimersByTime(1000);
    for (const does of ["tour-next", "tour-back", "tour-leave"]) {
      push(does);
    }

    expect(find(".ig-where").textContent).toBe("Election · step 2 of 3");
    expect(find(".ig-spoken").textContent).toContain("A follower loses its patience. It takes");
    expect(model.asked).toEqual(["next", "back", "leave"].map((go) => ({ type: "tour", go })));

    model.report({ tour: { ...TOUR, step: 3 } });
    await isDrawn();
    expect(find('[data-do="tour-next"]').textContent).toBe("Finish");
    find('[data-do="tour-next"]').click();
    expect(model.asked.at(-1)).toEqual({ type: "tour", go: "leave" });
    expect(find('[data-node="n2"]').dataset.focus).toBe("");

    model.report({ tour: {} });
    await isDrawn();
    expect(find(".ig-tour").hidden).toBe(true);
  });
});

describe("a view", () => {
  test("of the same model is independent of the others and hears only its own answers", () => {
    const model = new FakeModel();
    const [one, two] = [open(model), open(model)];

    one.push("heal");
    model.answer({ problem: "nothing is cut" });

    expect(one.find(".ig-left > .ig-said").textContent).toBe("nothing is cut");
    expect(two.find(".ig-left > .ig-said").textContent).toBe("");
    expect(new Set(model.sent.map(({ view }) => view)).size).toBe(2);
  });

  test("that was closed listens to nothing, leaves no timer and says goodbye", async () => {
    const { model, el, close, push, node: of } = open();
    const removed = vi.spyOn(document, "removeEventListener");
    push("heal");
    click(of("n2"));
    model.report({ frame: frame({ number: 2, flights: [[1, "n1", "n2", "append", 0, 9e6, 4]] }) });
    await isDrawn();

    close();
    model.report({ frame: frame({ number: 3 }) });
    await isDrawn();

    expect(model.listeners).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    expect(el.childNodes).toHaveLength(0);
    expect(model.latest.type).toBe("bye");
    expect(removed).toHaveBeenCalledWith("visibilitychange", expect.anything());
  });

  test("of which no frame came yet waits for it", async () => {
    const { model, root } = open(new FakeModel({ frame: {} as never }));
    expect(root.dataset.frame).toBeUndefined();

    model.report({ frame: frame() });
    await isDrawn();

    expect(root.dataset.frame).toBe("1");
  });

  test("is drawn once for a report that changes several traits", async () => {
    const { model, find } = open(new FakeModel({ about: ABOUT }));
    const changes = vi.fn();
    new MutationObserver(changes).observe(find(".ig-headline"), { childList: true });

    model.report({ frame: frame({ headline: "in between" }), story: STORY });
    model.report({ frame: frame({ headline: "at last" }), tour: TOUR });
    await isDrawn();
    await isDrawn();

    expect(changes).toHaveBeenCalledTimes(1);
    expect(find(".ig-headline").textContent).toBe("at last");
  });
});
