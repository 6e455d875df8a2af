/** The whole drawing in small, with the part that is in view; hidden while everything is. */

import { element, setAttribute } from "../shared/dom.ts";
import { svgElement } from "../shared/svg.ts";
import { type Box, type Camera, inView, isWhole, type Size } from "./camera.ts";

export interface Minimap {
  /** Draws the nodes: boxes by the status that colours them. */
  draw(world: Size, boxes: ReadonlyMap<string, readonly Box[]>): void;
  look(camera: Camera, view: Size): void;
}

const WIDE = 168;
const HIGH = 96;

export function createMinimap(
  holder: HTMLElement,
  lookAt: (x: number, y: number) => void,
): Minimap {
  const { ownerDocument: document } = holder;
  const svg = svgElement(document, "svg", { class: "ig-small" });
  const nodes = svgElement(document, "g");
  const frame = svgElement(document, "rect", { class: "ig-frame" });
  const map = element(document, "div", { class: "ig-map", "aria-hidden": "true" });
  const drawn = new Map<string, SVGPathElement>();
  let world: Size = { width: 1, height: 1 };
  let isHeld = false;
  svg.append(nodes, frame);
  map.append(svg);
  map.hidden = true;
  holder.append(map);

  function pathOf(status: string): SVGPathElement {
    const path = drawn.get(status) ?? svgElement(document, "path", { "data-state": status });
    if (!drawn.has(status)) {
      drawn.set(status, path);
      nodes.append(path);
    }
    return path;
  }

  function look(event: PointerEvent): void {
    const { left, top, width, height } = svg.getBoundingClientRect();
    const x = ((event.clientX - left) / (width || 1)) * world.width;
    const y = ((event.clientY - top) / (height || 1)) * world.height;
    lookAt(x, y);
  }

  map.addEventListener("pointerdown", (event) => {
    isHeld = true;
    map.setPointerCapture?.(event.pointerId);
    look(event);
  });
  map.addEventListener("pointermove", (event) => isHeld && look(event));
  for (const end of ["pointerup", "pointercancel"]) {
    map.addEventListener(end, () => {
      isHeld = false;
    });
  }

  return {
    draw(size, boxes) {
      world = size;
      const wide = Math.min(WIDE, (holder.clientWidth || WIDE * 4) / 4);
      const k = Math.min(wide / size.width, HIGH / size.height);
      setAttribute(svg, "viewBox", `0 0 ${size.width} ${size.height}`);
      setAttribute(svg, "preserveAspectRatio", "none");
      setAttribute(svg, "width", String(Math.max(size.width * k, 12)));
      setAttribute(svg, "height", String(Math.max(size.height * k, 8)));
      for (const [status, each] of boxes) {
        setAttribute(pathOf(status), "d", each.map(rectangle).join(""));
      }
      for (const [status, path] of drawn) {
        if (!boxes.has(status)) {
          path.removeAttribute("d");
        }
      }
    },
    look(camera, view) {
      map.hidden = isWhole(camera, world, view);
      const { x, y, width, height } = inView(camera, view);
      const at = { x: Math.max(x, 0), y: Math.max(y, 0) };
      setAttribute(frame, "x", String(at.x));
      setAttribute(frame, "y", String(at.y));
      setAttribute(frame, "width", String(Math.max(Math.min(x + width, world.width) - at.x, 0)));
      setAttribute(frame, "height", String(Math.max(Math.min(y + height, world.height) - at.y, 0)));
    },
  };
}

function rectangle({ x, y, width, height }: Box): string {
  return `M${x} ${y}h${width}v${height}h${-width}z`;
}
