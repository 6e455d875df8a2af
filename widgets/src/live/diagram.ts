/**
 * The diagram: a drawing in a window, with a map of it, a field to find nodes and ways to see less of it.
 *
 * One tab stop: the arrows move between nodes (navigation.ts) and the window follows, Enter or Space chooses one.
 * What is folded is the kernel's to know, and the same in all views; where a reader looks, what is found and what
 * is dimmed is the view's own.
 */

import { setAttribute } from "../shared/dom.ts";
import { plainKey } from "../shared/keys.ts";
import type { Box } from "./camera.ts";
import { type Drawing, readDrawing } from "./drawing.ts";
import { type Hops, NO_HOPS } from "./hops.ts";
import { createMinimap } from "./minimap.ts";
import { destination } from "./navigation.ts";
import { after, type Match, matches, told } from "./search.ts";
import { createStage } from "./stage.ts";
import type { Live } from "./state.ts";
import { createTools } from "./tools.ts";

export interface Diagram {
  update(live: Live, chosen: string | undefined): void;
  stop(): void;
}

export interface Asks {
  choose(path: string | undefined): void;
  fold(paths: string[], fold: boolean): void;
}

const UNREADABLE = "The drawing could not be read; the table below has the same state.";
const ZOOM = 1.25;
const STEP = 60;
const TICK_MS = 200;

