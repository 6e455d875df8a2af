/** The time line: back through what happened, to now again, or on from there with what you do next. */

import { setText } from "../shared/dom.ts";
import { plainKey } from "../shared/keys.ts";
import { type Frame, type Story, seconds } from "./state.ts";
import { box, button, drawn, make, type Part, set, text, throttle, type View } from "./view.ts";

/** Stories that have a mark on the line. */
const MARKED = ["act", "leader", "stop"];

/** Microseconds that an arrow key goes, and with Shift. */
const KEY_US = 10_000;
const SMALL_KEY_US = 1_000;
const SIDES: Record<string, number> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
};

export interface Timeline extends Part {
  stop(): void;
}

export function createTimeline(view: View): Timeline {
  const range = make("input", { type: "range", name: "time", "aria-label": "Time line" });
  const marks = drawn("svg", "ticks", { preserveAspectRatio: "none", "aria-hidden": "true" });
  const when = text("when");
  const now = button("now", "Now", "Back to how it is now");
  const fork = button("fork", "Fork from here", "Go on from this moment in another way");
  const back = button("back", "Back to the cluster");
  const [first, last] = [make("span"), make("span")];
  let asked = 0;
  let known: readonly Story[] | undefined;

  const seek = throttle((at) => {
    asked += 1;
    const mine = asked;
    view.send("seek", { at }, (answer) => {
      asked = mine === asked ? 0 : asked;
      view.complain(answer);
    });
  });

  function go(to: number): void {
    range.value = `${to}`; // the browser keeps it within the line
    set(range, { "aria-valuetext": seconds(Number(range.value)) });
    seek.ask(Number(range.value));
  }

  range.addEventListener("input", () => go(Number(range.value)));
  range.addEventListener("keydown", (event) => {
    const side = SIDES[event.key];
    if (side && plainKey(event)) {
      event.preventDefault();
      go(Number(range.value) + side * (event.shiftKey ? SMALL_KEY_US : KEY_US));
    }
  });

  const leave = (type: string) => () => {
    asked = 0;
    seek.stop();
    view.send(type);
    range.focus();
  };

  return {
    root: box(
      "timeline",
      box("line", marks, range),
      box("row", first, when, now, fork, back, last),
    ),
    does: { now: leave("live"), fork: leave("fork"), back: leave("back") },
    update(frame) {
      const [from, to] = frame.span;
      set(range, { min: from, max: to });
      if (!asked) {
        range.value = `${frame.at}`;
        set(range, { "aria-valuetext": seconds(frame.at) });
      }
      setText(first, seconds(from));
      setText(last, seconds(to));
      setText(when, whenText(frame));
      now.hidden = frame.mode !== "past";
      fork.hidden = now.hidden;
      back.hidden = !frame.back;
      // The drawing's own coordinates are milliseconds: only the window moves as time passes.
      set(marks, { viewBox: `${from / 1000} 0 ${Math.max((to - from) / 1000, 1)} 1` });
      if (view.story !== known) {
        known = view.story;
        marks.replaceChildren(...MARKED.map((kind) => ticks(view.story, kind)));
      }
    },
    stop: seek.stop,
  };
}

function whenText({ mode, at, ahead, stopped, paused }: Frame): string {
  if (mode === "past") {
    return `You look at ${seconds(at)}`;
  }
  if (ahead > at) {
    return `${seconds(at)}, a recording runs up to ${seconds(ahead)}`;
  }
  const still = paused ? "Stands still at" : "Now:";
  return `${stopped ? "Stopped at" : still} ${seconds(at)}`;
}

function ticks(stories: readonly Story[], of: string): Element {
  const places = stories.filter(({ kind }) => kind === of).map(({ at }) => `M${at / 1000} 0v1`);
  return drawn("path", "mark-of", { "data-kind": of, d: places.join("") });
}
