/** Who listens to a model. */

type Listener = (content?: unknown) => void;

export class Listeners {
  readonly #all = new Map<string, Set<Listener>>();

  on(event: string, listener: Listener) {
    const known = this.#all.get(event) ?? new Set();
    this.#all.set(event, known.add(listener));
  }

  off(event: string, listener: Listener) {
    this.#all.get(event)?.delete(listener);
  }

  emit(event: string, content?: unknown) {
    for (const listener of this.#all.get(event) ?? []) {
      listener(content);
    }
  }

  get listeners() {
    return [...this.#all.values()].reduce((count, set) => count + set.size, 0);
  }
}
