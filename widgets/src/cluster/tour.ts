/** A tour: one idea a step, and the reader may leave at any step. */

import { setText } from "../shared/dom.ts";
import type { Tour, Traits } from "./state.ts";
import { box, button, make, type Part, set, text, type View } from "./view.ts";

export interface TourPanel extends Part {
  tell(tour: Traits["tour"]): void;
}

export function createTour(view: View, say: (text: string) => void): TourPanel {
  const where = text("where");
  const heading = text("heading", { role: "heading", "aria-level": 3 });
  const words = text("words");
  const [back, next] = [button("tour-back", "Back"), button("tour-next", "Next")];
  const close = button("tour-leave", "Leave");
  const row = box("row", back, next, close);
  const about = { class: "ig-tour", role: "group", "aria-label": "Tour" };
  const root = make("div", about, where, heading, words, row);
  const go = (way: string) => () => view.send("tour", { go: way });
  // A tour that was opened from a cluster leads back to it; one that stands by itself gives its own away.
  const leave = () => (view.frame.back ? view.send("tour-end") : go("leave")());
  let known = "";
  let isLast = false;

  function show({ title, step, of, ...tour }: Tour): void {
    setText(where, `${title} · step ${step} of ${of}`);
    setText(heading, tour.heading);
    setText(words, tour.text);
    set(root, { "data-playing": tour.playing, "data-step": step });
    back.disabled = step <= 1;
    isLast = step >= of;
    setText(next, isLast ? "Finish" : "Next");
    setText(close, "Leave");
  }

  return {
    root,
    does: {
      "tour-back": go("back"),
      "tour-next": () => (isLast ? leave : go("next"))(),
      "tour-leave": leave,
    },
    tell(tour) {
      const said = tour.name === undefined ? (tour.ended ?? "") : `${tour.heading}. ${tour.text}`;
      root.hidden = !said;
      if (known !== said) {
        known = said;
        say(said);
      }
      for (const part of [where, heading, back, next]) {
        part.hidden = tour.name === undefined;
      }
      if (tour.name === undefined) {
        setText(words, said);
        setText(close, "Close");
      } else {
        show(tour);
      }
    },
  };
}
