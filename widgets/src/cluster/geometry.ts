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
  /** Half the height of a ring of many nodes, which is then wider than it is high. */
  flat: number;
}

/** Words beside the nodes, crowns above. */
const WIDE: Room = { apart: 122, half: 0, beside: 84, above: 22, below: 9, flat: 136 };
/** Two words over or under each node, and a line for all links at the bottom. */
const NARROW: Room = { apart: 106, half: 70, beside: 9, above: 48, below: 51, flat: 145 };
/** How far from each other nodes of one side of a partition are, and the room around them. */
const SIDE = { apart: 104, around: 18, above: 60, below: 42, least: 164, gap: 26 };

/** A wide ring that is drawn smaller than this gives way to a narrow one, whose words are larger. */
const LEGIBLE = 0.83;
/** A narrow ring stays until there is this much more room, so that a scroll bar cannot make it flicker. */
const LAG = 0.05;
/** No picture is drawn larger than this, and none is higher than so many pixels where it can be read lower. */
const LARGEST = 1.22;
const HIGH = { wide: 300, narrow: 340, phone: 420, most: 640 };
/** A page that is narrower than this is scrolled anyway. */
const PHONE = 400;

/** A rectangle with the nodes that can reach each other. */
export interface Area {
  nodes: readonly string[];
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Layout {
  isNarrow: boolean;
  /** Whether the names stand outside of their nodes. */
  isLong: boolean;
  places: Map<string, Point>;
  /** The sides of a partition, each in a place of its own; none where nothing is parted. */
  areas: Area[];
  left: number;
  top: number;
  width: number;
  height: number;
  /** Pixels that it is high. */
  high: number;
}

/** What a layout is of, beside the nodes. */
export interface Within {
  /** Pixels that there are. */
  pixels?: number | undefined;
  wasNarrow?: boolean;
  sides?: readonly (readonly string[])[];
  /** Letters of the longest name that stands outside of its node, 0 for none. */
  letters?: number;
}

/** The ring that can be read in so many pixels; the sides of a partition stand apart in as much room. */
export function layout(ids: readonly string[], within: Within = {}): Layout {
  const { pixels = Infinity, wasNarrow, sides = [], letters = 0 } = within;
  const beside = Math.min(Math.max(WIDE.beside, 10 + letters * 7), 141);
  const wide = ring(ids, { ...WIDE, beside });
  const least = wasNarrow ? LEGIBLE + LAG : LEGIBLE;
  const isNarrow = pixels < wide.width * least;
  const whole = isNarrow ? ring(ids, NARROW) : wide;
  const narrow = pixels < PHONE ? HIGH.phone : HIGH.narrow;
  const high = highOf(whole, pixels, isNarrow ? narrow : HIGH.wide);
  const found = sides.length > 1 ? apart(sides, pixels, whole, high) : { ...whole, high };
  return { ...found, isLong: letters > 0 };
}

function highOf({ width, height }: Pick<Layout, "width" | "height">, pixels: number, most: number) {
  return Math.round(Math.min(height * Math.min(LARGEST, pixels / width), most));
}

/** Where nodes of a ring stand: clockwise from the top, in the order in which they came. */
function circle(ids: readonly string[], radius: Point): Point[] {
  const first = ids.length === 2 && radius.y < radius.x ? Math.PI : -Math.PI / 2;
  return ids.map((_, at) => {
    const angle = first + (at * 2 * Math.PI) / ids.length;
    return { x: round(radius.x * Math.cos(angle)), y: round(radius.y * Math.sin(angle)) };
  });
}

function ring(ids: readonly string[], room: Room): Omit<Layout, "high" | "isLong"> {
  const count = ids.length;
  const radius = count > 1 ? Math.max(80, room.apart / 2 / Math.sin(Math.PI / count)) : 0;
  const flat = count === 2 ? 0 : Math.min(radius, room.flat);
  const points = circle(ids, { x: flat ? (radius * radius) / flat : radius, y: flat });
  const reach = Math.max(0, ...points.map(({ x }) => x)) + AROUND + room.beside;
  const side = round(Math.max(room.half, reach));
  const top = round(Math.min(0, ...points.map(({ y }) => y)) - AROUND - room.above);
  const low = Math.max(0, ...points.map(({ y }) => y)) + AROUND + room.below;
  return {
    isNarrow: room.apart === NARROW.apart,
    places: new Map(ids.map((id, at) => [id, points[at] as Point])),
    areas: [],
    left: -side,
    top,
    width: 2 * side,
    height: round(low - top),
  };
}

interface Blob {
  points: Point[];
  width: number;
  height: number;
  /** From the top of the area to the middle of its nodes. */
  middle: number;
  nodes: readonly string[];
}

type Drawing = Omit<Layout, "isLong">;

/**
 * The sides of a partition: each a small ring of its own, in as many rows as make them largest. They stand
 * around the middle of the ring that they were, so that each node is seen to go from there to here.
 */
function apart(
  sides: readonly (readonly string[])[],
  pixels: number,
  { top, height }: Omit<Drawing, "high">,
  high: number,
): Drawing {
  const blobs = sides.map(blob);
  const packed = sides.map((_, at) => pack(blobs, at + 1, top + height / 2));
  const scale = (of: Drawing, most: number) =>
    Math.min(LARGEST, pixels / of.width, most / of.height);
  const best = (most: number) =>
    packed.reduce((found, next) => (scale(next, most) > scale(found, most) ? next : found));
  const flat = best(high);
  const found = scale(flat, high) < LEGIBLE ? best(HIGH.most) : flat;
  const needed = found.height * Math.min(LEGIBLE, scale(found, HIGH.most));
  return { ...found, high: Math.round(Math.max(high, needed)) };
}

function blob(nodes: readonly string[]): Blob {
  const count = nodes.length;
  const radius = count > 1 ? SIDE.apart / 2 / Math.sin(Math.PI / count) : 0;
  const points = circle(nodes, { x: radius, y: radius });
  const reach = Math.max(0, ...points.map(({ x }) => x)) + AROUND + SIDE.around;
  const up = Math.max(0, ...points.map(({ y }) => -y));
  const middle = up + AROUND + (up ? SIDE.above + 12 : SIDE.above - 14);
  const low = Math.max(0, ...points.map(({ y }) => y)) + AROUND + SIDE.below;
  return { nodes, points, middle, width: Math.max(2 * reach, SIDE.least), height: middle + low };
}

function pack(blobs: readonly Blob[], count: number, middle: number): Drawing {
  const each = Math.ceil(blobs.length / count);
  const rows = Array.from({ length: Math.ceil(blobs.length / each) }, (_, at) =>
    blobs.slice(at * each, (at + 1) * each),
  );
  const widthOf = (row: readonly Blob[]) =>
    row.reduce((sum, { width }) => sum + width + SIDE.gap, -SIDE.gap);
  const heightOf = (row: readonly Blob[]) => Math.max(...row.map(({ height }) => height));
  const width = Math.max(...rows.map(widthOf)) + 4;
  const height = rows.reduce((sum, row) => sum + heightOf(row) + SIDE.gap, 4 - SIDE.gap);
  const [areas, places]: [Area[], Layout["places"]] = [[], new Map()];
  let top = round(middle - height / 2 + 2);
  for (const row of rows) {
    let left = round(-widthOf(row) / 2);
    for (const { nodes, points, width, middle } of row) {
      areas.push({ nodes, left, top, width, height: heightOf(row) });
      nodes.forEach((id, at) => {
        const { x, y } = points[at] as Point;
        places.set(id, { x: round(left + width / 2 + x), y: round(top + middle + y) });
      });
      left += width + SIDE.gap;
    }
    top += heightOf(row) + SIDE.gap;
  }
  const box = { left: round(-width / 2), top: round(middle - height / 2), width, height };
  return { isNarrow: true, places, areas, high: 0, ...box };
}

interface Words {
  x: number;
  y: number;
  "text-anchor": string;
}

/** From one line of words about a node to the next. */
export const LINE = { wide: 14, narrow: 13 };

/** Where the words about a node stand, seen from the node: on the outer side, where no links are. */
export function wordsAt(id: string, at: Layout, hasCrown: boolean): Words {
  const { x, y } = at.places.get(id) as Point;
  if (at.isNarrow) {
    const above = hasCrown ? -65 : -53;
    const isHigh = y < middleOf(id, at) - 1;
    return { x: 0, y: isHigh ? above : 47, "text-anchor": "middle" };
  }
  const side = x < -1 ? -1 : 1;
  const isTop = Math.abs(x) <= 1 && y <= 0; // beside the top node arrows come from below
  return {
    x: isTop ? 37 : (AROUND + 10) * side,
    y: isTop ? -30 : -8,
    "text-anchor": side < 0 ? "end" : "start",
  };
}

/** The height that is the middle of what a node belongs to: its side, or the whole ring. */
function middleOf(id: string, { places, areas }: Layout): number {
  const mine = areas.find(({ nodes }) => nodes.includes(id))?.nodes;
  const all = mine ? mine.map((one) => (places.get(one) as Point).y) : [0];
  return (Math.min(...all) + Math.max(...all)) / 2;
}

/** Letters of a name that have room inside a node. */
const INSIDE = 6;

/** Whether the names stand outside of their nodes, since one of them has no room inside. */
export function areLong(ids: readonly string[]): boolean {
  return ids.some((id) => id.length > INSIDE);
}

/** A name with its middle left out: what tells names apart is at their ends. */
export function fitted(name: string, letters: number): string {
  const half = Math.floor((letters - 1) / 2);
  return name.length > letters ? `${name.slice(0, letters - 1 - half)}…${name.slice(-half)}` : name;
}

/** How large a name is written inside a node. */
export function nameSize(letters: number, isNarrow: boolean): number {
  if (isNarrow) {
    return Math.min(17, Math.max(11.5, 22 - 1.6 * letters));
  }
  return letters > 4 ? Math.max(10.8, 15 - 0.7 * letters) : 14.5;
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
