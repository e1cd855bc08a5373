/** The word that somebody meant who wrote another. Looked up only when a file is wrong. */

/** At most a third of the letters may be wrong; a beginning of three letters says enough too. */
export function nearest(written: string, words: readonly string[]): string | null {
  const allowed = Math.min(2, Math.floor(written.length / 3));
  const [best] = words
    // What is much longer is not near, and comparing takes as long as both are.
    .filter(word => Math.abs(word.length - written.length) <= allowed)
    .map(word => ({ word, distance: distance(written.toLowerCase(), word) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((a, b) => a.distance - b.distance);
  const begun = words.filter(word => written.length >= 3 && word.startsWith(written));
  return best?.word ?? (begun.length === 1 ? (begun[0] ?? null) : null);
}

/** Optimal string alignment: letters that are missing, added, wrong, or swapped with their neighbour. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let i = 1; i <= a.length; i += 1) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      let cost = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (isSame ? 0 : 1));
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwapped) cost = Math.min(cost, at(i - 2, j - 2) + 1);
      (rows[i] as number[])[j] = cost;
    }
  }
  return at(a.length, b.length);
}
