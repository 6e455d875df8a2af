import { describe, expect, test } from "vitest";
import * as see from "../../src/live/camera.ts";

const TOP = { y: 0, height: 0 };
const VIEW = { width: 800, height: 400 };

describe("what is seen first", () => {
  test("is everything, in the middle and no larger than drawn, if it can be read like that", () => {
    expect(see.first({ width: 400, height: 200 }, VIEW, TOP)).toEqual({ x: 200, y: 100, k: 1 });
    expect(see.first({ width: 900, height: 100 }, VIEW, TOP).k).toBeCloseTo(0.876);
  });

  test("is the beginning, in a size that can be read, where everything would be too small", () => {
    const at = (y: number, height = 40) =>
      see.first({ width: 9000, height: 3000 }, VIEW, { y, height }).y;

    expect(see.first({ width: 9000, height: 3000 }, VIEW, TOP).k).toBe(see.LEGIBLE);
    expect(at(0)).toBe(see.PAD);
    expect(at(1480)).toBeCloseTo(200 - 1500 * see.LEGIBLE);
    expect(at(2960)).toBeCloseTo(400 - 3000 * see.LEGIBLE - see.PAD);
  });

  test("is the top of a first column that is higher than the view", () => {
    const { x, y, k } = see.first({ width: 9000, height: 3000 }, VIEW, { y: 700, height: 1800 });

    expect([x, y + 700 * k]).toEqual([see.PAD, see.PAD]);
  });

  test("begins with the first column", () => {
    const box = (x: number, y: number) => ({ x, y, width: 10, height: 10 });

    expect(see.beginOf([box(0, 0), box(4, 100), box(200, 900)])).toEqual({ y: 0, height: 110 });
    expect(see.beginOf([])).toEqual(TOP);
  });

  test("takes the height that it needs, and no more than the screen allows", () => {
    expect(see.heightFor({ width: 400, height: 200 }, 800, 1000)).toBe(212);
    expect(see.heightFor({ width: 9000, height: 9000 }, 800, 1000)).toBe(560);
    expect(see.heightFor({ width: 9000, height: 9000 }, 800, 700)).toBe(420);
    expect(see.heightFor({ width: 10, height: 10 }, 800, 1000)).toBe(90);
  });
});

describe("zooming", () => {
  test("keeps what is under the pointer where it is", () => {
    const camera = { x: -50, y: 20, k: 0.5 };
    const next = see.zoomed(camera, 1.5, 300, 100);
    const under = ({ x, y, k }: see.Camera) => [(300 - x) / k, (100 - y) / k];

    expect(next.k).toBe(0.75);
    expect(under(next)).toEqual(under(camera));
  });

  test("has limits", () => {
    expect(see.zoomed({ x: 0, y: 0, k: 1 }, 1e6, 0, 0).k).toBe(2.5);
    expect(see.zoomed({ x: 0, y: 0, k: 1 }, 1e-6, 0, 0).k).toBe(0.02);
  });
});

describe("moving", () => {
  const world = { width: 2000, height: 1000 };

  test("never loses the drawing", () => {
    expect(see.kept({ x: -9999, y: 9999, k: 1 }, world, VIEW)).toEqual({ x: -1952, y: 352, k: 1 });
  });

  test("to a box moves as little as is needed, and not at all if it is in view", () => {
    const camera = { x: 0, y: 0, k: 1 };
    const box = { x: 900, y: 50, width: 100, height: 40 };

    expect(see.shown(camera, { ...box, x: 300 }, VIEW)).toBe(camera);
    expect(see.shown(camera, box, VIEW)).toEqual({ x: -224, y: 0, k: 1 });
  });

  test("to the middle of a box makes it large enough to be read", () => {
    const box = { x: 900, y: 50, width: 100, height: 40 };
    const { x, y, k } = see.centred({ x: 0, y: 0, k: 0.1 }, box, VIEW);

    expect(k).toBe(see.LEGIBLE);
    expect([x + 950 * k, y + 70 * k]).toEqual([400, 200]);
  });

  test("knows when everything is in view", () => {
    expect(see.isWhole(see.whole(world, VIEW), world, VIEW)).toBe(true);
    expect(see.isWhole({ x: 0, y: 0, k: 1 }, world, VIEW)).toBe(false);
  });
});
