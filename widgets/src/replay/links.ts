/** Links as the still draws them (`notebook/clusters/picture/links.py`): who leads whom, and where nothing passes. */

import type { Reel, Scene } from "./reel.ts";

const CUT = "#D55E00";
const LED = "#0072B2";

/** A straight line from one node's edge to another's: where it begins, its direction, and its length. */
export interface Span {
  x: number;
  y: number;
  dx: number;
  dy: number;
  length: number;
}

export function between({ names, stage }: Reel, one: number, other: number): Span | undefined {
  const [from, to] = [stage.nodes[names[one] ?? ""], stage.nodes[names[other] ?? ""]];
  if (!from || !to) {
    return undefined;
  }
  const whole = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
  const [dx, dy] = [(to[0] - from[0]) / whole, (to[1] - from[1]) / whole];
  const clear = stage.radius + 6;
  return { x: from[0] + dx * clear, y: from[1] + dy * clear, dx, dy, length: whole - 2 * clear };
}

/** The point so far along a line, and so far beside it. */
function at({ x, y, dx, dy }: Span, along: number, aside = 0): string {
  const point = [x + dx * along - dy * aside, y + dy * along + dx * aside];
  return point.map((value) => value.toFixed(1)).join(" ");
}

const line = (on: Span, from: number, to: number) => `M${at(on, from)}L${at(on, to)}`;

const across = (on: Span, along: number, reach: number, slant = 0) =>
  `M${at(on, along - slant, -reach)}L${at(on, along + slant, reach)}`;

const head = (on: Span, tip: number) =>
  `M${at(on, tip)}L${at(on, tip - 8, 3.6)} ${at(on, tip - 8, -3.6)}Z`;

/** What a link is drawn with: the line itself, lines across it, and points of arrows. */
type Strokes = [line: string, mark: string, head: string];

const follow = (on: Span): Strokes => [
  line(on, 0, Math.max(0, on.length - 6)),
  "",
  head(on, on.length),
];

function broken(on: Span, gap: number): string {
  const middle = on.length / 2;
  return line(on, 0, middle - gap) + line(on, on.length, middle + gap);
}

function cut(on: Span): Strokes {
  const slashes = [-2.6, 2.6].map((side) => across(on, on.length / 2 + side, 5.5, 2.2));
  return [broken(on, 6.5), slashes.join(""), ""];
}

function oneWay(on: Span): Strokes {
  const middle = on.length / 2;
  return [broken(on, 7.5), across(on, middle + 1.5, 6), head(on, middle - 2)];
}

function paint(kind: string, colour: string, dashes: string, drawn: Strokes[]): string {
  const [lines, marks, heads] = [0, 1, 2].map((part) => drawn.map((each) => each[part]).join(""));
  return (
    `<g class="${kind}" fill="none" stroke="${colour}"><path ${dashes} d="${lines}"/>` +
    `<path stroke-width="1.6" stroke-linecap="round" d="${marks}"/>` +
    `<path class="head" fill="${colour}" stroke="none" d="${heads}"/></g>`
  );
}

/** Draws the links of a moment. */
export function linksOf(reel: Reel, { cuts, nodes }: Scene): string {
  const both = (one: number, other: number) => cuts.some(([a, b]) => a === other && b === one);
  const draw = (how: (on: Span) => Strokes, one: number, other: number) => {
    const on = between(reel, one, other);
    return on ? [how(on)] : [];
  };
  const broken = cuts.flatMap(([one, other]) =>
    both(one, other) ? (one < other ? draw(cut, one, other) : []) : draw(oneWay, one, other),
  );
  const whole = [...nodes].flatMap(([id, { follows, role }]) => {
    const leads = nodes.get(follows)?.role === "leader" && follows !== id;
    return leads && role === "follower" && !cuts.some((pair) => isBetween(pair, follows, id))
      ? draw(follow, follows, id)
      : [];
  });
  return (
    paint("cut", CUT, 'stroke-width="1.2" stroke-dasharray="3 3.5"', broken) +
    paint("follows", LED, 'stroke-width="1.4"', whole)
  );
}

function isBetween(pair: readonly number[], one: number, other: number): boolean {
  return pair.includes(one) && pair.includes(other);
}
