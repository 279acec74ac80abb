import { createFlights, type Flights } from "#mesh/cache/single-flight.ts";
import { outside } from "#mesh/context.ts";
import { recent } from "#mesh/identity/recent.ts";
import type { Bare } from "../deps.ts";
import { createBelieved } from "../hot/believed.ts";
import type { AccountFacts, KnownAccounts } from "./known-accounts.ts";
import { createKnownAuthors, type KnownAuthors } from "./known-authors.ts";
import { createKnownViewers, type KnownViewers } from "./known-viewers.ts";
import { createTrusts, type Trusts } from "./trust.ts";

/** What this process remembers of accounts, viewers, and how current its knowledge of them is. */
export interface RelationsGear {
  readonly authors: KnownAuthors;
  readonly viewers: KnownViewers;
  /** What holds as long as nobody says otherwise. */
  readonly accounts: KnownAccounts;
  readonly trusts: Trusts;
  /** Questions about affinity that are under way. */
  readonly closeness: Flights;
  /** Their answers, as long as they hold. */
  readonly affinities: ReturnType<typeof recent<{ until: number; scores: ReadonlyMap<string, number> }>>;
  /** Everything that social-graph and identity announced before this moment has been applied. */
  readonly freshness: () => Promise<Date>;
}

/** Accounts that this process remembers, some 200 bytes each besides their profile. */
const ACCOUNTS = 50_000;

/** Viewers whose closeness to others this process remembers, some 20 KB each. */
const AFFINITIES = 1_000;

/** With several replicas each look costs a statement: so long its answer, which only errs on the old side, is used. */
const LOOK_MS = 250;

/** Nothing is remembered yet. */
export function createRelationsGear({ feeds, clock, config }: Pick<Bare, "feeds" | "clock" | "config">): RelationsGear {
  const time = () => clock.now().getTime();
  const accounts = createBelieved<AccountFacts>(ACCOUNTS, time);
  let looked: { until: number; asOf: Promise<Date> } | undefined;
  const look = async (): Promise<Date> => {
    const known = await Promise.all(["keep-edges", "keep-accounts"].map((name) => feeds.freshAsOf(name)));
    return new Date(Math.min(...known.map((at) => at.getTime())));
  };
  return {
    authors: createKnownAuthors(),
    viewers: createKnownViewers(),
    accounts,
    trusts: createTrusts(accounts, config.readerMemory, time),
    closeness: createFlights(),
    affinities: recent(AFFINITIES),
    freshness() {
      const now = clock.now().getTime();
      if (!looked || looked.until < now) {
        const asOf = outside(look); // neither cancelled with the call that set it off nor counted to it
        looked = { until: now + LOOK_MS, asOf };
        asOf.catch(() => {
          looked = undefined;
        });
      }
      return looked.asOf;
    },
  };
}
