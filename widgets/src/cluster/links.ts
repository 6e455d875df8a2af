/**
 * Links between the nodes, which stand still: who may reach whom, who follows whom, what is cut, and
 * which links are slow or lossy. Drawn anew only when one of these changes.
 */

import {
  type Area,
  across,
  between,
  head,
  type Layout,
  length,
  line,
  type Point,
  pointOn,
  type Span,
} from "./geometry.ts";
import { type Frame, linkText, type Side } from "./state.ts";
import { drawn } from "./view.ts";

/** From one line of words to the next. */
const LINE = 12;
const INWARDS = 14;

type Pair = [from: string, to: string];
type SpanOf = (pair: Pair) => Span | undefined;

export function createLinks(layer: Element) {
  const [areas, lines] = [drawn("g", "areas"), drawn("g", "lines")];
  let known = "";
  let knownAreas = "";
  layer.append(areas, lines);

  return {
    update(frame: Frame, at: Layout): void {
      const led = follows(frame);
      const { places } = at;
      const { cuts, links, link, sides } = frame;
      const facts = JSON.stringify([at, [...places], led, cuts, links, link, sides]);
      if (facts === known) {
        return;
      }
      known = facts;
      const factsOfAreas = JSON.stringify([at.areas, sides]);
      if (factsOfAreas !== knownAreas) {
        knownAreas = factsOfAreas;
        areas.replaceChildren(...at.areas.flatMap((area, index) => place(area, sides[index])));
      }
      const spanOf: SpanOf = ([from, to]) => between(places.get(from), places.get(to));
      const isOdd = frame.nodes.length % 2 === 1; // then nobody stands in the middle, below
      const below = { x: at.left + (isOdd ? at.width / 2 : 2), y: at.top + at.height - 4 };
      const path = (name: string, pairs: Pair[], d: (span: Span) => string) =>
        drawn("path", name, { d: pairs.map((pair) => draw(spanOf(pair), d)).join("") });
      const sideOf = (id: string) => at.areas.findIndex(({ nodes }) => nodes.includes(id));
      const isParted = ([from, to]: Pair) => sideOf(from) !== sideOf(to);
      lines.replaceChildren(
        path("mesh", openPairs(frame), ({ from, to }) => line(from, to)),
        path("follows", led, (span) => line(span.from, pointOn(span, length(span) - 6))),
        path("heads", led, (span) => head(span)),
        ...cutPairs(frame).flatMap(([pair, isOneWay]) => {
          const about = { "data-from": pair[0], "data-to": pair[1], "data-parted": isParted(pair) };
          const group = drawn("g", "cut", about);
          const stop = isOneWay ? barred : slashes;
          group.append(
            path("dashes", [pair], (span) => gap(span, isOneWay ? 8 : 6.5)),
            path("stop", [pair], stop),
          );
          return group;
        }),
        ...oneWay(frame, at, sideOf).map((span) => {
          const group = drawn("g", "way");
          const d = line(span.from, span.to);
          group.append(drawn("path", "dashes", { d }), drawn("path", "stop", { d: barred(span) }));
          return group;
        }),
        ...words(frame, spanOf, at.isNarrow),
        word(
          [at.areas.length ? "" : linkText(...link, "all links: ")],
          below,
          isOdd ? "middle" : "start",
        ),
      );
    },
  };
}

/** The place of one side of a partition, and what that side can do. */
function place(area: Area, side: Side | undefined): SVGElement[] {
  const { left, top, width, height } = area;
  const about = { "data-decides": side?.decides };
  const box = { x: left, y: top, width, height, rx: 14 };
  const said = drawn("text", "says", { x: left + width / 2, y: top + 18, "text-anchor": "middle" });
  said.textContent = side?.text ?? "";
  return [drawn("rect", "area", { ...about, ...box }), said];
}

/** Where messages still pass between two sides, but one way only: from the one to the other nothing does. */
function oneWay({ cuts }: Frame, { areas }: Layout, sideOf: (id: string) => number): Span[] {
  const cut = new Set(cuts.map(([from, to]) => `${sideOf(from)},${sideOf(to)}`));
  return [...cut]
    .map((pair) => pair.split(",").map(Number) as [number, number])
    .filter(([from, to]) => from !== to && !cut.has(`${to},${from}`))
    .flatMap(([from, to]) => {
      const [a, b] = [areas[from], areas[to]];
      return a && b ? [edgeToEdge(a, b)] : [];
    });
}

