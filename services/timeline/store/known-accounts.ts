import type { Believed } from "../hot/believed.ts";
import type { Author } from "../view/shapes.ts";

/** What is said of an account to everybody: its standing and lock, as bits of rules/between-flags.ts, and who it is. */
export interface AccountFacts {
  readonly flags: number;
  /** Absent for whom nobody has heard of. */
  readonly author: Author | undefined;
}

/** Accounts in this process's memory. */
export type KnownAccounts = Believed<AccountFacts>;
