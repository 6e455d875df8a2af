/** Finding nodes by name or path, those that are folded away too. Pure. */

/** What was found: a node, and the folded box that it is in. */
export interface Match {
  path: string;
  box: string | undefined;
}

/**
 * The nodes whose path has all words of the query, in the order of the drawing.
 *
 * @param paths what is drawn
 * @param inside for each folded box the paths of the nodes in it
 */
export function matches(
  query: string,
  paths: Iterable<string>,
  inside: Readonly<Record<string, readonly string[]>>,
): Match[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) {
    return [];
  }
  const fits = (path: string) => {
    const text = path.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const found: Match[] = [];
  for (const path of paths) {
    if (fits(path)) {
      found.push({ path, box: undefined });
    }
    for (const hidden of inside[path] ?? []) {
      if (fits(hidden)) {
        found.push({ path: hidden, box: path });
      }
    }
  }
  return found;
}

/** The place of the next match, from the first again after the last; -1 where there is none. */
export function after(count: number, at: number, step: 1 | -1): number {
  if (!count) {
    return -1;
  }
  return at < 0 ? (step > 0 ? 0 : count - 1) : (at + step + count) % count;
}

/** Which match this is, of how many, in words. */
export function told(query: string, found: readonly Match[], at: number): string {
  if (!query.trim()) {
    return "";
  }
  const match = found[at];
  if (!match) {
    const count = found.length;
    return count ? `${count} found` : "none found";
  }
  const where = match.box === undefined ? "" : `, folded into ${match.box}`;
  return `${at + 1} of ${found.length}${where}`;
}
