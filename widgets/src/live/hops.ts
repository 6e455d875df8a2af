/** Steps along the arrows of a drawing: what is around a node, so many steps up and down. Pure. */

export type Arrow = readonly [source: string, target: string];

/** How far to go against the arrows and along them. */
export interface Hops {
  up: number;
  down: number;
}

export const NO_HOPS: Hops = { up: 0, down: 0 };

export class Arrows {
  #before = new Map<string, string[]>();
  #after = new Map<string, string[]>();

  constructor(arrows: Iterable<Arrow>) {
    for (const [source, target] of arrows) {
      add(this.#before, target, source);
      add(this.#after, source, target);
    }
  }

  /** What can be reached from some nodes, themselves included. */
  around(starts: readonly string[], { up, down }: Hops): Set<string> {
    return new Set([...walk(this.#before, starts, up), ...walk(this.#after, starts, down)]);
  }

  /** The next number of hops, or none once one more shows nothing more. */
  more(starts: readonly string[], hops: Hops, way: keyof Hops): Hops {
    const next = { ...hops, [way]: hops[way] + 1 };
    const isMore = this.around(starts, next).size > this.around(starts, hops).size;
    return isMore ? next : { ...hops, [way]: 0 };
  }
}

function add(to: Map<string, string[]>, key: string, value: string): void {
  const known = to.get(key);
  if (known) {
    known.push(value);
  } else {
    to.set(key, [value]);
  }
}

function walk(arrows: Map<string, string[]>, starts: readonly string[], steps: number) {
  const found = new Set(starts);
  let edge: readonly string[] = starts;
  for (let step = 0; step < steps && edge.length; step += 1) {
    const next = new Set(edge.flatMap((from) => arrows.get(from) ?? []));
    edge = [...next].filter((to) => !found.has(to));
    for (const to of edge) {
      found.add(to);
    }
  }
  return found;
}
