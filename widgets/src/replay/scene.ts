/** Moves a still: its card and its style sheet stay, what stands on it is drawn anew for each moment of the recording. */

import { setText } from "../shared/dom.ts";
import { parseSvg, svgElement } from "../shared/svg.ts";
import { between, linksOf } from "./links.ts";
import type { Flight, Node, Reel, Scene } from "./reel.ts";

/** What the style sheet of a still holds: how it is painted for a dark page. */
const DARK = /^@media \(prefers-color-scheme:dark\)\{(.*)\}$/s;
const KINDS: Record<string, string> = {
  vote: "#E69F00",
  "vote-reply": "#E69F00",
  append: "#0072B2",
  "append-reply": "#0072B2",
};

export interface Picture {
  root: SVGSVGElement;
  draw(scene: Scene, at: number, moves: boolean): void;
  /** Paints it for a page. */
  paint(isDark: boolean): void;
}

/** Makes a picture that can be moved of a still one; nothing if it is no drawing. */
export function picture(document: Document, text: string, reel: Reel): Picture | undefined {
  const root = parseSvg(document, text);
  if (!root) {
    return undefined;
  }
  root.removeAttribute("class");
  for (const gone of root.querySelectorAll(".node,.links,.logs,.legend")) {
    gone.remove();
  }
  const [title, said] = root.querySelectorAll<SVGTextElement>(":scope > text");
  root.querySelector(":scope > title")?.remove();
  root.querySelector(":scope > g[stroke-linejoin]")?.remove(); // the sign of a lost quorum
  title?.setAttribute("x", "18");
  const stage = svgElement(document, "g");
  root.append(stage, ...parsed(document, reel.stage.legend));
  const sheet = root.querySelector("style");
  const [, dark = ""] = DARK.exec(sheet?.textContent ?? "") ?? [];
  return {
    root,
    paint(isDark) {
      if (sheet) {
        setText(sheet, isDark ? dark : "");
      }
    },
    draw(scene, at, moves) {
      const drawn = [
        linksOf(reel, scene),
        ...[...scene.nodes].map(([id, node]) => nodeOf(reel, id, node)),
        indexes(reel, scene),
        ...[...scene.nodes].map(([id, node]) => logOf(reel, scene, id, node)),
        moves ? flights(reel, at) : "",
      ];
      stage.replaceChildren(...parsed(document, drawn.join("")));
      // As in the still: who leads is large, and what that means has room on the line below.
      const [first = "", rest] = scene.headline.split(/\. (.*?)\.?$/s);
      const when = `${(scene.time / 1e6).toFixed(3)} s of the cluster's own time`;
      if (title && said) {
        setText(title, first);
        setText(said, rest ? `${rest} · ${when}` : when);
      }
    },
  };
}