export function createDiagram(row: HTMLElement, holder: HTMLElement, asks: Asks): Diagram {
  let source: string | undefined;
  let drawing: Drawing | undefined;
  let live: Live | undefined;
  let current = "";
  let chosen: string | undefined;
  let hops: Hops = NO_HOPS;
  let query = "";
  let found: Match[] = [];
  let at = -1;
  let wanted: string | undefined;
  let came = 0;
  let ticks: ReturnType<typeof setInterval> | undefined;

  const stage = createStage(holder, () => map?.look(stage.camera, stage.view));
  const map = createMinimap(holder, (x, y) => stage.lookAt(x, y));
  const does: Record<string, () => void> = {
    in: () => stage.zoom(ZOOM),
    out: () => stage.zoom(1 / ZOOM),
    fit: stage.fit,
    up: () => hop("up"),
    down: () => hop("down"),
    all: () => focus(NO_HOPS),
    fold: () => foldAll(true),
    unfold: () => foldAll(false),
    keys: () => tools.help(),
  };
  const tools = createTools(row, does, {
    find(text) {
      query = text;
      at = -1;
      search();
    },
    next: (step) => go(step),
    leave: () => drawing?.nodes.get(current)?.group.focus({ preventScroll: true }),
  });

  // --- what is seen of it ------------------------------------------------------------------

  function load(now: Live): void {
    const isNew = source === undefined;
    source = now.svg;
    drawing = readDrawing(holder.ownerDocument, now);
    const shown = drawing?.root ?? UNREADABLE;
    stage.load(shown, drawing?.size ?? { width: 1, height: 1 }, isNew);
    if (!drawing?.nodes.has(current)) {
      current = drawing ? (firstOf(drawing, current) ?? "") : "";
    }
    hops = NO_HOPS;
    tools.hops(hops);
    const folds = Object.values(now.folds ?? {});
    tools.folds(folds.includes(false), folds.includes(true));
  }

  function drawMap(): void {
    const boxes = new Map<string, Box[]>();
    for (const { cell, box, isAround } of drawing?.nodes.values() ?? []) {
      if (!isAround) {
        const status = cell?.status ?? "";
        boxes.set(status, [...(boxes.get(status) ?? []), box]);
      }
    }
    if (drawing) {
      map.draw(drawing.size, boxes);
    }
    map.look(stage.camera, stage.view);
  }

  function tick(): void {
    if (!(live && drawing?.tick(live.seen, performance.now() - came))) {
      clearInterval(ticks);
      ticks = undefined;
    }
  }

  // --- moving about ------------------------------------------------------------------------

  function stopAt(path: string): void {
    for (const each of [current, path]) {
      const node = drawing?.nodes.get(each);
      if (node) {
        setAttribute(node.group, "tabindex", each === path ? "0" : "-1");
      }
    }
    current = path;
  }

  function moveTo(path: string): void {
    stopAt(path);
    const node = drawing?.nodes.get(path);
    if (node) {
      stage.reveal(node.isAround ? { ...node.box, height: 26 } : node.box);
      node.group.focus({ preventScroll: true });
    }
  }

  function hop(way: keyof Hops): void {
    if (drawing) {
      focus(drawing.arrows.more(drawing.members(chosen ?? current), hops, way));
    }
  }

  function focus(next: Hops): void {
    hops = next;
    const isOff = !(hops.up || hops.down);
    const starts = drawing?.members(chosen ?? current) ?? [];
    drawing?.dim(isOff ? undefined : drawing.arrows.around(starts, hops));
    tools.hops(hops);
  }

  function search(): void {
    const before = new Set(found.map(({ path, box }) => box ?? path));
    found = live && drawing ? matches(query, drawing.nodes.keys(), live.inside ?? {}) : [];
    const now = new Set(found.map(({ path, box }) => box ?? path));
    for (const path of new Set([...before, ...now])) {
      const group = drawing?.nodes.get(path)?.group;
      if (group) {
        setAttribute(group, "data-found", now.has(path));
      }
    }
    setAttribute(holder, "data-search", now.size > 0);
    tools.found(told(query, found, at));
  }

  function go(step: 1 | -1): void {
    at = after(found.length, at, step);
    const match = found[at];
    const node = match && drawing?.nodes.get(match.box ?? match.path);
    tools.found(told(query, found, at));
    for (const each of holder.querySelectorAll("[data-current]")) {
      each.removeAttribute("data-current");
    }
    if (node) {
      stopAt(node.path);
      stage.centre(node.box);
      setAttribute(node.group, "data-current", true);
    }
  }

  // --- folding -----------------------------------------------------------------------------

  function fold(path: string | undefined): void {
    const isFolded = path === undefined ? undefined : live?.folds?.[path];
    if (path !== undefined && isFolded !== undefined) {
      wanted = path;
      asks.fold([path], !isFolded);
    }
  }

  function foldAll(isFold: boolean): void {
    const paths = Object.entries(live?.folds ?? {});
    asks.fold(
      paths.filter(([, isFolded]) => isFolded !== isFold).map(([path]) => path),
      isFold,
    );
  }

  // --- keys and clicks ---------------------------------------------------------------------

  const pans: Record<string, [number, number]> = {
    ArrowLeft: [STEP, 0],
    ArrowRight: [-STEP, 0],
    ArrowUp: [0, STEP],
    ArrowDown: [0, -STEP],
  };
  const keys: Record<string, () => void> = {
    "+": () => stage.zoom(ZOOM),
    "=": () => stage.zoom(ZOOM),
    "-": () => stage.zoom(1 / ZOOM),
    "0": stage.fit,
    "/": tools.search,
    n: () => go(1),
    p: () => go(-1),
    u: () => hop("up"),
    d: () => hop("down"),
    a: () => focus(NO_HOPS),
    f: () => fold(drawing?.foldAt(current)),
    "?": () => tools.help(),
    Enter: () => asks.choose(current),
    " ": () => asks.choose(current),
    Escape: leave,
  };

  /** One thing at a time: the wheel, what is dimmed, the details. */
  function leave(): void {
    if (stage.release()) {
      return;
    }
    if (hops.up || hops.down) {
      focus(NO_HOPS);
    } else {
      asks.choose(undefined);
    }
  }

  function press(event: KeyboardEvent): void {
    const pan = event.shiftKey ? pans[event.key] : undefined;
    const next = drawing && destination(drawing.places(), current, event.key);
    if (pan) {
      stage.pan(...pan);
    } else if (next !== undefined) {
      moveTo(next);
    } else {
      keys[event.key]?.();
    }
  }

  holder.addEventListener("click", (event) => {
    const target = event.target as Element;
    const folds = target.closest("[data-fold]")?.getAttribute("data-fold") ?? undefined;
    const path = target.closest("[data-node]")?.getAttribute("data-node") ?? undefined;
    if (folds !== undefined) {
      fold(folds);
    } else if (path !== undefined && drawing?.nodes.has(path)) {
      moveTo(path);
      asks.choose(path);
    } else {
      drawing?.nodes.get(current)?.group.focus({ preventScroll: true });
    }
  });
  holder.addEventListener("keydown", (event) => {
    if (plainKey(event) && event.key !== "Tab") {
      const path = (event.target as Element).closest("[data-node]")?.getAttribute("data-node");
      if (path && drawing?.nodes.has(path)) {
        stopAt(path);
      }
      press(event);
      // Ours or not: a letter is a command of the notebook, "d d" on a node would delete the cell.
      event.preventDefault();
      event.stopPropagation();
    }
  });

  return {
    update(now, nowChosen) {
      live = now;
      came = performance.now();
      const isNew = now.svg !== source;
      if (isNew) {
        const had = holder.contains(holder.ownerDocument.activeElement);
        load(now);
        stopAt(current);
        if (wanted !== undefined) {
          follow(wanted, had);
          wanted = undefined;
        }
        search();
      }
      if (chosen !== nowChosen || isNew) {
        for (const { path, group } of drawing?.nodes.values() ?? []) {
          setAttribute(group, "aria-pressed", String(path === nowChosen));
        }
        chosen = nowChosen;
        focus(hops);
      }
      if (drawing?.show(now) || isNew) {
        drawMap();
      }
      if (drawing?.tick(now.seen, 0)) {
        ticks ??= setInterval(tick, TICK_MS);
      }
    },
    stop() {
      clearInterval(ticks);
      stage.stop();
    },
  };

  /** After something was folded or unfolded, the reader looks at it. */
  function follow(path: string, hadFocus: boolean): void {
    const next = drawing && (drawing.nodes.has(path) ? path : firstOf(drawing, path));
    const node = next === undefined ? undefined : drawing?.nodes.get(next);
    if (node) {
      stopAt(node.path);
      stage.reveal(node.isAround ? { ...node.box, height: 26 } : node.box);
      if (hadFocus) {
        node.group.focus({ preventScroll: true });
      }
    }
  }
}

/** What stands for a path that is not drawn: what is around it, else what is in it, else the first node. */
function firstOf(drawing: Drawing, path: string): string | undefined {
  for (let above = path; above; above = above.slice(0, Math.max(above.lastIndexOf("."), 0))) {
    if (drawing.nodes.has(above)) {
      return above;
    }
  }
  const names = [...drawing.nodes.keys()];
  return (path && names.find((each) => each.startsWith(`${path}.`))) || names[0];
}
