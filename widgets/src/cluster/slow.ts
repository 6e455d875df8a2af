/** Slow motion that holds by itself after a fault: said once, and ended by a click. */

import { box, button, make, type Part, set, type View } from "./view.ts";

const NAME = "slow motion, click to skip";

export function createSlow(view: View): Part {
  const skip = button("skip", "", "Go on at full speed");
  const root = box("slow");
  skip.append(make("span", { "aria-hidden": "true" }, "◔ "), NAME);
  set(root, { role: "status" }); // what comes into it is said, and takes no focus
  return {
    root,
    does: { skip: () => view.send("skip") },
    update({ slow }) {
      if (slow && !skip.isConnected) {
        root.append(skip);
      } else if (!slow) {
        skip.remove();
      }
    },
  };
}
