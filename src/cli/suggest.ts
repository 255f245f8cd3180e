/** The candidate that was most likely meant, or undefined where none is near: at most a third of its letters may be wrong, two of a short one. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  let [best, least] = [undefined as string | undefined, Number.POSITIVE_INFINITY];
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    const most = Math.min(candidate.length - 1, Math.max(2, candidate.length / 3));
    if (distance <= most && distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** How many letters are added, lost, changed or exchanged with their neighbor. */
function editDistance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, at) => at)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= one.length; row++) {
    rows.push([row]);
    for (let column = 1; column <= other.length; column++) {
      const changed = at(row - 1, column - 1) + (one[row - 1] === other[column - 1] ? 0 : 1);
      const exchanged = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      rows[row]?.push(
        Math.min(
          changed,
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          exchanged ? at(row - 2, column - 2) + 1 : 99,
        ),
      );
    }
  }
  return at(one.length, other.length);
}
