/** Where things are in the ring: numbers in, positions out. Units are those of the drawing. */

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

/** Least distance of neighbours, room for the words beside a node, and for a crown. */
const APART = 122;
const WORDS = 84;
const ABOVE = 22;

export interface Layout {
  places: Map<string, Point>;
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Nodes on a circle, clockwise from the top, in the order in which they came. */
export function layout(ids: readonly string[]): Layout {
  const count = ids.length;
  const radius = count > 1 ? Math.max(80, APART / 2 / Math.sin(Math.PI / count)) : 0;
  const first = count === 2 ? Math.PI : -Math.PI / 2;
  const points = ids.map((_, at): Point => {
    const angle = first + (at * 2 * Math.PI) / count;
    return { x: round(radius * Math.cos(angle)), y: round(radius * Math.sin(angle)) };
  });
  const side = round(Math.max(0, ...points.map(({ x }) => x)) + AROUND + WORDS);
  const top = round(Math.min(0, ...points.map(({ y }) => y)) - AROUND - ABOVE);
  const low = Math.max(0, ...points.map(({ y }) => y)) + AROUND + 9;
  return {
    places: new Map(ids.map((id, at) => [id, points[at] as Point])),
    left: -side,
    top,
    width: 2 * side,
    height: round(low - top),
  };
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
