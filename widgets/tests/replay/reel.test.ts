// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Reel, sceneAt, stops } from "../../src/replay/reel.ts";
import { start } from "../../src/replay/script.ts";

const FIGURE = '<circle class="r" cx="0" cy="0" r="25"/>';

const REEL: Reel = {
  names: ["n1", "n2"],
  frames: [
    [
      ...([0, 1_000_000] as const),
      [
        [0, "follower", 0, -1, -1, 0, 1, [], ""],
        [1, "follower", 0, -1, -1, 0, 1, [], ""],
      ],
      0,
      [],
    ],
    [1_000, 1_200_000, [[0, "leader", 1, 0, 0, 0, 1, [1], "{}"]], 1],
    [2_000, 1_300_000, [[1, "follower", 1, 0, 0, 1, 1, [1], "{}"]], 1, [[0, 1]]],
    [3_000, 1_400_000, [[1]], 1],
  ],
  flights: [[1_000, 1_400, 0, 1, 0]],
  headlines: ["Nobody leads", "n1 leads <b>term 1. It needs 2 of 2."],
  kinds: ["append"],
  notes: [[2_000, "cut"]],
  whole: true,
  stage: {
    radius: 25,
    nodes: { n1: [100, 50, 130, 50, 0, 40], n2: [200, 50, 230, 50, 0, 80] },
    logs: [300, 30, 22, 20, 10.5, 3],
    terms: [["#0072B2", "#fff", "#0072B2"]],
    legend: '<g class="legend"><text>leads, and is followed</text></g>',
  },
  looks: { follower: [FIGURE, "follower", "#111"], leader: [FIGURE, "leader", "#fff"] },
};

/** A leader, and who follows it. */
const LED = [
  ...([0, 1_000_000] as const),
  [
    [0, "leader", 1, 0, 0, 0, 1, [1], "{}"],
    [1, "follower", 1, 0, 0, 1, 1, [1], "{}"],
  ],
  1,
  [],
] as const;

const STILL =
  '<svg xmlns="http://www.w3.org/2000/svg" class="ig-cluster"><title>t</title>' +
  "<style>@media (prefers-color-scheme:dark){#a .name{fill:#eee}}</style>" +
  '<rect class="card"/><text>Nobody leads</text><text>seen</text><g class="node"/><g class="legend">of the still</g></svg>';

function put(reel: unknown): HTMLElement {
  document.body.innerHTML =
    `<div data-ig-still="a"><figure><div><img src="data:image/svg+xml;base64,${btoa(STILL)}"></div></figure>` +
    `<script type="application/json">${JSON.stringify(reel)}</script></div>`;
  start("a");
  return document.body;
}

describe("a recording", () => {
  it("is as it was at any moment", () => {
    expect(sceneAt(REEL, 0).nodes.get(0)?.role).toBe("follower");
    expect(sceneAt(REEL, 1_500).nodes.get(0)?.role).toBe("leader");
    expect(sceneAt(REEL, 2_500).cuts).toEqual([[0, 1]]);
    expect(sceneAt(REEL, 2_500).note).toBe("cut");
    expect([...sceneAt(REEL, 9_000).nodes.keys()]).toEqual([0]);
    expect(sceneAt(REEL, 1_500).time).toBe(1_250_000);
    expect(stops(REEL)).toEqual([0, 1_000, 2_000, 3_000]);
  });
});

describe("a still", () => {
  beforeEach(() => {
    vi.stubGlobal("matchMedia", () => ({ matches: false }));
  });

  it("stays the picture that it is until somebody plays", () => {
    const page = put(REEL);
    expect(page.querySelector("img")).not.toBeNull();
    expect(page.querySelector("button")?.textContent).toBe("▶ Replay");
    expect(page.querySelector("input")?.getAttribute("aria-label")).toBe("Time of the recording");
  });

  it("shows the moment that is sought, with names as text", () => {
    const page = put(REEL);
    const line = page.querySelector("input") as HTMLInputElement;
    line.value = "1200";
    line.dispatchEvent(new Event("input"));
    const drawn = page.querySelector("svg") as SVGSVGElement;
    expect(page.querySelector("img")).toBeNull();
    expect(drawn.classList.length).toBe(0);
    const lines = [...drawn.querySelectorAll(":scope > text")].map((on) => on.textContent);
    expect(lines).toEqual([
      "n1 leads <b>term 1",
      "It needs 2 of 2 · 1.220 s of the cluster's own time",
    ]);
    expect(drawn.querySelectorAll(".flight")).toHaveLength(1);
    expect(drawn.querySelector(".flight")?.getAttribute("cx")).toBe("150.0");
    expect(line.getAttribute("aria-valuetext")).toBe(
      "1.220 s: n1 leads <b>term 1. It needs 2 of 2.",
    );
  });

  it("has arrows, links on which nothing passes, and what its signs mean", () => {
    const page = put(REEL);
    const line = page.querySelector("input") as HTMLInputElement;
    const seek = (to: string) => {
      line.value = to;
      line.dispatchEvent(new Event("input"));
    };
    const drawn = (what: string) => page.querySelector(what)?.getAttribute("d");

    seek("1000");
    expect(drawn(".follows .head")).toBe("");
    expect([...page.querySelectorAll(".legend")].map((on) => on.textContent)).toEqual([
      "leads, and is followed",
    ]);
    put({ ...REEL, frames: [[...LED], [5_000, 2_000_000, [], 1, [[0, 1]]]] });
    const other = page.querySelector("input") as HTMLInputElement;
    other.value = "10";
    other.dispatchEvent(new Event("input"));
    expect(drawn(".follows .head")).toBe("M169.0 50.0L161.0 53.6 161.0 46.4Z");
    expect(drawn(".follows path")).toBe("M131.0 50.0L163.0 50.0");
    other.value = "5000";
    other.dispatchEvent(new Event("input"));
    expect(drawn(".follows .head")).toBe("");
    expect(drawn(".cut .head")).toBe("M148.0 50.0L140.0 53.6 140.0 46.4Z");
  });

  it("is painted for the page as it is, also when that changes", () => {
    const page = put(REEL);
    page.style.backgroundColor = "rgb(20, 20, 20)";
    (page.querySelector("button") as HTMLElement).click();
    expect(page.querySelector("svg style")?.textContent).toBe("#a .name{fill:#eee}");

    page.style.backgroundColor = "rgb(250, 250, 250)";
    page.querySelector(".ig-replay")?.dispatchEvent(new Event("transitionrun"));

    expect(page.querySelector("svg style")?.textContent).toBe("");
    page.style.backgroundColor = "";
  });

  it("is gone through by the arrows, which stay here", () => {
    const page = put(REEL);
    const heard = vi.fn();
    page.addEventListener("keydown", heard);
    const line = page.querySelector("input") as HTMLInputElement;
    line.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }));
    expect(line.getAttribute("aria-valuetext")).toBe("1.300 s: cut");
    expect(heard).not.toHaveBeenCalled();
  });

  it("moves no message for who does not like to see things move", () => {
    vi.stubGlobal("matchMedia", () => ({ matches: true }));
    const page = put(REEL);
    const line = page.querySelector("input") as HTMLInputElement;
    line.value = "1200";
    line.dispatchEvent(new Event("input"));
    expect(page.querySelectorAll(".flight")).toHaveLength(0);
  });

  it("is given its controls once", () => {
    const page = put(REEL);
    start("a");
    expect(page.querySelectorAll("button")).toHaveLength(1);
  });
});
