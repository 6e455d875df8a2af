/**
 * Steps of the arrow keys in a drawn graph.
 *
 * Down and Up walk through every node in reading order, column by column, so no node is out of reach.
 * Right and Left go to the nearest node of the columns on that side. Home and End are the first and the last.
 */

export interface Place {
  path: string;
  x: number;
  y: number;
}

/** Centres closer than this, in pixels, are in one column. */
const COLUMN = 12;

/** The places in reading order: columns from left to right, each from top to bottom. */
export function readingOrder(places: readonly Place[]): Place[] {
  const byX = [...places].sort((a, b) => a.x - b.x);
  const ordered: Place[] = [];
  let column: Place[] = [];
  for (const place of byX) {
    const last = column.at(-1);
    if (last && place.x - last.x > COLUMN) {
      ordered.push(...column.sort((a, b) => a.y - b.y));
      column = [];
    }
    column.push(place);
  }
  return [...ordered, ...column.sort((a, b) => a.y - b.y)];
}

/** The path that `key` leads to from `current`, or undefined if the key is not one of ours. */
export function destination(
  places: readonly Place[],
  current: string,
  key: string,
): string | undefined {
  const order = readingOrder(places);
  const index = order.findIndex((place) => place.path === current);
  const from = order[Math.max(index, 0)];
  if (!from) {
    return undefined;
  }
  switch (key) {
    case "ArrowDown":
      return (order[index + 1] ?? from).path;
    case "ArrowUp":
      return (order[index - 1] ?? from).path;
    case "ArrowRight":
      return nearest(order, from, 1).path;
    case "ArrowLeft":
      return nearest(order, from, -1).path;
    case "Home":
      return order[0]?.path;
    case "End":
      return order.at(-1)?.path;
    default:
      return undefined;
  }
}

function nearest(places: readonly Place[], from: Place, side: 1 | -1): Place {
  let best = from;
  let least = Number.POSITIVE_INFINITY;
  for (const place of places) {
    const ahead = (place.x - from.x) * side;
    const distance = ahead + 2 * Math.abs(place.y - from.y);
    if (ahead > COLUMN && distance < least) {
      best = place;
      least = distance;
    }
  }
  return best;
}
