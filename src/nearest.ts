/** The known name closest to a misspelt one. */

/** Damerau-Levenshtein (adjacent swaps count once) of two short words. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** The nearest of `known`, or null where none is near enough to be what was meant: at most a third of its letters differ, but always one may. */
export function nearest(word: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  const asked = word.slice(0, 64).toLowerCase();
  for (const candidate of known) {
    const apart = distance(asked, candidate.toLowerCase());
    if (apart < least && apart <= Math.max(1, Math.floor(candidate.length / 3))) {
      best = candidate;
      least = apart;
    }
  }
  return best;
}

/** `, did you mean 'x'?`, or nothing. */
export function suggest(word: string, known: Iterable<string>): string {
  const name = nearest(word, known);
  return name === null ? '' : `, did you mean '${name}'?`;
}
