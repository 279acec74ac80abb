/** When a key signs. */
export interface SigningSpan {
  readonly signsFrom: Date;
  readonly signsUntil: Date;
}

/** What is to be done so that one key signs now and the next is known long before it does. */
export interface KeyPlan {
  readonly add: readonly SigningSpan[];
  /** The newest key signs on until the next was known long enough. */
  readonly extendTo?: Date;
}

/** Whoever keeps the public keys has at least this long to fetch a new one before it signs. */
export const KNOWN_AHEAD_MS = 3_600_000;

/** Plans the keys: without a current one a new one signs at once; behind the newest there is always one that waits. */
export function planKeys(
  keys: readonly SigningSpan[],
  { now, rotationMs }: { now: Date; rotationMs: number },
): KeyPlan {
  const later = (from: Date, ms: number) => new Date(from.getTime() + ms);
  const add: SigningSpan[] = [];
  let newest = keys.reduce<SigningSpan | undefined>((a, b) => (a && a.signsFrom > b.signsFrom ? a : b), undefined);
  if (newest && newest.signsFrom > now) return { add };
  if (!newest || newest.signsUntil <= now) {
    newest = { signsFrom: now, signsUntil: later(now, Math.max(rotationMs, KNOWN_AHEAD_MS)) };
    add.push(newest);
  }
  const known = later(now, KNOWN_AHEAD_MS);
  const signsFrom = newest.signsUntil > known ? newest.signsUntil : known;
  add.push({ signsFrom, signsUntil: later(signsFrom, rotationMs) });
  return signsFrom > newest.signsUntil ? { add, extendTo: signsFrom } : { add };
}

/** The key that signs now: the newest whose time has come; for a clock that is behind, the first. */
export function currentKey<K extends SigningSpan>(keys: readonly K[], now: Date): K | undefined {
  const inOrder = keys.toSorted((a, b) => a.signsFrom.getTime() - b.signsFrom.getTime());
  return inOrder.findLast(({ signsFrom }) => signsFrom <= now) ?? inOrder[0];
}
