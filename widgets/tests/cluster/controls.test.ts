import { describe, expect, test, vi } from "vitest";
import { isDrawn, onFreshPage } from "../fresh_page.ts";
import { ABOUT, act, click, FakeModel, frame, LEADER, node, open } from "./fake.ts";

onFreshPage();

describe("a click on a node", () => {
  test.each([
    ["alive", {}, "kill"],
    ["down", { role: "crashed", alive: false }, "restart"],
    ["paused", { role: "paused" }, "resume"],
  ])("that is %s changes its life", (_, change, name) => {
    const nodes = [LEADER, node("n2", change)];
    const { model, node: of } = open(new FakeModel({ frame: frame({ nodes }) }));

    click(of("n2"));

    expect(model.asked).toEqual([act(name, "n2")]);
  });

  test("chooses it, and so does a pointer that rests on it but not one that crosses it", () => {
    const { find, node: of } = open();
    const over = (on: Element) => on.dispatchEvent(new Event("pointerover", { bubbles: true }));
    const name = () => find(".ig-brief strong").textContent;

    click(of("n2"));
    expect(name()).toBe("n2");

    over(of("n1"));
    over(of("n3"));
    vi.advanceTimersByTime(119);
    expect(name()).toBe("n2");

    vi.advanceTimersByTime(1);
    expect(name()).toBe("n3");
  });
});

describe("the bar of a node", () => {
  function choose(change = {}) {
    const shown = open(
      new FakeModel({ frame: frame({ nodes: [LEADER, node("n2", change)], ...change }) }),
    );
    shown.node("n2").dispatchEvent(new FocusEvent("focusin", { bubbles: true }));
    return shown;
  }

  test.each([
    ["crash", {}, act("kill", "n2")],
    ["restart", { role: "crashed", alive: false }, act("restart", "n2")],
    ["pause-node", {}, act("pause", "n2")],
    ["resume-node", { role: "paused" }, act("resume", "n2")],
    ["power", {}, act("power_cut", "n2")],
    ["wipe", {}, act("wipe", "n2")],
    ["isolate", {}, act("isolate", "n2")],
    ["leader", {}, act("transfer", "n2")],
    ["leader", { leader: null }, act("campaign", "n2")],
    ["remove", {}, { type: "remove", node: "n2" }],
  ])("does what %s says", (does, change, sent) => {
    const { model, push } = choose(change);

    push(does);

    expect(model.asked).toEqual([sent]);
  });

  test("sets the rate of the clock", () => {
    const { model, find } = choose();
    const rate = find<HTMLSelectElement>('[data-do="clock"]');

    rate.value = "0.5";
    rate.dispatchEvent(new Event("change", { bubbles: true }));

    expect(model.asked).toEqual([act("clock_rate", "n2", 500)]);
  });

  test("shows all that is known of the node", () => {
    const { model, find, push } = choose();

    push("about");
    model.answer({ text: "n2: term 4\nlog: 6 entries" });

    expect(model.asked).toEqual([{ type: "look", node: "n2" }]);
    expect(find(".ig-about").hidden).toBe(false);
    expect(find(".ig-about-text").textContent).toBe("n2: term 4\nlog: 6 entries");
    push("about-close");
    expect(find(".ig-about").hidden).toBe(true);
  });

  test("offers no restart where the disk was wiped: it is always refused", () => {
    const { find } = choose({ role: "crashed", alive: false, wiped: true });

    expect(find<HTMLButtonElement>("[data-do=restart]").disabled).toBe(true);
  });

  test("is a hint while no node is chosen, and when the chosen one is gone", async () => {
    const { model, find } = choose();
    expect(find(".ig-hint").hidden).toBe(true);

    model.report({ frame: frame({ nodes: [LEADER] }) });
    await isDrawn();

    expect(find(".ig-hint").hidden).toBe(false);
  });
});

