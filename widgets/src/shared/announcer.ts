/**
 * One polite line for screen readers. A run can change the text many times a second; what is said is
 * the last text of each interval, and never the same text twice in a row.
 */

export interface Announcer {
  say(text: string): void;
  stop(): void;
}

export function createAnnouncer(line: HTMLElement, intervalMs = 1000): Announcer {
  let waiting: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function speak(text: string): void {
    if (line.textContent !== text) {
      line.textContent = text;
    }
  }

  function next(): void {
    timer = undefined;
    if (waiting !== undefined) {
      const text = waiting;
      waiting = undefined;
      speak(text);
      timer = setTimeout(next, intervalMs);
    }
  }

  return {
    say(text) {
      if (timer === undefined) {
        speak(text);
        timer = setTimeout(next, intervalMs);
      } else {
        waiting = text;
      }
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      waiting = undefined;
    },
  };
}
