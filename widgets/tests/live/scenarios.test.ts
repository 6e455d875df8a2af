import { afterEach, expect, test } from "vitest";
import { createScenarios } from "../../src/live/scenarios.ts";
import { parseSvg } from "../../src/shared/svg.ts";
import { live, SVG } from "../sample.ts";

const NODES = {
  order_total: { was: "100.0", now: "150.0", by: "+50 (+50 %)" },
  gross_total: { was: "120.0", now: "failed", by: "" },
};

function open() {
  const [holder, canvas] = [document.createElement("section"), document.createElement("div")];
  const chosen: string[] = [];
  canvas.append(parseSvg(document, SVG) as Node);
  document.body.append(holder, canvas);
  const scenarios = createScenarios(holder, canvas, (path) => chosen.push(path));
  const mark = (path: string) => canvas.querySelector(`[data-node="${path}"] .ig-by`)?.textContent;
  return { holder, canvas, chosen, scenarios, mark };
}

afterEach(() => {
  document.body.replaceChildren();
});

test("nodes that differ are told with both values and the difference; equal ones are quiet", () => {
  const { holder, chosen, scenarios, mark } = open();
  scenarios.update(live());
  expect(holder.hidden).toBe(true);

  scenarios.update(live({ pinned: { inputs: {}, nodes: NODES } }));

  expect(holder.hidden).toBe(false);
  expect(holder.querySelector("p")?.textContent).toBe(
    "2 of 4 nodes differ from the pinned scenario",
  );
  expect([...(holder.querySelector("tbody")?.rows ?? [])].map((row) => row.textContent)).toEqual([
    "order_total100.0150.0+50 (+50 %)",
    "gross_total120.0failed",
  ]);
  expect([mark("order_total"), mark("gross_total"), mark("country")]).toEqual([
    "+50 %",
    "differs",
    undefined,
  ]);
  holder.querySelector("button")?.click();
  expect(chosen).toEqual(["order_total"]);
});

test("marks go when the nodes are equal again, and come again in another drawing", () => {
  const { holder, canvas, scenarios, mark } = open();
  scenarios.update(live({ pinned: { inputs: {}, nodes: NODES } }));

  canvas.replaceChildren(parseSvg(document, SVG) as Node);
  scenarios.update(live({ pinned: { inputs: {}, nodes: { order_total: NODES.order_total } } }));
  expect([mark("order_total"), mark("gross_total")]).toEqual(["+50 %", undefined]);
  expect(holder.querySelector("p")?.textContent).toContain("1 of 4 nodes differs");

  scenarios.update(live({ pinned: { inputs: {}, nodes: {} } }));
  expect(mark("order_total")).toBeUndefined();
  expect(holder.querySelector("p")?.textContent).toContain("All 4 nodes are as");
});
