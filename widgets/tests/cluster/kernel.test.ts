import { describe, expect, test } from "vitest";
import sent from "../../../tests/fixtures/widgets/cluster.json";
import type { Traits } from "../../src/cluster/state.ts";
import { isDrawn } from "../fresh_page.ts";
import { FakeModel, frame, node, open, STORY, TOUR } from "./fake.ts";

const keys = (of: object) => Object.keys(of).sort();

describe("what the kernel sends", () => {
  test("has the parts that these tests are written with", () => {
    expect(keys(sent.frame)).toEqual(keys(frame()));
    expect(keys(sent.frame.nodes[0] ?? {})).toEqual(keys(node("n1")));
    expect(keys(sent.tour)).toEqual(keys(TOUR));
    expect(keys(sent.story[0] ?? {})).toEqual(keys(STORY[0] ?? {}));
  });

  test("is drawn whole: who is what, what is under way, what happened, the tour", async () => {
    const model = new FakeModel(sent as unknown as Traits);
    const { el, find } = open(model);
    await isDrawn();

    for (const { id, role, term } of sent.frame.nodes) {
      const drawn = find(`.ig-node[data-node="${id}"]`);
      expect([drawn.dataset.role, drawn.dataset.term]).toEqual([role, `${term}`]);
    }
    expect(find(".ig-headline").textContent).toBe(sent.frame.headline);
    expect(find(".ig-heading").textContent).toBe(sent.tour.heading);
    expect(el.textContent).toContain(sent.story.at(-1)?.text);
    expect(el.innerHTML).not.toMatch(/undefined|NaN|\[object/);
  });
});
