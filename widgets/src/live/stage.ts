/**
 * The window onto the drawing: it is moved by dragging, by keys and buttons, and scaled by the wheel.
 *
 * The browser moves and scales a picture that it has painted, which is quick whatever is drawn; in a new size it is
 * painted again, sharp, when it rests.
 */

import { element, setAttribute } from "../shared/dom.ts";
import * as see from "./camera.ts";
import { createHint, createWheel, drags } from "./gestures.ts";

const SETTLE_MS = 160;

export class Stage {
  #holder: HTMLElement;
  #changed: () => void;
  #layer: HTMLElement;
  #hint: ReturnType<typeof createHint>;
  #wheel: ReturnType<typeof createWheel>;
  #observer: ResizeObserver | undefined;
  #settles: ReturnType<typeof setTimeout> | undefined;
  #world: see.Size = { width: 1, height: 1 };
  #camera: see.Camera = { x: 0, y: 0, k: 1 };
  #begin: see.Column = { y: 0, height: 0 };
  #width = 0;
  #isTouched = false;

  /** `changed` is called whenever something else is seen. */
  constructor(holder: HTMLElement, changed: () => void) {
    this.#holder = holder;
    this.#changed = changed;
    this.#layer = element(holder.ownerDocument, "div", { class: "ig-layer" });
    holder.prepend(this.#layer);
    this.#hint = createHint(holder);
    this.#wheel = createWheel(holder, this.#hint.tell, {
      zoom: (factor, x, y) => this.#move(see.zoomed(this.#camera, factor, x, y)),
      pan: (x, y) => this.pan(x, y),
      isWhole: () => see.isWhole(this.#camera, this.#world, this.view),
    });
    drags(holder, (x, y) => this.pan(x, y));
    const Observer = holder.ownerDocument.defaultView?.ResizeObserver;
    this.#observer = Observer && new Observer(() => this.#resize());
    this.#observer?.observe(holder);
  }

  get camera(): see.Camera {
    return this.#camera;
  }

  get view(): see.Size {
    return {
      width: this.#width || this.#holder.clientWidth || 1,
      height: Number.parseFloat(this.#holder.style.height) || 1,
    };
  }

  /** Shows another drawing, which begins with a column; where the reader looks stays, unless it is the first. */
  load(drawing: Element | string, world: see.Size, begin: see.Column, isFirst: boolean): void {
    this.#layer.replaceChildren(drawing);
    this.#world = world;
    this.#begin = begin;
    this.#isTouched = this.#isTouched && !isFirst;
    this.#width = 0;
    this.#resize();
  }

  zoom(factor: number): void {
    const { width, height } = this.view;
    this.#move(see.zoomed(this.#camera, factor, width / 2, height / 2));
  }

  fit(): void {
    this.#move(see.whole(this.#world, this.view));
  }

  pan(x: number, y: number): void {
    this.#move(see.moved(this.#camera, x, y));
  }

  /** Moves as little as is needed for a box to be in view. */
  reveal(box: see.Box): void {
    const next = see.shown(this.#camera, box, this.view);
    if (next !== this.#camera) {
      this.#move(next);
    }
  }

  /** Puts a box into the middle, large enough to be read. */
  centre(box: see.Box): void {
    this.#move(see.centred(this.#camera, box, this.view));
  }

  /** Puts a point of the drawing into the middle. */
  lookAt(x: number, y: number): void {
    const { width, height } = this.view;
    const { k } = this.#camera;
    this.#move({ x: width / 2 - x * k, y: height / 2 - y * k, k });
  }

  /** Gives the wheel back to the page; false if it was the page's already. */
  release(): boolean {
    return this.#wheel.release();
  }

  stop(): void {
    this.#observer?.disconnect();
    clearTimeout(this.#settles);
    this.#hint.stop();
    this.#wheel.stop();
  }

  /** A change by the reader; from now on the window does not go back to where the graph begins. */
  #move(next: see.Camera): void {
    this.#isTouched = true;
    this.#apply(next);
  }

  #apply(next: see.Camera): void {
    const isScaled = next.k !== this.#camera.k;
    this.#camera = see.kept(next, this.#world, this.view);
    const { x, y, k } = this.#camera;
    this.#layer.style.transform = `translate(${x}px, ${y}px) scale(${k})`;
    setAttribute(this.#holder, "data-far", k < see.FAR);
    if (isScaled) {
      clearTimeout(this.#settles);
      this.#settles = setTimeout(this.#sharpen, SETTLE_MS);
    }
    this.#changed();
  }

  #sharpen = (): void => {
    setAttribute(this.#holder, "data-sharpen", true);
    requestAnimationFrame(() =>
      requestAnimationFrame(() => this.#holder.removeAttribute("data-sharpen")),
    );
  };

  #resize(): void {
    const width = this.#holder.clientWidth;
    if (width === this.#width) {
      return;
    }
    this.#width = width;
    const screen = this.#holder.ownerDocument.defaultView?.innerHeight ?? 0;
    this.#holder.style.height = `${see.heightFor(this.#world, width || 1, screen)}px`;
    this.#apply(this.#isTouched ? this.#camera : see.first(this.#world, this.view, this.#begin));
  }
}
