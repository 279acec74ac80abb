/** The known word that was probably meant, if any is near enough. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const given = word.toLowerCase();
  const ranked = known
    .map((other) => ({ other, far: distance(given, other.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  const [best] = ranked;
  return best && best.far <= Math.max(2, word.length / 3) && best.far < word.length ? best.other : undefined;
}

/** Letters to add, drop or change; two swapped neighbours count as one. */
function distance(a: string, b: string): number {
  let twoBack: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const ways = [(last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost];
      row.push(Math.min(...ways, ...(swapped ? [(twoBack[j - 2] ?? 0) + 1] : [])));
    }
    [twoBack, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
