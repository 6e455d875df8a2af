/**
 * The window onto the drawing: it is moved by dragging, by keys and buttons, and scaled by the wheel.
 *
 * The wheel belongs to the page. It is ours with Ctrl or Cmd, and after a click into the drawing until Escape,
 * until a click elsewhere or until the focus goes. While something moves the browser moves a picture that it has
 * painted; when it rests it is painted again, sharp.
 */

import { element, setAttribute } from "../shared/dom.ts";
import * as see from "./camera.ts";

export interface Stage {
  /** Shows another drawing; where the reader looks stays, or begins anew. */
  load(drawing: Element | string, world: see.Size, isNew: boolean): void;
  zoom(factor: number): void;
  fit(): void;
  pan(x: number, y: number): void;
  reveal(box: see.Box): void;
  centre(box: see.Box): void;
  /** Moves so that a point of the drawing is in the middle. */
  lookAt(x: number, y: number): void;
  /** Gives the wheel back to the page; false if it was the page's already. */
  release(): boolean;
  readonly camera: see.Camera;
  readonly view: see.Size;
  stop(): void;
}

/** A press that moves less than this is a click. */
const STILL = 4;
const SETTLE_MS = 160;
const WHEEL = 0.0016;
const LINE = 16;

export function createStage(holder: HTMLElement, changed: () => void): Stage {
  const { ownerDocument: document } = holder;
  const layer = element(document, "div", { class: "ig-layer" });
  const hint = element(document, "p", { class: "ig-hint", "aria-hidden": "true" });
  holder.append(layer, hint);
  let world: see.Size = { width: 1, height: 1 };
  let camera: see.Camera = { x: 0, y: 0, k: 1 };
  let width = 0;
  let isOurs = false;
  let isTouched = false;
  let settles: ReturnType<typeof setTimeout> | undefined;
  let hides: ReturnType<typeof setTimeout> | undefined;
  let drag: { id: number; x: number; y: number; far: boolean } | undefined;

  const view = (): see.Size => ({
    width: width || holder.clientWidth || 1,
    height: Number.parseFloat(holder.style.height) || holder.clientHeight || 1,
  });

  function apply(next: see.Camera): void {
    camera = see.kept(next, world, view());
    layer.style.transform = `translate(${camera.x}px, ${camera.y}px) scale(${camera.k})`;
    setAttribute(holder, "data-far", camera.k < see.FAR);
    changed();
  }

  /** A change by the reader, of which there may be many in a second. */
  function move(next: see.Camera): void {
    isTouched = true;
    setAttribute(holder, "data-moving", true);
    clearTimeout(settles);
    settles = setTimeout(() => holder.removeAttribute("data-moving"), SETTLE_MS);
    apply(next);
  }

  function resize(): void {
    width = holder.clientWidth;
    const screen = document.defaultView?.innerHeight ?? 0;
    holder.style.height = `${see.heightFor(world, width || 1, screen)}px`;
    apply(isTouched ? camera : see.first(world, view()));
  }

  function own(isNow: boolean): void {
    isOurs = isNow;
    setAttribute(holder, "data-wheel", isNow);
    tell(isNow ? "The wheel zooms; Esc gives it back" : "");
  }

  function tell(text: string): void {
    clearTimeout(hides);
    hint.textContent = text;
    hides = setTimeout(() => {
      hint.textContent = "";
    }, 2_500);
  }

  function wheeled(event: WheelEvent): void {
    if (!(isOurs || event.ctrlKey || event.metaKey)) {
      if (!see.isWhole(camera, world, view())) {
        tell("Ctrl + wheel zooms, dragging moves");
      }
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const step = event.deltaMode === 1 ? LINE : 1;
    if (event.shiftKey) {
      move(see.moved(camera, -(event.deltaX + event.deltaY) * step, 0));
      return;
    }
    const { left, top } = holder.getBoundingClientRect();
    const factor = Math.exp(-event.deltaY * step * WHEEL * (event.ctrlKey ? 3 : 1));
    move(see.zoomed(camera, factor, event.clientX - left, event.clientY - top));
  }

  function pressed(event: PointerEvent): void {
    if (event.button === 0 && !(event.target as Element).closest("button, .ig-map")) {
      drag = { id: event.pointerId, x: event.clientX, y: event.clientY, far: false };
    }
  }

  function dragged(event: PointerEvent): void {
    if (drag?.id !== event.pointerId) {
      return;
    }
    const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.far && Math.hypot(x, y) < STILL) {
      return;
    }
    if (!drag.far) {
      holder.setPointerCapture?.(event.pointerId);
      setAttribute(holder, "data-dragging", true);
    }
    drag = { id: drag.id, x: event.clientX, y: event.clientY, far: true };
    move(see.moved(camera, x, y));
  }

  function released(event: PointerEvent): void {
    if (drag?.id === event.pointerId) {
      if (drag.far) {
        holder.addEventListener("click", swallow, { capture: true, once: true });
        setTimeout(() => holder.removeEventListener("click", swallow, { capture: true }));
      }
      drag = undefined;
      holder.removeAttribute("data-dragging");
    }
  }

  const clicked = (): void => own(true);
  const pressedElsewhere = (event: Event): void => {
    if (isOurs && !holder.contains(event.target as Node)) {
      own(false);
    }
  };

  holder.addEventListener("wheel", wheeled, { passive: false });
  holder.addEventListener("pointerdown", pressed);
  holder.addEventListener("pointermove", dragged);
  holder.addEventListener("pointerup", released);
  holder.addEventListener("pointercancel", released);
  holder.addEventListener("click", clicked);
  document.addEventListener("pointerdown", pressedElsewhere, true);
  const Observer = document.defaultView?.ResizeObserver;
  const observer = Observer && new Observer(() => holder.clientWidth !== width && resize());
  observer?.observe(holder);

  return {
    get camera() {
      return camera;
    },
    get view() {
      return view();
    },
    load(drawing, size, isNew) {
      layer.replaceChildren(drawing);
      world = size;
      isTouched = isTouched && !isNew;
      resize();
    },
    zoom(factor) {
      const { width: w, height: h } = view();
      move(see.zoomed(camera, factor, w / 2, h / 2));
    },
    fit: () => move(see.whole(world, view())),
    pan: (x, y) => move(see.moved(camera, x, y)),
    reveal(box) {
      const next = see.shown(camera, box, view());
      if (next !== camera) {
        move(next);
      }
    },
    centre: (box) => move(see.centred(camera, box, view())),
    lookAt(x, y) {
      const { width: w, height: h } = view();
      move({ x: w / 2 - x * camera.k, y: h / 2 - y * camera.k, k: camera.k });
    },
    release() {
      const was = isOurs;
      own(false);
      return was;
    },
    stop() {
      observer?.disconnect();
      clearTimeout(settles);
      clearTimeout(hides);
      document.removeEventListener("pointerdown", pressedElsewhere, true);
    },
  };
}

function swallow(event: Event): void {
  event.stopPropagation();
  event.preventDefault();
}
