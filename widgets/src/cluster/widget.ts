/**
 * ClusterView: a cluster that can be broken by hand.
 *
 * Everything that is drawn is in the latest frame, which the kernel made of what the engine did. What is the
 * page's own: which node is chosen, who is in which group of a partition that is being made, what is typed.
 */

import type { AnyModel, RenderProps } from "@anywidget/types";
import { createAnnouncer } from "../shared/announcer.ts";
import { gathered, listenTo } from "../shared/events.ts";
import { type Condition, isAlone, Line } from "../shared/line.ts";
import tableLook from "../shared/table.css";
import theme from "../shared/theme.css";
import { createBar } from "./bar.ts";
import { createClient } from "./client.ts";
import look from "./cluster.css";
import { lifeFault } from "./faults.ts";
import { createHead } from "./head.ts";
import { createKeys, listen } from "./keyboard.ts";
import layoutLook from "./layout.css";
import { createLegend } from "./legend.ts";
import logsLook from "./logs.css";
import { createLogs } from "./logs.ts";
import { Motion } from "./motion.ts";
import { createTools, regroup } from "./network.ts";
import { createPace } from "./pace.ts";
import { createQuality } from "./quality.ts";
import ringLook from "./ring.css";
import { createRing, idAt } from "./ring.ts";
import { createRun } from "./run.ts";
import { createSlow } from "./slow.ts";
import { type Answer, type Frame, nodeOf, type Traits, whole } from "./state.ts";
import { createStories } from "./stories.ts";
import { createTable } from "./table.ts";
import timeLook from "./time.css";
import { createTimeline } from "./timeline.ts";
import { createTour } from "./tour.ts";
import {
  box,
  type Does,
  desk,
  make,
  outcome,
  type Part,
  set,
  tell,
  text,
  type View,
} from "./view.ts";

type State = Traits & Record<string, unknown>;
type Model = AnyModel<State>;

const CHANGES = ["change:frame", "change:story", "change:tour"];

/** A pointer that only crosses a node does not choose it. */
const DWELL_MS = 120;

function createView(model: Model, line: Line<Answer>, said: HTMLElement, redraw: () => void): View {
  let seen: Frame | undefined;
  let frame = model.get("frame");
  const view: View = {
    about: model.get("about"),
    get frame() {
      const now = model.get("frame");
      if (now !== seen) {
        [seen, frame] = [now, now.nodes ? whole(now) : now];
      }
      return frame;
    },
    get story() {
      return model.get("story");
    },
    get isToured() {
      return Boolean(model.get("tour").name);
    },
    get focus() {
      return model.get("tour").focus ?? [];
    },
    chosen: "",
    groups: undefined,
    send(type, more, then) {
      if (!line.isLost) {
        line.send(type, more, then ?? ((answer) => tell(said, answer)));
      }
    },
    act: (name, ...args) => view.send("act", { name, args }),
    complain(answer) {
      if (answer.problem) {
        tell(said, answer);
        redraw();
      }
    },
    press(id) {
      const node = nodeOf(view.frame, id);
      if (view.groups) {
        regroup(view.groups, id);
        redraw();
      } else if (node) {
        view.act(lifeFault(node), id);
      }
    },
    choose(id) {
      if (view.chosen !== id) {
        view.chosen = id;
        redraw();
      }
    },
    redraw,
  };
  return view;
}

interface Pressed {
  id: string;
  x: number;
  y: number;
  onlyChooses: boolean;
}

/** A pointer that went further than this while it was down takes its press back. */
const SLACK = 8;

/**
 * A node is chosen by focus, by a click, and by a pointer that rests on it. A finger has no way to point
 * before it presses: its first tap only chooses, the next one acts. A click is for the node that the pointer
 * went down on, though a frame may have moved it away since. The picture around the ring listens, since a
 * browser makes an SVG that listens for the focus a stop of the Tab key.
 */
function wire(root: HTMLElement, picture: HTMLElement, view: View): () => void {
  let dwell: ReturnType<typeof setTimeout> | undefined;
  let pressed: Pressed | undefined;
  const stop = () => clearTimeout(dwell);

  function clicked(event: MouseEvent): Pick<Pressed, "id" | "onlyChooses"> | undefined {
    const [down, id] = [pressed, idAt(event)];
    pressed = undefined;
    if (down && Math.hypot(event.clientX - down.x, event.clientY - down.y) <= SLACK) {
      return down;
    }
    return id === undefined ? undefined : { id, onlyChooses: down?.onlyChooses ?? false };
  }

  picture.addEventListener("pointerdown", (event) => {
    const id = idAt(event);
    const onlyChooses = event.pointerType === "touch" && id !== view.chosen && !view.groups;
    const { clientX: x, clientY: y } = event;
    pressed = id === undefined ? undefined : { id, x, y, onlyChooses };
  });
  picture.addEventListener("pointercancel", () => {
    pressed = undefined;
  });
  root.addEventListener("click", (event) => {
    const on = clicked(event);
    if (on) {
      view.choose(on.id);
      if (!on.onlyChooses) {
        view.press(on.id);
      }
    }
  });
  picture.addEventListener("focusin", (event) => view.choose(idAt(event) ?? view.chosen));
  picture.addEventListener("pointerover", (event) => {
    const id = idAt(event);
    stop();
    const isPointing = id !== undefined && event.pointerType !== "touch";
    dwell = isPointing ? setTimeout(view.choose, DWELL_MS, id) : undefined;
  });
  picture.addEventListener("pointerleave", stop);
  return stop;
}

