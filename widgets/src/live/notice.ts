/** What is said when the kernel does not answer: it is busy, or it was restarted and this is what it last said. */

import { element, setAttribute, setText } from "../shared/dom.ts";
import { type Condition, GONE } from "../shared/line.ts";

const WAITING = "Waiting for the kernel: a cell is running, or it was restarted.";
const LOST = `${GONE} This is what it last said.`;

export interface Notice {
  root: HTMLElement;
  tell(now: Condition): void;
}

/** @param isRunning whether the contract runs, so that it is known why the kernel does not answer */
export function createNotice(view: HTMLElement, isRunning: () => boolean): Notice {
  const { ownerDocument: document } = view;
  const lost = element(document, "p", { class: "ig-lost", role: "alert" });
  const late = element(document, "p", { class: "ig-late", role: "status" });
  return {
    root: element(document, "div", { class: "ig-notice" }, [lost, late]),
    tell(now) {
      const isLost = now === "lost";
      setText(lost, isLost ? LOST : "");
      setText(late, now === "waiting" && !isRunning() ? WAITING : "");
      setAttribute(view, "data-lost", isLost);
    },
  };
}
