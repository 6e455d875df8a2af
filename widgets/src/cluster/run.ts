/** A run as text: copied for someone else, or opened from what someone else copied. */

import { setText } from "../shared/dom.ts";
import { box, button, fold, make, outcome, type Part, tell, type View } from "./view.ts";

export function createRun(view: View): Part {
  const text = make("textarea", {
    name: "run",
    spellcheck: "false",
    "aria-label": "A run as text",
    placeholder: "Paste a run here, then open it",
  });
  const said = outcome();
  const root = fold(
    "run",
    "Copy or open a run",
    box("row", button("copy", "Copy run", "Seed and script"), button("open", "Open run")),
    text,
    said,
  );

  async function copy(run: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(run);
      setText(said, "The run is on the clipboard. Cluster.replay(...) opens it too.");
    } catch {
      root.open = true;
      text.value = run;
      text.select();
      setText(said, "The clipboard is not open to this page: copy the text that is selected.");
    }
  }

  return {
    root,
    does: {
      copy: () =>
        view.send("copy", {}, (answer) => {
          tell(said, answer);
          if (answer.text) {
            void copy(answer.text);
          }
        }),
      open: () => view.send("open", { text: text.value }, (answer) => tell(said, answer)),
    },
  };
}
