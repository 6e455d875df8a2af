/** Head of the widget: how things are, what happened last, and whether the kernel answers. */

import { setText } from "../shared/dom.ts";
import type { Condition } from "../shared/line.ts";
import { type Frame, seconds } from "./state.ts";
import { box, button, type Part, set, text } from "./view.ts";

const WAITING = "waiting for the kernel: a cell is running";

export interface Head extends Part {
  story: HTMLElement;
  /** Said at once by a screen reader: the kernel is gone, the quorum is lost. */
  alerts: HTMLElement[];
  /** Over the ring: the kernel is late. */
  notice: HTMLElement;
  condition(now: Condition, frame: Frame): void;
}

export function createHead(root: Element): Head {
  const [headline, origin, past] = [text("headline"), text("chip"), text("chip")];
  const alert = { role: "alert" };
  const [lost, banner] = [text("lost", alert), text("banner", alert)];
  const [story, notice] = [text("story"), text("notice", { role: "status" })];

  return {
    root: box(
      "top",
      box("row", headline, button("keys", "?", "Keys and signs")),
      box("row", story, origin, past),
    ),
    story,
    alerts: [lost, banner],
    notice,
    condition(now, frame) {
      const when = seconds(frame.at ?? 0);
      const gone = `The kernel does not answer: it was restarted or is gone. What is drawn is as of ${when}; run the cell again for a new one.`;
      setText(notice, now === "waiting" ? WAITING : "");
      setText(lost, now === "lost" ? gone : "");
      set(root, { "data-lost": now === "lost" });
    },
    update(frame) {
      const { at, live, mode } = frame;
      const where = `You look at ${seconds(at)}; the cluster itself is at ${seconds(live)}.`;
      setText(headline, frame.headline);
      setText(origin, frame.origin);
      setText(past, mode === "past" ? where : "");
      setText(banner, frame.failure || frame.banner);
      set(root, {
        "data-frame": frame.number,
        "data-mode": mode,
        "data-leader": frame.leader ?? "",
      });
    },
  };
}
