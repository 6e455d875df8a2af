/**
 * Head of the widget: how things are, what happened last, and whether the kernel answers. However much is
 * said it takes the same room over the ring, so that no frame moves the ring away under the pointer.
 */

import { setText } from "../shared/dom.ts";
import { type Condition, GONE } from "../shared/line.ts";
import { createMenu } from "./menu.ts";
import { type Frame, isOver, seconds } from "./state.ts";
import { box, button, type Part, set, shut, text, type View } from "./view.ts";

const WAITING = "waiting for the kernel: a cell is running";
const OVER = "Nothing runs any more. The time line still goes back through all that happened.";

/** Letters of a headline that have room in one large line. */
const LARGE = 64;

export interface Head extends Part {
  story: HTMLElement;
  /** What just happened; or, before that, what is wrong. */
  news: HTMLElement;
  /** Over the ring: the kernel is late. */
  notice: HTMLElement;
  condition(now: Condition, frame: Frame): void;
}

export function createHead(root: Element, view: View): Head {
  const [headline, origin, past] = [text("headline"), text("chip"), text("chip")];
  // Said at once by a screen reader: the kernel is gone, the quorum is lost.
  const alert = { role: "alert" };
  const [lost, banner] = [text("lost", alert), text("banner", alert)];
  const [story, notice] = [text("story"), text("notice", { role: "status" })];
  const [over, again, fork] = [
    text("over", { role: "status" }),
    button("again", "Start again", "The same nodes, with what their disks hold"),
    button("fork-end", "Fork from here", "Go on from this moment in a cluster of its own"),
  ];
  const menu = createMenu(view);

  return {
    root: box("top", headline, menu.root, button("keys", "?", "Keys and signs")),
    news: box("news", lost, over, banner, story, again, fork, origin, past),
    story,
    notice,
    does: {
      ...menu.does,
      again: () => view.send("again"),
      "fork-end": () => view.send("fork"),
    },
    condition(now, frame) {
      const when = seconds(frame.at ?? 0);
      const gone = `${GONE} What is drawn is as of ${when}.`;
      setText(notice, now === "waiting" ? WAITING : "");
      say(lost, now === "lost" ? gone : "");
      set(root, { "data-lost": now === "lost" });
      shut(menu.root, now === "lost"); // all else that asks for something is in the desks
    },
    update(frame) {
      const { at, live, mode } = frame;
      const where = `You look at ${seconds(at)}; the cluster itself is at ${seconds(live)}.`;
      const isEnded = isOver(frame);
      say(headline, frame.headline);
      set(headline, { "data-small": frame.headline.length > LARGE });
      setText(origin, frame.origin);
      setText(past, mode === "past" ? where : "");
      say(banner, frame.failure || frame.banner);
      setText(over, isEnded && !frame.failure ? OVER : "");
      again.hidden = !(isEnded && frame.again);
      fork.hidden = !(isEnded && frame.forkable);
      menu.update();
      set(root, {
        "data-frame": frame.number,
        "data-mode": mode,
        "data-leader": frame.leader ?? "",
        "data-over": isEnded,
      });
    },
  };
}

/** Writes a line that is cut where there is no room for it; all of it is there for a pointer that rests. */
function say(on: HTMLElement, words: string): void {
  setText(on, words);
  set(on, { title: words || undefined });
}
