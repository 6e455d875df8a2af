/** Pause, step, and how fast the cluster's own time passes. */

import { setText } from "../shared/dom.ts";
import { positionOf, speedAt } from "./state.ts";
import { box, button, field, make, type Part, set, throttle, type View } from "./view.ts";

export interface Pace extends Part {
  stop(): void;
}

export function createPace(view: View): Pace {
  const [play, step] = [button("pause", ""), button("step", "Step", "To the next event")];
  const slider = make("input", { type: "range", name: "speed", max: 100, class: "ig-speed" });
  const number = make("output");
  const speed = field("Speed", slider);
  let asked = 0;
  const send = throttle((to) => {
    asked += 1;
    view.send("pace", { speed: to }, (answer) => {
      asked -= 1;
      view.complain(answer);
    });
  });
  speed.append(number);
  slider.addEventListener("input", () => {
    const to = speedAt(Number(slider.value));
    write(to);
    send.ask(to);
  });

  function write(to: number): void {
    const text = `${Number(to.toPrecision(2))}×`;
    setText(number, text);
    set(slider, { "aria-valuetext": text });
  }

  return {
    root: box("row", play, step, speed),
    does: {
      pause: () => view.send("pace", { paused: true }),
      play: () => view.send("pace", { paused: false }),
      step: () => view.send("step"),
    },
    update({ paused, stopped, speed: now }) {
      set(play, { "data-do": paused || stopped ? "play" : "pause" });
      setText(play, paused || stopped ? "▶ Play" : "❚❚ Pause");
      play.disabled = stopped;
      step.disabled = stopped;
      slider.disabled = stopped;
      if (!asked) {
        write(now);
        slider.value = `${positionOf(now)}`;
      }
    },
    stop: send.stop,
  };
}
