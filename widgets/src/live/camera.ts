/**
 * Where the reader looks: which part of a drawing is in view, and how large. Pure geometry.
 *
 * A point of the drawing is seen at `point * k + (x, y)`, in pixels of the view.
 */

export interface Camera {
  x: number;
  y: number;
  k: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Box extends Size {
  x: number;
  y: number;
}

/** Room between the drawing and the edge of the view. */
export const PAD = 6;

/** The smallest letters of the drawing are 11 pixels high: at this scale they are 9, which can just be read. */
export const LEGIBLE = 0.82;

/** Below this scale texts are not drawn at all: nobody can read them, and they take the most time. */
export const FAR = 0.4;

const SMALLEST = 0.02;
const LARGEST = 2.5;

/** This much of the drawing stays in view, however far it is moved. */
const KEPT = 48;

/** The least and the most height of a view, whatever is drawn. */
const LOW = 90;
const HIGH = 560;

const within = (least: number, value: number, most: number): number =>
  Math.max(least, Math.min(value, most));

/** The scale at which all of a drawing is in view; it is never made larger than it was drawn. */
export function wholeScale(world: Size, view: Size): number {
  const k = Math.min(
    (view.width - 2 * PAD) / world.width,
    (view.height - 2 * PAD) / world.height,
    1,
  );
  return within(SMALLEST, k, 1);
}

/** All of the drawing, in the middle of the view. */
export function whole(world: Size, view: Size): Camera {
  const k = wholeScale(world, view);
  return { x: (view.width - world.width * k) / 2, y: (view.height - world.height * k) / 2, k };
}

/** How far down a column begins, and how high it is. */
export type Column = Pick<Box, "y" | "height">;

/** What is seen first: everything if it can be read like that, else the first column, or its top. */
export function first(world: Size, view: Size, begin: Column): Camera {
  if (wholeScale(world, view) >= LEGIBLE) {
    return whole(world, view);
  }
  const spare = view.height - world.height * LEGIBLE;
  const around = Math.max((view.height - begin.height * LEGIBLE) / 2, PAD);
  const y = within(spare - PAD, around - begin.y * LEGIBLE, PAD);
  return { x: PAD, y: spare > 0 ? spare / 2 : y, k: LEGIBLE };
}

/** Where the first column is. */
export function beginOf(boxes: Iterable<Box>): Column {
  const all = [...boxes];
  const left = Math.min(...all.map(({ x }) => x));
  const column = all.filter(({ x }) => x <= left + 12);
  const y = Math.min(...column.map((box) => box.y));
  const height = Math.max(...column.map((box) => box.y + box.height)) - y;
  return column.length ? { y, height } : { y: 0, height: 0 };
}

/** How high a view has to be for a drawing that may take `width`; the screen sets a limit. */
export function heightFor(world: Size, width: number, screen: number): number {
  const high = within(LOW, screen * 0.6, HIGH);
  const k = Math.max(wholeScale(world, { width, height: high }), LEGIBLE);
  return Math.round(within(LOW, world.height * k + 2 * PAD, high));
}

/** Zooms so that the point of the drawing that is seen at (`x`, `y`) stays there. */
export function zoomed(camera: Camera, factor: number, x: number, y: number): Camera {
  const k = within(SMALLEST, camera.k * factor, LARGEST);
  const real = k / camera.k;
  return { x: x - (x - camera.x) * real, y: y - (y - camera.y) * real, k };
}

export function moved(camera: Camera, x: number, y: number): Camera {
  return { x: camera.x + x, y: camera.y + y, k: camera.k };
}

/** Takes back what would move the drawing out of view. */
export function kept(camera: Camera, world: Size, view: Size): Camera {
  const keep = (at: number, size: number, room: number) => {
    const some = Math.min(KEPT, size * camera.k);
    return within(some - size * camera.k, at, room - some);
  };
  return {
    x: keep(camera.x, world.width, view.width),
    y: keep(camera.y, world.height, view.height),
    k: camera.k,
  };
}

/** Moves as little as is needed for a box of the drawing to be in view. */
export function shown(camera: Camera, box: Box, view: Size, margin = 24): Camera {
  const move = (at: number, start: number, size: number, room: number) => {
    const from = start * camera.k + at;
    const to = from + size * camera.k;
    if (from < margin || to - from > room - 2 * margin) {
      return margin - from;
    }
    return to > room - margin ? room - margin - to : 0;
  };
  const isAll =
    camera.x + box.x * camera.k >= 0 &&
    camera.y + box.y * camera.k >= 0 &&
    camera.x + (box.x + box.width) * camera.k <= view.width &&
    camera.y + (box.y + box.height) * camera.k <= view.height;
  if (isAll) {
    return camera;
  }
  return moved(
    camera,
    move(camera.x, box.x, box.width, view.width),
    move(camera.y, box.y, box.height, view.height),
  );
}

/** Puts the middle of a box into the middle of the view, large enough to be read. */
export function centred(camera: Camera, box: Box, view: Size): Camera {
  const k = Math.max(camera.k, LEGIBLE);
  return {
    x: view.width / 2 - (box.x + box.width / 2) * k,
    y: view.height / 2 - (box.y + box.height / 2) * k,
    k,
  };
}

/** The part of the drawing that is in view. */
export function inView({ x, y, k }: Camera, view: Size): Box {
  return { x: -x / k, y: -y / k, width: view.width / k, height: view.height / k };
}

/** Whether all of a drawing is in view. */
export function isWhole(camera: Camera, world: Size, view: Size): boolean {
  const { x, y, width, height } = inView(camera, view);
  const slack = 2 / camera.k;
  return (
    x <= slack &&
    y <= slack &&
    x + width >= world.width - slack &&
    y + height >= world.height - slack
  );
}