/** A part that is drawn by the room it has. */
type Fitted = { fit(pixels: number): void };

/** Tells how many pixels wide an element is, before it is painted and whenever that changes. */
function followWidth(of: Element, tellWidth: (pixels: number) => void): () => void {
  const observer = new ResizeObserver((seen) => tellWidth(seen.at(-1)?.contentRect.width ?? 0));
  observer.observe(of);
  return () => observer.disconnect();
}

/** Tells whether the reader wants nothing to move, now and when that changes. */
function followCalm(tellCalm: (isCalm: boolean) => void): () => void {
  const query = window.matchMedia?.("(prefers-reduced-motion: reduce)");
  const change = () => tellCalm(query?.matches ?? false);
  query?.addEventListener("change", change);
  change();
  return () => query?.removeEventListener("change", change);
}

/** What has the focus, if it is in there. */
function focusIn(root: Element): Element | null {
  return root.contains(document.activeElement) ? document.activeElement : null;
}

/** What had the focus may be gone, hidden or off now: then it goes to a neighbour, else to a node. */
function keepFocus(root: Element, focused: Element | null): void {
  const isLost = (of: Element) =>
    !of.isConnected || of.matches(":disabled") || of.closest("[hidden]");
  if (focused && isLost(focused)) {
    const near = focused.parentElement?.querySelector<HTMLElement>("button:enabled");
    const to = near && !isLost(near) ? near : root.querySelector<SVGElement>('[tabindex="0"]');
    to?.focus();
  }
}

function createParts(view: View, root: HTMLElement, said: HTMLElement, moved: () => void) {
  const spoken = text("spoken", { "aria-live": "polite" });
  const announcer = createAnnouncer(spoken);
  const head = createHead(root, view);
  const [ring, bar, tools] = [createRing(view, moved), createBar(view), createTools(view)];
  const [logs, client, slow] = [createLogs(), createClient(view), createSlow(view)];
  const stories = createStories(view, head.story, announcer.say);
  const [pace, timeline] = [createPace(view), createTimeline(view)];
  const [quality, run, table] = [createQuality(view), createRun(view), createTable(view)];
  const [tour, keys] = [createTour(view, announcer.say), createKeys()];
  const ruler = box("ruler"); // has no height, so that the ring it measures for cannot change its size
  const picture = box("picture", ruler, ring.root, head.notice);
  const left = box("left", said, tools.root, slow.root);
  const right = box("right", logs.root, client.root, stories.root);
  const desks = [
    desk("view", head.news, tour.root, picture, bar.root, left, right),
    desk("player", pace.root, timeline.root),
    desk("folds", quality.root, run.root, table.root),
  ] as const;
  const [scene, player, folds] = desks;
  root.append(
    make("style", {}, theme, look, layoutLook, ringLook, logsLook, timeLook, tableLook),
    spoken,
    head.root,
    keys,
    scene,
    bar.panel,
    player,
    createLegend(),
    folds,
  );
  const all: Part[] = [
    ...[head, ring, logs, stories, bar, tools, client, slow, pace, timeline, quality, run, table],
    tour,
  ];
  const does: Does = Object.assign({}, ...all.map((part) => part.does));
  does.keys = () => {
    keys.hidden = !keys.hidden;
  };
  listen({ root, ring, view, does, panels: [keys, bar.panel] });
  root.addEventListener("click", ({ target }) => {
    const pressed = (target as Element).closest<HTMLElement>("button[data-do]");
    does[pressed?.dataset.do ?? ""]?.();
  });
  return { all, desks, head, picture, ruler, ring, logs, right, tour, pace, timeline, announcer };
}

function render({ model, el }: Pick<RenderProps<State>, "model" | "el">) {
  const about = { class: "ig-cluster", role: "group", "aria-label": model.get("about").title };
  const root = make("div", about);
  const said = outcome();
  const line = new Line<Answer>(model, heard, { isAlone: isAlone(el) });
  const view = createView(model, line, said, draw);
  const motion: Motion = new Motion(root, () => parts.ring);
  const parts = createParts(view, root, said, () => motion.moved());
  const roomFor = (part: Fitted) => (pixels: number) => {
    part.fit(pixels);
    draw();
  };
  const ends = [
    listenTo(model, ["change:frame"], () => line.heard(!view.frame.stopped)),
    listenTo(model, CHANGES, gathered(draw)),
    wire(root, parts.picture, view),
    followCalm((isCalm) => motion.setCalm(isCalm)),
    followWidth(parts.ruler, roomFor(parts.ring)),
    followWidth(parts.right, roomFor(parts.logs)),
    parts.pace.stop,
    parts.timeline.stop,
    parts.announcer.stop,
    () => line.close(),
    () => motion.stop(),
  ];
  let isGone = false;

  function heard(condition: Condition): void {
    const focused = focusIn(root);
    parts.head.condition(condition, view.frame);
    for (const each of parts.desks) {
      each.disabled = condition === "lost";
    }
    keepFocus(root, focused);
  }

  function draw(): void {
    const { frame } = view;
    if (isGone || !frame.nodes) {
      return;
    }
    const focused = focusIn(root);
    for (const part of parts.all) {
      part.update?.(frame);
    }
    parts.tour.tell(model.get("tour"));
    motion.update(frame);
    keepFocus(root, focused);
  }

  draw();
  line.begin();
  el.append(root);
  set(root, { "data-ready": "1" });

  return () => {
    isGone = true;
    for (const end of ends) {
      end();
    }
    root.remove();
  };
}

export default { render };
