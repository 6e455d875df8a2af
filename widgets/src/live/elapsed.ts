/** Time that a running node has taken so far: the kernel says since when, the page counts on. */

import type { Cell, Seen } from "./state.ts";

/** Seconds in a few characters. */
export function elapsedText(seconds: number): string {
  if (seconds < 10) {
    return `${Math.max(seconds, 0).toFixed(1)} s`;
  }
  if (seconds < 60) {
    return `${Math.floor(seconds)} s`;
  }
  const rest = String(Math.floor(seconds) % 60).padStart(2, "0");
  return `${Math.floor(seconds / 60)} min ${rest} s`;
}

/** How a node stands, with the time that it has taken if it runs; `since` is the age of the report in ms. */
export function howText(cell: Cell, seen: Seen, since: number): string {
  if (cell.status !== "running" || !cell.began) {
    return cell.how;
  }
  return `running ${elapsedText(seen.at - cell.began + since / 1000)}`;
}
