/** Positions in the ring: numbers in, positions out. Units are those of the drawing. */

export interface Point {
  x: number;
  y: number;
}

export interface Span {
  from: Point;
  to: Point;
}

/** Radius of the line around a node that counts down; the node itself has 25. */
export const AROUND = 31;

/** Room that a ring takes: least distance of neighbours, least half width, and what is around the nodes. */
interface Room {
  apart: number;
  half: number;
  beside: number;
  above: number;
  below: number;
}

/** Words beside the nodes, crowns above. */
const WIDE: Room = { apart: 122, half: 0, beside: 84, above: 22, below: 9 };
/** One word over or under each node, and a line for all links at the bottom. */
const NARROW: Room = { apart: 106, half: 70, beside: 9, above: 35, below: 38 };

/** A wide ring that is drawn smaller than this gives way to a narrow one, whose words are larger. */
const LEGIBLE = 0.83;
/** A narrow ring stays until there is this much more room, so that a scroll bar cannot make it flicker. */
const LAG = 0.05;

export interface Layout {
  isNarrow: boolean;
  places: Map<string, Point>;
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The ring that can be read in so many pixels. */
export function layout(ids: readonly string[], pixels = Infinity, wasNarrow = false): Layout {
  const wide = ring(ids, WIDE);
  const least = wasNarrow ? LEGIBLE + LAG : LEGIBLE;
  return pixels < wide.width * least ? ring(ids, NARROW) : wide;
}

/** Nodes on a circle, clockwise from the top, in the order in which they came. */
function ring(ids: readonly string[], room: Room): Layout {
  const count = ids.length;
  const radius = count > 1 ? Math.max(80, room.apart / 2 / Math.sin(Math.PI / count)) : 0;
  const first = count === 2 ? Math.PI : -Math.PI / 2;
  const points = ids.map((_, at): Point => {
    const angle = first + (at * 2 * Math.PI) / count;
    return { x: round(radius * Math.cos(angle)), y: round(radius * Math.sin(angle)) };
  });
  const reach = Math.max(0, ...points.map(({ x }) => x)) + AROUND + room.beside;
  const side = round(Math.max(room.half, reach));
  const top = round(Math.min(0, ...points.map(({ y }) => y)) - AROUND - room.above);
  const low = Math.max(0, ...points.map(({ y }) => y)) + AROUND + room.below;
  return {
    isNarrow: room === NARROW,
    places: new Map(ids.map((id, at) => [id, points[at] as Point])),
    left: -side,
    top,
    width: 2 * side,
    height: round(low - top),
  };
}

interface Words {
  x: number;
  y: number;
  "text-anchor": string;
}

/** Where a node's role stands, seen from the node: on the outer side, where no links are. */
export function wordsAt({ x, y }: Point, isNarrow: boolean, hasCrown: boolean): Words {
  if (isNarrow) {
    const above = hasCrown ? -52 : -40;
    return { x: 0, y: y < -1 ? above : 49, "text-anchor": "middle" };
  }
  const side = x < -1 ? -1 : 1;
  const up = Math.abs(x) > 1 || y > 0 ? 0 : 14; // beside the top node arrows come from below
  return { x: (AROUND + 10) * side, y: -2 - up, "text-anchor": side < 0 ? "end" : "start" };
}

/** How large a name is written inside a node. */
export function nameSize(letters: number, isNarrow: boolean): number {
  if (isNarrow) {
    return Math.min(17, Math.max(11.5, 22 - 1.6 * letters));
  }
  return letters > 4 ? Math.max(9.8, 14 - 0.6 * letters) : 14.5;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

export function length({ from, to }: Span): number {
  return Math.hypot(to.x - from.x, to.y - from.y);
}

/** The point `along` from the start and `aside` to the right of the way. */
export function pointOn(span: Span, along: number, aside = 0): Point {
  const { from, to } = span;
  const whole = length(span) || 1;
  const [x, y] = [(to.x - from.x) / whole, (to.y - from.y) / whole];
  return { x: round(from.x + x * along - y * aside), y: round(from.y + y * along + x * aside) };
}

/** The piece between two nodes that is outside of both; none if one of them is not there. */
export function between(from: Point | undefined, to: Point | undefined): Span | undefined {
  if (!from || !to) {
    return undefined;
  }
  const [whole, clear] = [{ from, to }, AROUND + 4];
  return { from: pointOn(whole, clear), to: pointOn(whole, length(whole) - clear) };
}

export function line(from: Point, to: Point): string {
  return `M${from.x} ${from.y}L${to.x} ${to.y}`;
}

/** A short line across a span. */
export function across(span: Span, along: number, reach: number, slant = 0): string {
  return line(pointOn(span, along - slant, -reach), pointOn(span, along + slant, reach));
}

/** The point of an arrow. */
export function head(span: Span, along = length(span), aside = 0): string {
  const { x, y } = pointOn(span, along - 8, aside + 3.6);
  return `${line(pointOn(span, along, aside), pointOn(span, along - 8, aside - 3.6))}L${x} ${y}Z`;
}
