/**
 * Plays what a still has recorded, on a page without a kernel: a button, a time line, and the picture that moves.
 *
 * It is a plain script, told the name of its still; where scripts do not run the picture stands as it is.
 */

import { element, setText } from "../shared/dom.ts";
import { length, type Reel, sceneAt, stops } from "./reel.ts";
import { isDarkBehind, type Picture, picture } from "./scene.ts";

/** Milliseconds that each moment is seen by who does not like to see things move. */
const STILL_MS = 900;

/** In the colours of the page, whatever page it is. Their change is a transition, so that it can be heard. */
const LOOK = `.ig-replay{display:flex;flex-wrap:wrap;align-items:center;gap:4px 10px;margin:4px 0;font-size:.9em;transition:color 1ms}
.ig-replay button{min-height:28px;padding:0 12px;color:inherit;background:none;border:1px solid color-mix(in srgb,currentcolor 45%,transparent);border-radius:6px;font:inherit;cursor:pointer}
.ig-replay button:hover{background:color-mix(in srgb,currentcolor 9%,transparent)}
.ig-replay :focus-visible{outline:2px solid #0072b2;outline-offset:2px}
.ig-replay input{flex:1;min-width:80px;min-height:28px;margin:0;accent-color:#0072b2}
.ig-replay span{flex:0 1 auto;min-width:6em}`;

/** Gives each still of a name that is on the page what it takes to play. */
export function start(name: string): void {
  for (const still of document.querySelectorAll<HTMLElement>(`[data-ig-still="${name}"]`)) {
    const text = still.querySelector('script[type="application/json"]')?.textContent;
    const image = still.querySelector("img");
    if (text && image && !still.dataset.ready) {
      still.dataset.ready = "1";
      new Player(image, JSON.parse(text) as Reel);
    }
  }
}

class Player {
  readonly #image: HTMLImageElement;
  readonly #reel: Reel;
  readonly #end: number;
  readonly #play: HTMLButtonElement;
  readonly #line: HTMLInputElement;
  readonly #said: HTMLElement;
  #picture: Picture | undefined;
  #at = 0;
  #before = 0;
  #isPlaying = false;

  constructor(image: HTMLImageElement, reel: Reel) {
    this.#image = image;
    this.#reel = reel;
    this.#end = length(reel);
    this.#at = this.#end;
    const own = { "data-lm-suppress-shortcuts": "true" };
    this.#play = element(document, "button", { type: "button", ...own });
    this.#line = element(document, "input", {
      ...{ type: "range", min: "0", max: String(this.#end), value: String(this.#end), step: "any" },
      ...{ "aria-label": "Time of the recording", ...own },
    });
    this.#said = element(document, "span", { class: "ig-replay-note" });
    const bar = element(document, "div", { class: "ig-replay", role: "group" }, [
      element(document, "style", {}, [LOOK]),
      ...[this.#play, this.#line, this.#said],
    ]);
    bar.setAttribute("aria-label", "Replay of what happened");
    bar.style.maxWidth = image.style.maxWidth;
    bar.addEventListener("transitionrun", () => this.#paint());
    this.#play.addEventListener("click", () => this.#toggle());
    this.#line.addEventListener("input", () => this.#seek(Number(this.#line.value)));
    bar.addEventListener("keydown", (event) => this.#key(event));
    (image.closest("figure") ?? image).querySelector(":scope > div")?.after(bar);
    this.#tell();
  }

  /** The arrows go from one thing that happened to the next. */
  #key(event: KeyboardEvent): void {
    event.stopPropagation();
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (event.target !== this.#line || !step) {
      return;
    }
    event.preventDefault();
    const times = stops(this.#reel);
    const next =
      step > 0
        ? times.find((time) => time > this.#at + 0.5)
        : times.filter((time) => time < this.#at - 0.5).at(-1);
    this.#seek(next ?? this.#at);
  }

  #toggle(): void {
    this.#isPlaying = !this.#isPlaying;
    if (this.#isPlaying) {
      this.#at = this.#at >= this.#end ? 0 : this.#at;
      this.#before = performance.now();
      this.#draw();
      requestAnimationFrame((now) => this.#turn(now));
    }
    this.#tell();
  }

  #seek(at: number): void {
    this.#isPlaying = false;
    this.#at = at;
    this.#draw();
    this.#tell();
  }

  #turn(now: number): void {
    if (!(this.#isPlaying && this.#line.isConnected)) {
      return;
    }
    this.#at = Math.min(this.#end, this.#next(now));
    this.#isPlaying = this.#at < this.#end;
    this.#draw();
    this.#tell();
    requestAnimationFrame((then) => this.#turn(then));
  }

  /** Where the play is now; where nothing is to move it goes from moment to moment. */
  #next(now: number): number {
    const passed = now - this.#before;
    if (!isStill()) {
      this.#before = now;
      return this.#at + Math.min(passed, 100);
    }
    if (passed < STILL_MS) {
      return this.#at;
    }
    this.#before = now;
    return stops(this.#reel).find((time) => time > this.#at + 0.5) ?? this.#end;
  }

  #draw(): void {
    this.#picture ??= this.#open();
    this.#paint();
    this.#picture?.draw(sceneAt(this.#reel, this.#at), this.#at, !isStill());
  }

  /** Puts a picture that can be moved in the place of the image. */
  #open(): Picture | undefined {
    const image = this.#image;
    const bytes = atob(image.src.slice(image.src.indexOf(",") + 1));
    const text = new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
    const found = picture(document, text, this.#reel);
    if (found) {
      found.root.setAttribute("role", "img");
      found.root.setAttribute("aria-label", "What happened, as it is replayed");
      // It stands on a card of its own: letters in a colour of the system's would not fit to that.
      found.root.style.cssText = `${image.style.cssText};forced-color-adjust:none`;
      image.replaceWith(found.root);
    }
    return found;
  }

  /** In the theme that the page has now. */
  #paint(): void {
    this.#picture?.paint(isDarkBehind(this.#picture.root));
  }

  #tell(): void {
    const { headline, note, time } = sceneAt(this.#reel, this.#at);
    const when = `${(time / 1e6).toFixed(3)} s`;
    setText(this.#play, this.#isPlaying ? "❚❚ Pause" : "▶ Replay");
    setText(this.#said, note ? `${when} · ${note}` : when);
    this.#line.value = String(this.#at);
    this.#line.setAttribute("aria-valuetext", `${when}: ${note || headline}`);
  }
}

function isStill(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
