/**
 * Motion: messages and countdowns. Time on the page is the time of the latest frame plus what has
 * passed since it came, at the cluster's speed, and never more than a little beyond it. A message is drawn
 * only between the moments at which the engine sent it and lets it arrive.
 */

import { between, head, length, line, type Point, pointOn, type Span } from "./geometry.ts";
import { type Flight, type Frame, type Message, termLook } from "./state.ts";
import { drawn, set } from "./view.ts";

/** Real milliseconds that the page goes on after a frame when no other comes. */
const BEYOND_MS = 150;
const SPARK_MS = 150;
const LOSS_MS = 600;

/** Messages keep to the right of the way, so that an answer does not meet its question. */
const ASIDE = 4.5;

const DOT = "M0-4.5a4.5 4.5 0 1 1-.01 0Z";
const SQUARE = "M-4.5-4.5h9v9h-9Z";
export const DOTS: Record<string, string> = {
  vote: SQUARE,
  "vote-reply": SQUARE,
  append: DOT,
  "append-reply": DOT,
  heartbeat: "M0-2.6a2.6 2.6 0 1 1-.01 0Z",
  snapshot: "M-7-7h14v14h-14Z",
  read: "M0-5.5l5.5 5.5-5.5 5.5-5.5-5.5Z",
  "timeout-now": "M0-6l5.5 10h-11Z",
  other: "M0-3a3 3 0 1 1-.01 0Z",
};

interface Flying {
  shape: SVGElement;
  span: Span;
  flight: Flight;
}

interface Fading {
  shape: SVGElement;
  born: number;
  lasts: number;
}

/** What is drawn on. */
interface Drawing {
  layer: SVGElement;
  place(id: string): Point | undefined;
  turn(time: number): boolean;
}

export class Motion {
  #root: HTMLElement;
  #ring: () => Drawing;
  #flights = new Map<string, Flying>();
  #fading = new Map<string, Fading>();
  #spare: SVGElement[] = [];
  #frame: Frame | undefined;
  #arrived = 0;
  #shown = 0;
  #asked = 0;
  #drawn = 0;
  #isCalm = false;

  constructor(root: HTMLElement, ring: () => Drawing) {
    this.#root = root;
    this.#ring = ring;
  }

  /** Takes over a frame; the one that is shown already changes nothing. */
  update(next: Frame): void {
    const before = this.#frame;
    if (next === before) {
      return;
    }
    if (before?.mode !== next.mode || before.origin !== next.origin) {
      this.#shown = next.at;
    }
    this.#frame = next;
    this.#arrived = performance.now();
    if (!this.#isCalm) {
      this.#take(next.flights);
      this.#flash("spark", next.sparks, SPARK_MS);
      this.#flash("loss", oneForEachSide(next), LOSS_MS);
    }
    this.#soon();
  }

  /** The nodes have other places: what is under way goes there. */
  moved(): void {
    if (this.#frame && !this.#isCalm) {
      this.#take(this.#frame.flights);
      this.#soon();
    }
  }

  /** Whether nothing is to move: then countdowns go from frame to frame. */
  setCalm(isCalm: boolean): void {
    this.#isCalm = isCalm;
    if (isCalm) {
      this.#clear();
    }
  }