/** The piece between two areas. */
function edgeToEdge(a: Area, b: Area): Span {
  const middle = ({ left, top, width, height }: Area): Point => ({
    x: left + width / 2,
    y: top + height / 2,
  });
  const whole = { from: middle(a), to: middle(b) };
  const isBeside = Math.abs(whole.to.x - whole.from.x) > Math.abs(whole.to.y - whole.from.y);
  const near = (of: Area) => (isBeside ? of.width : of.height) / 2 - 6;
  return {
    from: pointOn(whole, near(a)),
    to: pointOn(whole, length(whole) - near(b)),
  };
}

function draw(span: Span | undefined, d: (span: Span) => string): string {
  return span ? d(span) : "";
}

/** Leader and follower of each node that follows one that leads and can be reached. */
function follows({ nodes, cuts }: Frame): Pair[] {
  const cut = new Set(cuts.flatMap(eitherWay));
  const leading = nodes.filter(({ role }) => role === "leader" || role === "superseded");
  const ids = new Set(leading.map(({ id }) => id));
  return nodes
    .filter(({ id, alive, leader, role }) => alive && role !== "paused" && id !== leader)
    .map(({ id, leader }): Pair => [leader, id])
    .filter((pair) => ids.has(pair[0]) && !cut.has(`${pair}`));
}

function eitherWay([from, to]: Pair): string[] {
  return [`${from},${to}`, `${to},${from}`];
}

function openPairs({ nodes, cuts }: Frame): Pair[] {
  const cut = new Set(cuts.flatMap(eitherWay));
  return nodes
    .flatMap(({ id }, at) => nodes.slice(at + 1).map((other): Pair => [id, other.id]))
    .filter((pair) => !cut.has(`${pair}`));
}

/** Each cut link once, and whether messages still pass the other way. */
function cutPairs({ cuts }: Frame): [pair: Pair, isOneWay: boolean][] {
  const cut = new Set(cuts.map(String));
  return cuts
    .map((pair): [Pair, boolean] => [pair, !cut.has(`${pair[1]},${pair[0]}`)])
    .filter(([[from, to], isOneWay]) => isOneWay || from < to);
}

/** Two strokes across: nothing passes. */
function slashes(span: Span): string {
  return [-2.6, 2.6].map((side) => across(span, length(span) / 2 + side, 5.5, 2.2)).join("");
}

/** An arrow that runs against a bar: nothing passes this way. */
function barred(span: Span): string {
  const middle = length(span) / 2;
  return across(span, middle + 2, 6) + head(span, middle - 1);
}

function gap(span: Span, half: number): string {
  const middle = length(span) / 2;
  return (
    line(span.from, pointOn(span, middle - half)) + line(pointOn(span, middle + half), span.to)
  );
}

/** What is special about links: in the middle if it holds both ways, else nearer to the sender. */
function words({ links }: Frame, spanOf: SpanOf, isNarrow: boolean): SVGElement[] {
  const said = new Map(
    links.map(([from, to, ...how]) => [`${from},${to}`, linkText(...how) || "no delay"]),
  );
  return links.flatMap(([from, to]) => {
    const span = spanOf([from, to]);
    const what = said.get(`${from},${to}`);
    const isBoth = said.get(`${to},${from}`) === what;
    if (!span || (isBoth && from > to)) {
      return [];
    }
    const whole = isBoth ? `${what}` : `${what} → ${to}`;
    const on = pointOn(span, length(span) * (isBoth ? 0.5 : 0.36));
    if (!isNarrow) {
      return word([whole], { x: on.x, y: on.y + 3 });
    }
    const lines = whole.replace(" lost", "\u202f✕").split(/, (?=\d)| (?=→)/);
    const { x, y } = inwards(on);
    return word(lines, { x, y: y + 3 - (lines.length - 1) * (LINE / 2) });
  });
}

/** Between neighbours there is little room: what is said of their link stands nearer to the middle. */
function inwards({ x, y }: Point): Point {
  const part = 1 - INWARDS / Math.max(Math.hypot(x, y), 4 * INWARDS);
  return { x: x * part, y: y * part };
}

/** Words in one line or in several, one under the other. */
function word(lines: string[], { x, y }: Point, anchor = "middle"): SVGElement {
  const made = drawn("text", "word", { x, y, "text-anchor": anchor });
  lines.forEach((line, at) => {
    const part = drawn("tspan", "part", { x, dy: at ? LINE : 0 });
    part.textContent = line;
    made.append(part);
  });
  return made;
}
