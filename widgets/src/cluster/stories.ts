/** Story of the cluster: the newest line by itself, and those before it with their times. */

import { setText } from "../shared/dom.ts";
import { type Story, seconds } from "./state.ts";
import { make, type Part, set, type View } from "./view.ts";

const SHOWN = 8;

export function createStories(view: View, line: Element, say: (text: string) => void): Part {
  const list = make("ol", { class: "ig-stories", "aria-label": "What happened" });
  let known: Story[] | undefined;

  return {
    root: list,
    update() {
      if (view.story === known) {
        return;
      }
      known = view.story;
      const stories = known.slice(-SHOWN).reverse();
      const newest = stories[0]?.text ?? "";
      setText(line, newest);
      say(newest);
      list.replaceChildren(
        ...stories.map(({ at, kind, text }) => {
          const row = make("li", {}, make("time", {}, seconds(at)), make("span", {}, text));
          set(row, { "data-kind": kind });
          return row;
        }),
      );
    },
  };
}
