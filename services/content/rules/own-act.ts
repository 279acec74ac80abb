/** Counters as they are after the caller's own act: one more, unless they were read with it in them. */
export const withOwn = <Count extends string>(
  counts: Readonly<Record<Count, bigint>>,
  kind: NoInfer<Count>,
  already: boolean,
): Record<Count, bigint> => (already ? { ...counts } : { ...counts, [kind]: counts[kind] + 1n });
