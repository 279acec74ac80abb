/** Cuts rows that lie bucket after bucket into chunks of one bucket and at most `size` each. */
export function chunksOf<Row extends { readonly bucket: number }>(rows: readonly Row[], size: number): Row[][] {
  const chunks: Row[][] = [];
  for (const row of rows) {
    const last = chunks.at(-1);
    if (last && last.length < size && last[0]?.bucket === row.bucket) last.push(row);
    else chunks.push([row]);
  }
  return chunks;
}
