import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Details } from "../../src/live/details.ts";
import { type Inspected, time } from "../../src/live/inspected.ts";
import { live, RAN } from "../sample.ts";

const FACTS: Inspected = {
  type: "",
  doc: "The rate of a country.",
  capabilities: ["network"],
  source: "def vat_rate(country):\n    return 0.2",
  where: "cell 2, line 4",
  why: "vat_rate ran because country went 'PL' → 'UA'",
  durations: [10, 20, 1500],
  value: { type: "float", text: "0.2", html: "", picture: "" },
  error: null,
};

let panel: HTMLElement;
let details: Details;
let asked: string[];
let chosen: (string | undefined)[];

beforeEach(() => {
  vi.useFakeTimers();
  panel = document.createElement("section");
  panel.className = "ig-details";
  document.body.append(panel);
  asked = [];
  chosen = [];
  details = new Details(panel, {
    ask: (path) => asked.push(path),
    choose: (path) => chosen.push(path),
  });
});

afterEach(() => {
  details.stop();
  document.body.replaceChildren();
  vi.useRealTimers();
});

const fact = (term: string) => panel.querySelector(`[data-fact="${term}"]`);

function tell(change: Partial<Inspected> = {}, node = "vat_rate") {
  details.told({ node, facts: { ...FACTS, ...change } });
}

describe("asking", () => {
  test("happens when a node is chosen and when it has changed, not with every report", () => {
    details.update(live(), "vat_rate");
    tell();
    details.update(live({ headline: "another" }), "vat_rate");
    expect(asked).toEqual(["vat_rate"]);

    details.update(live(RAN), "vat_rate");
    vi.advanceTimersByTime(500);
    expect(asked).toEqual(["vat_rate", "vat_rate"]);
  });

  test("is one question at a time, and the last chosen wins", () => {
    details.update(live(RAN), "vat_rate");
    details.update(live(RAN), "country");
    expect(asked).toEqual(["vat_rate"]);

    tell();
    vi.advanceTimersByTime(500);
    expect(asked).toEqual(["vat_rate", "country"]);
    expect(fact("about")).toBeNull();
  });

  test("says that the kernel is busy, and takes it back", () => {
    details.update(live(RAN), "vat_rate");
    vi.advanceTimersByTime(700);
    expect(panel.querySelector(".ig-busy")?.textContent).toContain("kernel is busy");

    tell();
    expect(panel.querySelector(".ig-busy")?.textContent).toBe("");
  });

  test("gives up an answer that does not come, when another node is chosen", () => {
    details.update(live(RAN), "vat_rate");
    vi.advanceTimersByTime(9000);

    details.update(live(RAN), "country");

    expect(asked).toEqual(["vat_rate", "country"]);
    expect(panel.querySelector(".ig-busy")?.textContent).toBe("");
  });
});

describe("what is shown", () => {
  test("is what the report says at once, and all of it when the answer is there", () => {
    details.update(live(RAN), "vat_rate");
    expect(fact("value")?.textContent).toBe("0.2");
    expect(fact("defined")?.textContent).toBe("cell 2, line 4");

    tell();

    expect(fact("about")?.textContent).toBe("The rate of a country.");
    expect(fact("capabilities")?.textContent).toBe("network");
    expect(fact("why")?.textContent).toContain("country went");
    expect(fact("defined")?.querySelector("pre")?.textContent).toBe(FACTS.source);
    expect(fact("past runs")?.textContent).toBe(" last 3 runs: 10 µs to 1.5 ms");
    expect(fact("past runs")?.querySelectorAll("rect")).toHaveLength(3);
  });

  test("links what a node reads, and the focus stays in the inspector", () => {
    details.update(live(RAN), "gross_total");

    const links = [...(fact("reads")?.querySelectorAll("button") ?? [])];
    links[1]?.click();

    expect(links.map((each) => each.textContent)).toEqual(["order_total", "vat_rate"]);
    expect(fact("reads")?.textContent).toBe("order_total = 100.0vat_rate = 0.2");
    expect(chosen).toEqual(["vat_rate"]);
    expect(document.activeElement).toBe(panel.querySelector(".ig-brief"));
  });

  test("leaves alone what did not change, so that what is open stays open", () => {
    details.update(live(RAN), "vat_rate");
    tell();
    const before = fact("defined");

    tell({ durations: [1, 2, 3, 4] });

    expect(fact("defined")).toBe(before);
    expect(fact("past runs")?.textContent).toContain("last 4 runs");
  });

  test("has markup in a frame that runs and loads nothing", () => {
    details.update(live(RAN), "vat_rate");
    tell({
      value: { type: "DataFrame", text: "", picture: "", html: "<script>x()</script><table>" },
    });

    const frame = fact("value")?.querySelector("iframe");
    expect(frame?.getAttribute("sandbox")).toBe("");
    expect(frame?.srcdoc).toContain("default-src 'none'");
    expect(frame?.title).toBe("Value, a DataFrame");
    expect(panel.querySelector("script")).toBeNull();
  });

  test("has a picture as a picture, with words", () => {
    details.update(live(RAN), "vat_rate");
    tell({ value: { type: "Figure", text: "", html: "", picture: "data:image/png;base64,AA==" } });

    expect(fact("value")?.querySelector("img")?.alt).toBe("Figure: 0.2");
  });

  test("has the person's line of an error, and the traceback folded", () => {
    details.update(live(RAN), "gross_total");
    const error = {
      text: "division by zero",
      node: "gross_total",
      line: "return 1 / 0",
      where: "cell 2, line 9",
      traceback: "Traceback …",
    };
    tell({ value: null, error }, "gross_total");

    expect(fact("error")?.querySelector(".ig-line")?.textContent).toBe("return 1 / 0");
    expect(fact("error")?.textContent).toContain("cell 2, line 9");
    expect(fact("error")?.querySelector("details pre")?.textContent).toBe("Traceback …");
    expect(fact("value")).toBeNull();
  });

  test("compares with the pinned scenario", () => {
    const nodes = { vat_rate: { was: "0.25", now: "0.2", by: "−0.05 (−20 %)" } };

    details.update(live({ ...RAN, pinned: { inputs: {}, nodes } }), "vat_rate");

    expect(fact("pinned")?.textContent).toBe("0.25 · now −0.05 (−20 %)");
  });

  test("is nothing when no node is chosen", () => {
    details.update(live(RAN), "vat_rate");
    details.update(live(RAN), undefined);

    expect(panel.hidden).toBe(true);
  });
});

test("times are told in the unit that fits", () => {
  expect([0.25, 999, 1234, 2.5e6].map(time)).toEqual(["0.25 µs", "999 µs", "1.23 ms", "2.5 s"]);
});
