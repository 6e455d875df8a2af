/** What just happened, in plain words: the newest as a line, and those before it with their times. */

import { setText } from "../shared/dom.ts";
import { seconds } from "./state.ts";
import { make, type Part, set, type View } from "./view.ts";

const SHOWN = 8;

export function createStories(view: View, line: Element, say: (text: string) => void): Part {
  const list = make("ol", { class: "ig-stories", "aria-label": "What happened" });
  let known = "";

  return {
    root: list,
    update() {
      const stories = view.story.slice(-SHOWN).reverse();
      const facts = stories.map(({ n }) => n).join();
      if (facts === known) {
        return;
      }
      known = facts;
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
