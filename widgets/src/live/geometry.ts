/**
 * The box of a drawn node, read from its shape's coordinates. The browser's own measure (`getBBox`) knows
 * nothing in a hidden tab, and a notebook is often opened behind another one.
 */

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const NUMBER = /-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?/gi;

/** The box around all shapes directly inside a group, in the group's own units. */
export function boxOf(group: Element): Box {
  const corners = Array.from(group.children).flatMap(corner);
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return corners.length === 0
    ? { left: 0, top: 0, right: 0, bottom: 0 }
    : {
        left: Math.min(...xs),
        top: Math.min(...ys),
        right: Math.max(...xs),
        bottom: Math.max(...ys),
      };
}

function corner(shape: Element): [number, number][] {
  const read = (name: string): number => Number(shape.getAttribute(name) ?? 0);
  switch (shape.localName) {
    case "rect":
      return [
        [read("x"), read("y")],
        [read("x") + read("width"), read("y") + read("height")],
      ];
    case "circle":
    case "ellipse": {
      const rx = read(shape.localName === "circle" ? "r" : "rx");
      const ry = read(shape.localName === "circle" ? "r" : "ry");
      return [
        [read("cx") - rx, read("cy") - ry],
        [read("cx") + rx, read("cy") + ry],
      ];
    }
    case "polygon":
    case "polyline":
      return pairs(shape.getAttribute("points"));
    case "path":
      return pairs(shape.getAttribute("d")); // absolute M, L and C, as layout engines write them
    default:
      return [];
  }
}

function pairs(text: string | null): [number, number][] {
  const numbers = (text?.match(NUMBER) ?? []).map(Number);
  const found: [number, number][] = [];
  for (let at = 0; at + 1 < numbers.length; at += 2) {
    found.push([numbers[at] ?? 0, numbers[at + 1] ?? 0]);
  }
  return found;
}
