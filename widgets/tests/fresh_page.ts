/** An empty page whose time passes when a test says so, for each test of a file. */

import { afterEach, beforeEach, vi } from "vitest";

export function onFreshPage(timers?: Parameters<typeof vi.useFakeTimers>[0]): void {
  beforeEach(() => {
    vi.useFakeTimers(timers);
  });

  afterEach(() => {
    document.body.replaceChildren();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
}

export function press(on: Element, key: string, change: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...change });
  on.dispatchEvent(event);
  return event;
}

/** A view draws once per report, in a microtask. */
export const isDrawn = () => Promise.resolve();
