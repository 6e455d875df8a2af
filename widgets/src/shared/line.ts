/**
 * The line to the kernel: asks, hears answers, tells that somebody looks, and notices when nobody answers.
 */

/** After this long without an answer the page says that it waits. */
const PATIENCE_MS = 300;
const PING_MS = 5_000;
/** A kernel that reports by itself does so at least every second; this long without a report, it is gone. */
const GONE_MS = 4_000;
const CHECK_MS = 1_000;
/** A kernel that answers as it gets to things, and of which Jupyter says that it is idle, has answered by then. */
const IDLE_MS = 1_000;

/** What is said when nobody answers. */
export const GONE = "The kernel was restarted or is gone: run the cell again.";

export type Condition = "" | "waiting" | "lost";

interface Model {
  widget_manager?: object;
  send(content: object): void;
  on(event: string, heard: (content: unknown) => void): void;
  off(event: string, heard: (content: unknown) => void): void;
}

/** A manager that says what Jupyter knows of the kernel; those of other pages do not. */
interface Knowing {
  kernel?: { status: string } | null;
}

/** What the kernel answers: which view asked, and which of its messages. */
export interface Reply {
  type: "answer";
  view: string;
  n: number;
}

interface Asked<Answer> {
  since: number;
  then: ((answer: Answer) => void) | undefined;
}

/** What Jupyter calls a widget whose other end in the kernel is not there. */
const ALONE = ".jupyter-widgets-disconnected";

/** Whether it is known, of where a widget is to be drawn, that its kernel is not there. */
export function isAlone(el: Element): boolean {
  return el.closest(ALONE) !== null;
}

export class Line<Answer extends Reply> {
  #model: Model;
  #tell: (condition: Condition) => void;
  #view = Math.random().toString(36).slice(2);
  #number = 0;
  #asked = new Map<number, Asked<Answer>>();
  #last = 0;
  #isExpected: boolean;
  #isAlive: boolean;
  #isCut = false;
  #told: Condition = "";
  #patience: ReturnType<typeof setTimeout> | undefined;
  #timers: ReturnType<typeof setTimeout>[];

  /**
   * @param options `isAlone`: whether it is known that the kernel's end is not there; `isAlive`: whether both ends
   * give signs of life, so that silence says that the other is gone.
   */
  constructor(
    model: Model,
    tell: (condition: Condition) => void,
    { isAlone = false, isAlive = true } = {},
  ) {
    this.#model = model;
    this.#tell = tell;
    this.#isCut = isAlone;
    this.#isExpected = isAlive;
    this.#isAlive = isAlive;
    this.#timers = isAlive
      ? [setInterval(this.#ping, PING_MS), setInterval(this.#check, CHECK_MS)]
      : [];
    model.on("msg:custom", this.#answered);
    model.on("comm_live_update", this.#wasCut);
    document.addEventListener("visibilitychange", this.#looked);
  }

  /** Whether it was told that nobody answers. */
  get isLost(): boolean {
    return this.#told === "lost";
  }

  /** Says hello, and how things are. */
  begin(): void {
    this.#looked();
    this.#check();
  }

  send(type: string, more: object = {}, then?: (answer: Answer) => void): void {
    this.#post({ type, ...more });
    this.#asked.set(this.#number, { since: performance.now(), then });
    this.#wait();
  }

  /** A frame came; whether more are to be expected. */
  heard(isMoreExpected: boolean): void {
    if (this.isLost && !this.#isAlive) {
      this.#asked.clear(); // it is there, and has not heard what was asked before
    }
    this.#last = performance.now();
    this.#isExpected = isMoreExpected;
    this.#isCut = false;
    this.#check();
  }

  close(): void {
    this.#timers.map(clearInterval);
    clearTimeout(this.#patience);
    this.#model.off("msg:custom", this.#answered);
    this.#model.off("comm_live_update", this.#wasCut);
    document.removeEventListener("visibilitychange", this.#looked);
    this.#asked.clear();
    this.#tell = () => {};
    this.#sign("bye");
  }

  #wait(): void {
    this.#patience ??= setTimeout(() => {
      this.#patience = undefined;
      this.#check();
      if (this.#asked.size) {
        this.#wait();
      }
    }, PATIENCE_MS);
  }

  #check = (): void => {
    const now = performance.now();
    const isSilent = this.#isExpected && !document.hidden && now - this.#last >= GONE_MS;
    const waited = now - Math.min(now, ...[...this.#asked.values()].map(({ since }) => since));
    const late = waited >= PATIENCE_MS ? "waiting" : "";
    const isDeaf = !this.#isAlive && waited >= IDLE_MS && this.#isIdle;
    const condition = this.#isCut || isSilent || isDeaf ? "lost" : late;
    if (condition !== this.#told) {
      this.#told = condition;
      this.#tell(condition);
    }
  };

  /** Whether Jupyter says that the kernel has nothing to do. */
  get #isIdle(): boolean {
    return (this.#model.widget_manager as Knowing | undefined)?.kernel?.status === "idle";
  }

  #post(content: object): void {
    this.#number += 1;
    try {
      this.#model.send({ view: this.#view, n: this.#number, ...content });
    } catch {
      this.#isCut = true;
      this.#check();
    }
  }

  #answered = (content: unknown): void => {
    const answer = content as Answer;
    if (answer?.type === "answer" && answer.view === this.#view) {
      const asked = this.#asked.get(answer.n);
      this.#asked.delete(answer.n);
      this.#check();
      asked?.then?.(answer);
    }
  };

  #ping = (): void => {
    if (!document.hidden) {
      this.#sign("ping");
    }
  };

  #looked = (): void => {
    this.#last = performance.now();
    this.#sign(document.hidden ? "bye" : "hello");
  };

  #sign(type: string): void {
    if (this.#isAlive) {
      this.#post({ type });
    }
  }

  /** The front end says that the kernel's end of the line has changed; the next frame says that it is there. */
  #wasCut = (): void => {
    this.#isCut = true;
    this.#check();
  };
}
