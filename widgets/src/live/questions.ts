/** Questions of the inspector to the kernel: one at a time, not one at once after another. */

/** Milliseconds after which it is said that the kernel is busy, and between two questions. */
const BUSY = 600;
const APART = 400;

/** Milliseconds after which an answer is not waited for any more. */
const LOST = 8000;

export class Questions {
  readonly #ask: () => boolean;
  readonly #busy: () => void;
  #isOpen = false;
  #isDue = false;
  #at = 0;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;

  /** `ask` asks, if there is something to ask for; `busy` says that the answer takes long. */
  constructor(ask: () => boolean, busy: () => void) {
    this.#ask = ask;
    this.#busy = busy;
  }

  /** Notes that there is something to ask. */
  due(): void {
    this.#isDue = true;
    this.#go();
  }

  /** Begins anew, at once; an answer that is lost is not waited for. */
  begin(): void {
    this.#isOpen = this.#isOpen && Date.now() - this.#at < LOST;
    this.#at = this.#isOpen ? this.#at : 0;
  }

  answered(): void {
    this.#isOpen = false;
    clearTimeout(this.#patience);
    this.#go();
  }

  #go(): void {
    clearTimeout(this.#later);
    const wait = this.#at + APART - Date.now();
    if (!this.#isDue || this.#isOpen) {
      return;
    }
    if (wait > 0) {
      this.#later = setTimeout(() => this.#go(), wait);
    } else if (this.#ask()) {
      this.#isDue = false;
      this.#isOpen = true;
      this.#at = Date.now();
      clearTimeout(this.#patience);
      this.#patience = setTimeout(this.#busy, BUSY);
    }
  }

  stop(): void {
    clearTimeout(this.#patience);
    clearTimeout(this.#later);
  }
}