describe("a partition", () => {
  test("puts clicked nodes into A, then B, then neither, and cuts both ways", () => {
    const { model, node: of, push, find } = open();
    push("partition");

    click(of("n1"));
    click(of("n2"));
    click(of("n2"));
    expect(of("n1").dataset.side).toBe("A");
    expect(of("n2").dataset.side).toBe("B");
    expect(of("n2").getAttribute("aria-label")).toContain("group B");
    expect(find(".ig-groups").textContent).toBe("A: n1. B: n2.");
    expect(model.asked).toEqual([]);

    push("cut-both");
    expect(model.asked).toEqual([act("partition", ["n1"], ["n2"])]);
    expect(of("n1").dataset.side).toBeUndefined();
  });

  test("takes all others for B if none was put there, and cuts one way", () => {
    const { model, node: of, push } = open();
    push("partition");
    click(of("n1"));

    push("cut-one");

    expect(model.asked).toEqual([act("cut", "n1", "n2"), act("cut", "n1", "n3")]);
  });

  test("can be called off; then a click crashes again", () => {
    const { model, node: of, push, find } = open();
    push("partition");
    expect(find<HTMLButtonElement>('[data-do="cut-both"]').disabled).toBe(true);
    click(of("n1"));

    push("cancel-cut");
    click(of("n1"));

    expect(model.asked).toEqual([act("kill", "n1")]);
  });

  test("ends with Heal", () => {
    const { model, push } = open();

    push("heal");

    expect(model.asked).toEqual([act("heal")]);
  });
});

describe("links", () => {
  test("begin with how all links work, and keep what is typed", async () => {
    const { model, find, fill } = open();
    const latency = find<HTMLInputElement>('[name="latency"]');
    expect(latency.value).toBe("10");

    fill("latency", "25");
    model.report({ frame: frame({ link: [0, 0] }) });
    await isDrawn();

    expect(latency.value).toBe("25");
  });

  test("are set one by one, for all of a node, or all at once", () => {
    const { model, fill, push } = open();
    fill("latency", "2.5");
    fill("loss", "10");

    push("link");
    fill("from", "n1");
    push("link");
    fill("to", "n3");
    push("link");

    expect(model.asked).toEqual([
      act("links", 2500, 0.1),
      act("link", "n1", "n2", 2500, 0.1),
      act("link", "n1", "n3", 2500, 0.1),
      act("link", "n1", "n3", 2500, 0.1),
    ]);
  });
});

describe("a client", () => {
  test("writes a key, reads it, and is told what became of it", () => {
    const { model, find, fill, push } = open();
    const said = find(".ig-client .ig-said");
    fill("key", "colour");
    fill("value", '"red"');

    push("write");
    expect(said.textContent).toBe("…");
    model.answer({ said: "colour = 'red' is committed at index 7 of term 4" });
    expect(said.textContent).toContain("index 7");

    push("read");
    model.answer({ problem: "nobody leads" });
    expect(said.textContent).toBe("nobody leads");
    expect(said.classList.contains("ig-wrong")).toBe(true);
    expect(model.asked).toEqual([
      { type: "write", key: "colour", value: '"red"' },
      { type: "read", key: "colour" },
    ]);
  });

  test("of a custom state machine sends commands", () => {
    const about = { ...ABOUT, commands: ["Acquire", "Release"] };
    const { model, find, fill, push } = open(new FakeModel({ about }));
    expect(find("[name=key]")).toBeNull();

    fill("command", '{"type": "Release"}');
    push("write");

    expect(model.asked).toEqual([{ type: "command", text: '{"type": "Release"}' }]);
  });
});

describe("the cluster", () => {
  test("steps down, takes a node in, stands still, steps, and goes on", async () => {
    const { model, push } = open();

    for (const does of ["step-down", "add", "pause", "step"]) {
      push(does);
    }
    model.report({ frame: frame({ paused: true }) });
    await isDrawn();
    push("play");

    expect(model.asked).toEqual([
      { type: "step_down" },
      { type: "add" },
      { type: "pace", paused: true },
      { type: "step" },
      { type: "pace", paused: false },
    ]);
  });

  test("that has stopped cannot go on", async () => {
    const { model, find } = open();

    model.report({ frame: frame({ stopped: true }) });
    await isDrawn();

    expect(find<HTMLButtonElement>('[data-do="play"]').disabled).toBe(true);
    expect(find(".ig-when").textContent).toBe("Stopped at 1.000 s");
  });

  test("passes its time at a speed from 0.05 to 1, in equal ratios", async () => {
    const { model, find, fill } = open();

    fill("speed", "0");
    fill("speed", "50");
    vi.advanceTimersByTime(66);
    expect(find("output").textContent).toBe("0.22×");
    expect(model.asked).toEqual([
      { type: "pace", speed: 0.05 },
      { type: "pace", speed: 0.22 },
    ]);

    const [first, second] = model.sent.filter(({ type }) => type === "pace");
    for (const asked of [first, second]) {
      model.emit("msg:custom", { ...asked, type: "answer", said: "", problem: "" });
    }
    model.report({ frame: frame({ speed: 0.05 }) });
    await isDrawn();
    expect(find<HTMLInputElement>("[name=speed]").value).toBe("0");
  });
});

