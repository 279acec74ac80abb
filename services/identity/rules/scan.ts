/** How many rows are looked at for a page of `limit`: where some may be hidden, so many more that pages are seldom short. */
export const scanOf = (limit: number, hides: boolean): number => (hides ? limit * 2 : limit);

/**
 * Where a page ends: after the row that fills it, or after all that were looked at. What is hidden in between counts as
 * looked at, so that the next page does not begin with it again.
 */
export function pageEnd(visible: readonly boolean[], limit: number): number {
  let shown = 0;
  for (const [at, seen] of visible.entries()) if (seen && ++shown === limit) return at + 1;
  return visible.length;
}
