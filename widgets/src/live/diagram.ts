/**
 * The diagram: a drawing in a window, with a map of it, a field to find nodes and ways to see less of it.
 *
 * One tab stop: the arrows move between nodes (navigation.ts) and the window follows, Enter or Space chooses one.
 * What is folded is the kernel's to know, and the same in all views; where a reader looks, what is found and what
 * is dimmed is the view's own.
 */

import { setAttribute } from "../shared/dom.ts";
import { plainKey } from "../shared/keys.ts";
import { type Box, beginOf } from "./camera.ts";
import { type Drawing, type Drawn, firstOf, headOf, readDrawing } from "./drawing.ts";
import { Finder } from "./finder.ts";
import { type Hops, NO_HOPS } from "./hops.ts";
import { createMinimap, type Minimap } from "./minimap.ts";
import { destination } from "./navigation.ts";
import { Stage } from "./stage.ts";
import type { Live } from "./state.ts";
import { createTools, type Does, type Tools } from "./toolbar.ts";

export interface Asks {
  choose(path: string | undefined): void;
  fold(paths: string[], fold: boolean): void;
}

const UNREADABLE = "The drawing could not be read; the table below has the same state.";
const ZOOM = 1.25;
const STEP = 60;
const TICK_MS = 200;
const NOWHERE = { width: 1, height: 1 };

const PANS: Record<string, [number, number]> = {
  ArrowLeft: [STEP, 0],
  ArrowRight: [-STEP, 0],
  ArrowUp: [0, STEP],
  ArrowDown: [0, -STEP],
};

export class Diagram {
  #holder: HTMLElement;
  #asks: Asks;
  #stage: Stage;
  #map: Minimap;
  #tools: Tools;
  #finder: Finder;
  #keys: Does;
  #drawing: Drawing | undefined;
  #live: Live | undefined;
  #source: string | undefined;
  #current = "";
  #chosen: string | undefined;
  #hops: Hops = NO_HOPS;
  /** What was asked to be folded or unfolded: the reader looks at it when it comes. */
  #wanted: string | undefined;
  #isShut = false;
  #came = 0;
  #ticks: ReturnType<typeof setInterval> | undefined;

