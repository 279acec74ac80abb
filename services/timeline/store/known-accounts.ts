import { createMemory } from "../hot/memory.ts";
import type { Author } from "../view/shapes.ts";

/** What is said of an account to everybody: its standing and lock, as bits of rules/between-flags.ts, and who it is. */
export interface AccountFacts {
  readonly flags: number;
  /** Absent for whom nobody has heard of. */
  readonly author: Author | undefined;
}

/**
 * Accounts in this process's memory. It holds as long as whoever uses it has heard all news just before; what was read
 * before an account's last news is not taken up any more.
 */
export interface KnownAccounts {
  get(accountId: string): AccountFacts | undefined;
  /** To be taken before a statement is sent, and given with what it brought. */
  readonly moment: number;
  /** Whether none of them was in doubt since. */
  unchanged(accountIds: Iterable<string>, moment: number): boolean;
  learn(accountId: string, facts: AccountFacts, moment: number): void;
  /** It is changing, which may take until then, or has changed. */
  doubt(accountId: string, until?: number): void;
  forget(): void;
}

/** Doubts that are told apart; with more of them everything is in doubt. */
const MOST_DOUBTS = 10_000;

/** Nobody is known yet. */
export function createKnownAccounts(most: number, now: () => number): KnownAccounts {
  const kept = createMemory<AccountFacts>(most);
  const doubts = new Map<string, { moment: number; until: number }>();
  let moment = 0;
  let forgotten = 0;
  const forget = (): void => {
    forgotten = ++moment;
    kept.clear();
    doubts.clear();
  };
  return {
    get: (accountId) => kept.get(accountId),
    get moment() {
      return moment;
    },
    unchanged(accountIds, since) {
      if (since === moment) return true;
      if (since < forgotten) return false;
      for (const id of accountIds) if ((doubts.get(id)?.moment ?? 0) > since) return false;
      return true;
    },
    learn(accountId, facts, asked) {
      if (asked < forgotten) return;
      const doubt = doubts.get(accountId);
      if (doubt && (asked < doubt.moment || now() < doubt.until)) return;
      kept.set(accountId, facts);
    },
    doubt(accountId, until = 0) {
      if (doubts.size >= MOST_DOUBTS) forget();
      doubts.set(accountId, { moment: ++moment, until });
      kept.delete(accountId);
    },
    forget,
  };
}
