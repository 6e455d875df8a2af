/**
 * Gestures over the drawing: the wheel and dragging.
 *
 * The wheel belongs to the page. It is ours with Ctrl or Cmd, and after a click into the drawing until Escape or
 * until a click elsewhere.
 */

import { element, setAttribute } from "../shared/dom.ts";

/** A press that moves less than this is a click. */
const STILL = 4;
const HINT_MS = 2_500;
const WHEEL = 0.0016;
const LINE = 16;

/** A few words over the drawing, for a moment. */
export function createHint(holder: HTMLElement) {
  const line = element(holder.ownerDocument, "p", { class: "ig-hint", "aria-hidden": "true" });
  let hides: ReturnType<typeof setTimeout> | undefined;
  holder.append(line);
  return {
    tell(text: string): void {
      clearTimeout(hides);
      line.textContent = text;
      hides = setTimeout(() => {
        line.textContent = "";
      }, HINT_MS);
    },
    stop: () => clearTimeout(hides),
  };
}

interface Scrolls {
  zoom(factor: number, x: number, y: number): void;
  pan(x: number, y: number): void;
  isWhole(): boolean;
}

export function createWheel(holder: HTMLElement, tell: (text: string) => void, does: Scrolls) {
  const { ownerDocument: document } = holder;
  let isOurs = false;

  function own(isNow: boolean): void {
    if (isOurs !== isNow) {
      isOurs = isNow;
      setAttribute(holder, "data-wheel", isNow);
      tell(isNow ? "The wheel zooms; Esc gives it back" : "");
    }
  }

  function wheeled(event: WheelEvent): void {
    if (isOurs || event.ctrlKey || event.metaKey) {
      take(event);
    } else if (!does.isWhole()) {
      tell("Ctrl + wheel zooms, dragging moves");
    }
  }

  function take(event: WheelEvent): void {
    event.preventDefault();
    event.stopPropagation();
    const step = event.deltaMode === 1 ? LINE : 1;
    if (event.shiftKey) {
      does.pan(-(event.deltaX + event.deltaY) * step, 0);
      return;
    }
    const { left, top } = holder.getBoundingClientRect();
    const factor = Math.exp(-event.deltaY * step * WHEEL * (event.ctrlKey ? 3 : 1));
    does.zoom(factor, event.clientX - left, event.clientY - top);
  }

  const pressedElsewhere = (event: Event): void => {
    if (!holder.contains(event.target as Node)) {
      own(false);
    }
  };

  holder.addEventListener("wheel", wheeled, { passive: false });
  holder.addEventListener("click", () => own(true));
  document.addEventListener("pointerdown", pressedElsewhere, true);
  return {
    release(): boolean {
      const was = isOurs;
      own(false);
      return was;
    },
    stop: () => document.removeEventListener("pointerdown", pressedElsewhere, true),
  };
}

/** Tells how far a pressed pointer moves; a press that moved is no click. */
export function drags(holder: HTMLElement, moved: (x: number, y: number) => void): void {
  let drag: { id: number; x: number; y: number; far: boolean } | undefined;

  holder.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && !(event.target as Element).closest("button, .ig-map")) {
      drag = { id: event.pointerId, x: event.clientX, y: event.clientY, far: false };
    }
  });
  holder.addEventListener("pointermove", (event) => {
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
    moved(x, y);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    holder.addEventListener(end, () => {
      if (drag?.far) {
        holder.addEventListener("click", swallow, { capture: true, once: true });
        setTimeout(() => holder.removeEventListener("click", swallow, { capture: true }));
      }
      drag = undefined;
      holder.removeAttribute("data-dragging");
    });
  }
}

function swallow(event: Event): void {
  event.stopPropagation();
  event.preventDefault();
}