  /** Draws into `holder`, with tools in `row` over it and the map in `under`, where it covers nothing. */
  constructor(row: HTMLElement, holder: HTMLElement, under: HTMLElement, asks: Asks) {
    this.#holder = holder;
    this.#asks = asks;
    this.#stage = new Stage(holder, () => this.#map?.look(this.#stage.camera, this.#stage.view));
    this.#map = createMinimap(under, (x, y) => this.#stage.lookAt(x, y));
    const does = this.#does();
    this.#tools = createTools(row, does, {
      find: (query) => this.#finder.find(query, this.#drawing, this.#live?.inside ?? {}),
      next: (step) => this.#go(step),
      leave: () => this.#focusOn(this.#current),
    });
    this.#finder = new Finder(holder, (text) => this.#tools.found(text));
    this.#keys = this.#keysOf(does);
    holder.addEventListener("click", (event) => this.#clicked(event.target as Element));
    holder.addEventListener("keydown", (event) => this.#pressed(event));
  }

  update(live: Live, chosen: string | undefined): void {
    this.#live = live;
    this.#came = performance.now();
    const isNew = live.svg !== this.#source;
    if (isNew) {
      this.#load(live);
    }
    if (chosen !== this.#chosen || isNew) {
      this.#chosen = chosen;
      for (const { path, group } of this.#nodes()) {
        setAttribute(group, "aria-pressed", String(path === chosen));
      }
      this.#focus(this.#hops);
    }
    if (this.#drawing?.show(live) || isNew) {
      this.#drawMap();
    }
    if (this.#drawing?.tick(live.seen, 0)) {
      this.#ticks ??= setInterval(this.#tick, TICK_MS);
    }
  }

  /** Folds nothing while nobody answers; all else is the page's own. */
  shut(isShut: boolean): void {
    this.#isShut = isShut;
    this.#tools.shut(isShut);
  }

  stop(): void {
    clearInterval(this.#ticks);
    this.#stage.stop();
  }

  // --- what is seen of it ------------------------------------------------------------------

  #nodes(): Iterable<Drawn> {
    return this.#drawing?.nodes.values() ?? [];
  }

  #load(live: Live): void {
    const hadFocus = this.#holder.contains(this.#holder.ownerDocument.activeElement);
    const isFirst = this.#source === undefined;
    this.#source = live.svg;
    const drawing = readDrawing(this.#holder.ownerDocument, live);
    this.#drawing = drawing;
    const begin = beginOf(Array.from(this.#nodes(), ({ box }) => box));
    this.#stage.load(drawing?.root ?? UNREADABLE, drawing?.size ?? NOWHERE, begin, isFirst);
    this.#hops = NO_HOPS;
    const folds = Object.values(live.folds ?? {});
    this.#tools.folds(folds.includes(false), folds.includes(true));
    this.#stopAt((drawing && firstOf(drawing, this.#wanted ?? this.#current)) ?? "");
    const node = drawing?.nodes.get(this.#current);
    if (this.#wanted !== undefined && node) {
      this.#stage.reveal(headOf(node));
      this.#wanted = undefined;
    }
    if (hadFocus) {
      this.#focusOn(this.#current);
    }
    this.#finder.look(drawing, live.inside ?? {});
  }

  #drawMap(): void {
    const boxes = new Map<string, Box[]>();
    for (const { cell, box, isAround } of this.#nodes()) {
      const status = cell?.status ?? "";
      const same = boxes.get(status) ?? [];
      boxes.set(status, same);
      if (!isAround) {
        same.push(box);
      }
    }
    this.#map.draw(this.#drawing?.size ?? NOWHERE, boxes);
    this.#map.look(this.#stage.camera, this.#stage.view);
  }

  #tick = (): void => {
    const since = performance.now() - this.#came;
    if (!(this.#live && this.#drawing?.tick(this.#live.seen, since))) {
      clearInterval(this.#ticks);
      this.#ticks = undefined;
    }
  };

  // --- moving about ------------------------------------------------------------------------

  #stopAt(path: string): void {
    for (const each of [this.#current, path]) {
      const node = this.#drawing?.nodes.get(each);
      if (node) {
        setAttribute(node.group, "tabindex", each === path ? "0" : "-1");
      }
    }
    this.#current = path;
  }

  #focusOn(path: string): void {
    this.#drawing?.nodes.get(path)?.group.focus({ preventScroll: true });
  }

  #moveTo(path: string): void {
    this.#stopAt(path);
    const node = this.#drawing?.nodes.get(path);
    if (node) {
      this.#stage.reveal(headOf(node));
      this.#focusOn(path);
    }
  }

  #go(step: 1 | -1): void {
    const node = this.#finder.go(step, this.#drawing);
    if (node) {
      this.#stopAt(node.path);
      this.#stage.centre(headOf(node));
    }
  }

  #starts(): string[] {
    return this.#drawing?.members(this.#chosen ?? this.#current) ?? [];
  }

  #hop(way: keyof Hops): void {
    if (this.#drawing) {
      this.#focus(this.#drawing.arrows.more(this.#starts(), this.#hops, way));
    }
  }

  #focus(hops: Hops): void {
    this.#hops = hops;
    const isOff = !(hops.up || hops.down);
    this.#drawing?.dim(isOff ? undefined : this.#drawing.arrows.around(this.#starts(), hops));
    this.#tools.hops(hops);
  }

  // --- folding -----------------------------------------------------------------------------

  #fold(path: string | undefined): void {
    const isFolded = path === undefined ? undefined : this.#live?.folds?.[path];
    if (path !== undefined && isFolded !== undefined && !this.#isShut) {
      this.#wanted = path;
      this.#asks.fold([path], !isFolded);
    }
  }

  #foldAll(isFold: boolean): void {
    const all = Object.entries(this.#live?.folds ?? {});
    const others = all.filter(([, isFolded]) => isFolded !== isFold);
    this.#asks.fold(
      others.map(([path]) => path),
      isFold,
    );
  }

  // --- keys and clicks ---------------------------------------------------------------------

  #does(): Does {
    return {
      in: () => this.#stage.zoom(ZOOM),
      out: () => this.#stage.zoom(1 / ZOOM),
      fit: () => this.#stage.fit(),
      up: () => this.#hop("up"),
      down: () => this.#hop("down"),
      all: () => this.#focus(NO_HOPS),
      fold: () => this.#foldAll(true),
      unfold: () => this.#foldAll(false),
      keys: () => this.#tools.help(),
    };
  }

  #keysOf(does: Does): Does {
    const { in: larger, out, fit, up, down, all, keys } = does as Record<string, () => void>;
    const choose = () => this.#asks.choose(this.#current);
    const named = {
      "+": larger,
      "=": larger,
      "-": out,
      "0": fit,
      u: up,
      d: down,
      a: all,
      "?": keys,
    };
    return {
      ...(named as Does),
      "/": () => this.#tools.search(),
      n: () => this.#go(1),
      p: () => this.#go(-1),
      f: () => this.#fold(this.#drawing?.foldAt(this.#current)),
      Enter: choose,
      " ": choose,
      Escape: () => this.#leave(),
    };
  }

  /** One thing at a time: the wheel, what is dimmed, the details. */
  #leave(): void {
    if (this.#stage.release()) {
      return;
    }
    if (this.#hops.up || this.#hops.down) {
      this.#focus(NO_HOPS);
    } else {
      this.#asks.choose(undefined);
    }
  }

  #pressed(event: KeyboardEvent): void {
    if (!plainKey(event) || event.key === "Tab") {
      return;
    }
    const path = (event.target as Element).closest("[data-node]")?.getAttribute("data-node");
    if (path && this.#drawing?.nodes.has(path)) {
      this.#stopAt(path);
    }
    const pan = event.shiftKey ? PANS[event.key] : undefined;
    const next = this.#drawing && destination(this.#drawing.places(), this.#current, event.key);
    if (pan) {
      this.#stage.pan(...pan);
    } else if (next !== undefined) {
      this.#moveTo(next);
    } else {
      this.#keys[event.key]?.();
    }
    // Ours or not: a letter is a command of the notebook, "d d" on a node would delete the cell.
    event.preventDefault();
    event.stopPropagation();
  }

  #clicked(target: Element): void {
    const folds = target.closest("[data-fold]")?.getAttribute("data-fold") ?? undefined;
    const path = target.closest("[data-node]")?.getAttribute("data-node") ?? undefined;
    if (folds !== undefined) {
      this.#fold(folds);
    } else if (path !== undefined && this.#drawing?.nodes.has(path)) {
      this.#moveTo(path);
      this.#asks.choose(path);
    } else {
      this.#focusOn(this.#current);
    }
  }
}
