import type { Chance } from "#mesh/lent.ts";

const FIRST_MS = 4_000;
const LONGEST_MS = 3_600_000;
const GIVE_UP_MS = 86_400_000;

/** When a mail is tried again: after twice the time of before, at most an hour, never all at once; after a day no more. */
export function nextAttempt({
  attempts,
  createdAt,
  now,
  chance,
}: {
  attempts: number;
  createdAt: Date;
  now: Date;
  chance: Chance;
}): Date | undefined {
  if (now.getTime() - createdAt.getTime() >= GIVE_UP_MS) return undefined;
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 20));
  return new Date(now.getTime() + longest / 2 + chance.below(longest / 2 + 1));
}