  stop(): void {
    cancelAnimationFrame(this.#asked);
    this.#frame = undefined;
    this.#clear();
  }

  #soon(): void {
    this.#asked ||= requestAnimationFrame((now) => {
      this.#asked = 0;
      this.#draw(now);
    });
  }

  #draw(now: number): void {
    const frame = this.#frame;
    if (!frame) {
      return;
    }
    this.#drawn += 1;
    set(this.#root, { "data-frames": this.#drawn });
    const since = Math.max(0, now - this.#arrived);
    const time = this.#timeAt(frame, since);
    const isStill = frame.steady || this.#isCalm;
    const isCounting = this.#ring().turn(isStill ? frame.at : time) && !isStill;
    const isFlying = this.#fly(time);
    const isFading = this.#fade(now);
    if (isFading || (moves(frame) && since < BEYOND_MS && (isCounting || isFlying))) {
      this.#soon();
    }
  }

  /** The cluster's own time; it does not go back by the little that the page was ahead of a frame. */
  #timeAt(frame: Frame, since: number): number {
    const speed = moves(frame) ? 1000 * frame.speed : 0;
    const time = frame.at + Math.min(since, BEYOND_MS) * speed;
    const ahead = this.#shown - time;
    this.#shown = ahead > 0 && ahead <= BEYOND_MS * speed ? this.#shown : time;
    return this.#shown;
  }

  /** Moves every message to where it is; true if one is still under way. */
  #fly(time: number): boolean {
    let isFlying = false;
    for (const { shape, span, flight } of this.#flights.values()) {
      const [, , , , sent, arrives] = flight;
      const part = (time - sent) / (arrives - sent || 1);
      const isThere = part >= 0 && time < arrives;
      const { x, y } = pointOn(span, part * length(span), ASIDE);
      set(shape, {
        visibility: isThere ? undefined : "hidden",
        transform: `translate(${x} ${y})`,
      });
      isFlying ||= time < arrives;
    }
    return isFlying;
  }

  #fade(now: number): boolean {
    for (const [key, { shape, born, lasts }] of this.#fading) {
      const left = 1 - (now - born) / lasts;
      if (left > 0) {
        set(shape, { opacity: left.toFixed(2) });
      } else {
        this.#drop(shape);
        this.#fading.delete(key);
      }
    }
    return this.#fading.size > 0;
  }

  /** Those that the frame no longer knows are gone at once. */
  #take(flights: readonly Flight[]): void {
    const known = new Set(flights.map(nameOf));
    for (const [name, { shape }] of this.#flights) {
      if (!known.has(name)) {
        this.#drop(shape);
        this.#flights.delete(name);
      }
    }
    for (const flight of flights) {
      const [id, from, to, kind, , , term] = flight;
      const name = nameOf(flight);
      const span = this.#span(from, to);
      if (span) {
        const about = { "data-flight": id, "data-t": termLook(term), visibility: "hidden" };
        const shape =
          this.#flights.get(name)?.shape ??
          this.#add("dot", { d: DOTS[kind] ?? DOTS.other, "data-kind": kind, ...about });
        this.#flights.set(name, { shape, span, flight });
      }
    }
  }

  #flash(name: "spark" | "loss", messages: readonly Message[], lasts: number): void {
    for (const [from, to, kind] of messages) {
      const key = [name, from, to, kind].join();
      const span = this.#span(from, to);
      if (span) {
        const d = name === "spark" ? spark(span) : cross(span);
        const shape = this.#fading.get(key)?.shape ?? this.#add(name, { "data-kind": kind });
        set(shape, { d });
        this.#fading.set(key, { shape, born: this.#arrived, lasts });
      }
    }
  }

  #span(from: string, to: string): Span | undefined {
    return between(this.#ring().place(from), this.#ring().place(to));
  }

  #add(name: string, about: Record<string, string | number | undefined>): SVGElement {
    const shape = this.#spare.pop() ?? drawn("path", name);
    for (const old of shape.getAttributeNames()) {
      shape.removeAttribute(old);
    }
    set(shape, { class: `ig-${name}`, ...about });
    return this.#ring().layer.appendChild(shape);
  }

  #drop(shape: SVGElement): void {
    shape.remove();
    this.#spare.push(shape);
  }

  #clear(): void {
    for (const { shape } of [...this.#flights.values(), ...this.#fading.values()]) {
      this.#drop(shape);
    }
    this.#flights.clear();
    this.#fading.clear();
  }
}

/** The past and a fork give numbers of their own: a message is known by all that it is. */
function nameOf(flight: Flight): string {
  return flight.join();
}

/** What is lost on the way to the other side of a partition is marked once, not for each who is there. */
function oneForEachSide({ losses, sides }: Frame): readonly Message[] {
  const sideOf = (id: string) => sides.findIndex(({ nodes }) => nodes.includes(id));
  const kept = new Map<string, Message>();
  for (const message of losses) {
    const [from, to] = message;
    const isOver = sideOf(from) !== sideOf(to);
    const key = [from, isOver ? sideOf(to) : to, isOver || message[2]].join();
    kept.set(key, kept.get(key) ?? message);
  }
  return [...kept.values()];
}

/** Whether the cluster's own time goes on between frames. */
function moves({ mode, paused, stopped }: Frame): boolean {
  return mode === "live" && !paused && !stopped;
}

function spark(span: Span): string {
  const whole = length(span);
  return line(pointOn(span, 0, ASIDE), pointOn(span, whole - 6, ASIDE)) + head(span, whole, ASIDE);
}

function cross(span: Span): string {
  const { x, y } = pointOn(span, length(span) * 0.55, ASIDE);
  return `M${x - 5} ${y - 5}l10 10m0-10l-10 10`;
}