function parsed(document: Document, drawn: string): ChildNode[] {
  const text = `<svg xmlns="http://www.w3.org/2000/svg">${drawn}</svg>`;
  return [...(parseSvg(document, text)?.childNodes ?? [])];
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", '"': "&quot;" };
const escaped = (text: string) => text.replace(/[&<"]/g, (char) => ESCAPES[char] as string);

function written(kind: string, text: string, x: number, y: number, more = ""): string {
  return `<text class="${kind}" x="${x}" y="${y}" ${more}>${escaped(text)}</text>`;
}

type Place = [number, number, number, number, number, number];

function placeOf({ names, stage }: Reel, id: number): Place | undefined {
  return stage.nodes[names[id] ?? ""];
}

/** The font size with which a name fits into its node. */
function nameSize({ stage }: Reel, name: string): number {
  return Math.min(stage.radius > 20 ? 14.5 : 10, (stage.radius * 3) / Math.max(name.length, 1));
}

function nodeOf(reel: Reel, id: number, { role, term, vote }: Node): string {
  const [at, name, look] = [placeOf(reel, id), reel.names[id] ?? "", reel.looks[role]];
  if (!at || !look) {
    return "";
  }
  const [x, y, labelX, labelY, isEnd] = at;
  const isRoomy = reel.stage.radius > 20;
  const size = nameSize(reel, name);
  const middle = `fill="${look[2]}" font-weight="600" text-anchor="middle"`;
  const kind = `n-${role}`;
  const low = y + size * 0.36 - (isRoomy ? 6 : 0);
  const drawn = [
    `<g transform="translate(${x} ${y})">${look[0]}</g>`,
    written(kind, name, x, low, `${middle} font-size="${size}"`),
  ];
  if (isRoomy) {
    const end = isEnd ? ' text-anchor="end"' : "";
    const voted = vote < 0 ? "no vote" : `voted ${reel.names[vote]}`;
    drawn.push(
      written(kind, `term ${term}`, x, y + 12.5, `${middle} font-size="9"`),
      written(
        "name",
        look[1],
        labelX,
        labelY - 2,
        `fill="#1f2328" font-size="12" font-weight="600"${end}`,
      ),
      written("detail", voted, labelX, labelY + 12, `fill="#57606a" font-size="10.5"${end}`),
    );
  }
  return drawn.join("");
}

/** The first index that has a column. */
function firstShown({ stage }: Reel, { nodes }: Scene): number {
  const newest = Math.max(
    0,
    ...[...nodes.values()].map(({ first, terms }) => first + terms.length - 1),
  );
  return Math.max(1, newest - stage.logs[5] + 1);
}

function indexes(reel: Reel, scene: Scene): string {
  const [left, line, step, , , columns] = reel.stage.logs;
  const first = firstShown(reel, scene);
  return Array.from({ length: columns }, (_, at) => {
    const isThere = [...scene.nodes.values()].some(
      (node) => first + at >= node.first && first + at < node.first + node.terms.length,
    );
    const x = left + at * step + (step - 2) / 2;
    const middle = 'fill="#57606a" font-size="9.5" text-anchor="middle"';
    return isThere ? written("detail", String(first + at), x, line, middle) : "";
  }).join("");
}

function logOf(reel: Reel, scene: Scene, id: number, node: Node): string {
  const at = placeOf(reel, id);
  if (!at) {
    return "";
  }
  const [left, , step, high, size] = reel.stage.logs;
  const [top, first] = [at[5], firstShown(reel, scene)];
  const boxes = node.terms.map((term, offset) => {
    const index = node.first + offset;
    const number = (term - 1) % reel.stage.terms.length;
    const [fill, ink, line] = reel.stage.terms[number] as [string, string, string];
    const isDone = index <= node.commit;
    const x = left + (index - first) * step;
    const looks = isDone
      ? `class="t${number}" fill="${fill}"`
      : `class="t${number} hollow" fill="#ffffff"`;
    const text = `fill="${isDone ? ink : "#1f2328"}" font-size="${size}" font-weight="600" text-anchor="middle"`;
    return index < first
      ? ""
      : `<g ${looks} stroke="${line}" stroke-width="1.3"><rect x="${x}" y="${top}" width="${step - 2}" height="${high}" rx="3.5"/></g>` +
          written(
            isDone ? "" : "name",
            String(term),
            x + (step - 2) / 2,
            top + high / 2 + size * 0.36,
            text,
          );
  });
  const names = { x: left - 14, y: top + high / 2 + 4 };
  const label = 'fill="#1f2328" font-size="12" font-weight="600" text-anchor="end"';
  const state = reel.stage.radius > 20 ? node.state : "";
  return (
    written("name", reel.names[id] ?? "", names.x, names.y, label) +
    boxes.join("") +
    written("detail", state, left, top + high + 12, 'fill="#57606a" font-size="9.5"')
  );
}

function flights(reel: Reel, at: number): string {
  const shown = reel.flights.filter(([sent, arrives]) => sent <= at && at <= arrives);
  return shown.map((flight) => flightOf(reel, flight, at)).join("");
}

function flightOf(reel: Reel, [sent, arrives, one, other, kind]: Flight, at: number): string {
  const on = between(reel, one, other);
  if (!on) {
    return "";
  }
  const along = on.length * (arrives > sent ? (at - sent) / (arrives - sent) : 1);
  const [x, y] = [on.x + on.dx * along, on.y + on.dy * along];
  const about = reel.kinds[kind] ?? "";
  const colour = KINDS[about] ?? "#767676";
  const looks = `stroke="${colour}" stroke-width="2" fill="${about.endsWith("-reply") ? "none" : colour}"`;
  return `<circle class="flight" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="5" ${looks}><title>${escaped(about)}</title></circle>`;
}

/** Whether what lies behind an element is dark. */
export function isDarkBehind(of: Element): boolean {
  for (let at: Element | null = of; at; at = at.parentElement) {
    const colour =
      getComputedStyle(at)
        .backgroundColor.match(/[\d.]+/g)
        ?.map(Number) ?? [];
    const [red = 0, green = 0, blue = 0, alpha = 1] = colour;
    if (colour.length >= 3 && alpha > 0.5) {
      return red * 0.299 + green * 0.587 + blue * 0.114 < 128;
    }
  }
  return false;
}