describe("the time line", () => {
  const past = frame({
    mode: "past",
    at: 400_000,
    live: 1_500_000,
    span: [0, 1_500_000],
    origin: "fork at 0.300 s",
    back: true,
  });

  test("asks for a moment 15 times a second at most, and always for the last", () => {
    const { model, fill } = open();

    for (const at of [100_000, 200_000, 300_000, 400_000]) {
      fill("time", `${at}`);
    }
    expect(model.asked).toEqual([{ type: "seek", at: 100_000 }]);

    vi.advanceTimersByTime(66);
    expect(model.asked).toEqual([
      { type: "seek", at: 100_000 },
      { type: "seek", at: 400_000 },
    ]);
  });

  test("stays where it was dragged until the kernel has answered", async () => {
    const { model, find, fill } = open();
    const range = find<HTMLInputElement>("[name=time]");

    fill("time", "400000");
    model.report({ frame: frame({ number: 2, at: 1_100_000, span: [0, 1_100_000] }) });
    await isDrawn();
    expect(range.value).toBe("400000");

    model.answer();
    model.report({ frame: past });
    await isDrawn();
    expect(range.value).toBe("400000");
    expect(range.getAttribute("aria-valuetext")).toBe("0.400 s");
  });

  test("says why it cannot go somewhere, and so does the speed", async () => {
    const { model, find, fill } = open();

    for (const name of ["time", "speed"]) {
      fill(name, "20");
      model.answer({ problem: `${name} cannot be had` });
      await isDrawn();

      expect(find(".ig-left > .ig-said").textContent).toBe(`${name} cannot be had`);
    }
  });

  test("says that it is the past, and leads back to now, on from here, and to the cluster", async () => {
    const { model, el, root, find, push } = open();
    expect(find('[data-do="now"]').hidden).toBe(true);

    model.report({ frame: past });
    await isDrawn();
    expect(root.dataset.mode).toBe("past");
    expect(el.textContent).toContain("You look at 0.400 s; the cluster itself is at 1.500 s.");
    expect(el.textContent).toContain("fork at 0.300 s");
    for (const does of ["now", "fork", "back"]) {
      push(does);
    }

    expect(model.asked).toEqual([{ type: "live" }, { type: "fork" }, { type: "back" }]);
  });

  test("has a mark for each change of leader, act and stop", () => {
    const { find } = open();

    expect(find(".ig-ticks [data-kind=leader]").getAttribute("d")).toBe("M200 0v1");
    expect(find(".ig-ticks [data-kind=act]").getAttribute("d")).toBe("M700 0v1");
    expect(find(".ig-ticks").getAttribute("viewBox")).toBe("0 0 1000 1");
  });

  test("says how far a recording runs that lies ahead", async () => {
    const { model, find } = open();

    model.report({ frame: frame({ ahead: 2_000_000, span: [0, 2_000_000] }) });
    await isDrawn();

    expect(find(".ig-when").textContent).toBe("1.000 s, a recording runs up to 2.000 s");
  });
});

describe("a run", () => {
  test("goes to the clipboard", async () => {
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    const { model, find, push } = open();

    push("copy");
    model.answer({ text: '{"seed": 7}' });
    await isDrawn();
    await isDrawn();

    expect(writeText).toHaveBeenCalledWith('{"seed": 7}');
    expect(find(".ig-fold-run .ig-said").textContent).toContain("on the clipboard");
    vi.unstubAllGlobals();
  });

  test("is shown and selected where the clipboard is closed, and can be opened", async () => {
    const { model, find, push } = open();
    const text = find<HTMLTextAreaElement>("textarea");

    push("copy");
    model.answer({ text: '{"seed": 7}' });
    await isDrawn();
    expect(find<HTMLDetailsElement>(".ig-fold-run").open).toBe(true);
    expect(text.value.slice(text.selectionStart, text.selectionEnd)).toBe('{"seed": 7}');

    push("open");
    model.answer({ problem: "that is not a run" });
    expect(model.asked.at(-1)).toEqual({ type: "open", text: '{"seed": 7}' });
    expect(find(".ig-fold-run .ig-said").textContent).toBe("that is not a run");
  });
});
