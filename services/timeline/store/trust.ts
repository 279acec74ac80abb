import { recent } from "#mesh/identity/recent.ts";
import { ID_BYTES, idAt } from "../rules/entry-ids.ts";
import type { Slot } from "../view/ready.ts";
import type { Acts } from "../view/shapes.ts";
import type { HeldStretch } from "../view/skeleton.ts";
import type { KnownAccounts } from "./known-accounts.ts";
import type { Viewer } from "./viewer.ts";

/**
 * What this process remembers of one reader, right as long as its epoch is that of now. Whoever changes something about a
 * reader ends its epoch before and after (hot/epochs.ts): so what was read within one holds for all of it.
 */
export interface Trust {
  /** The reader's pull mark, with which `viewer` changes besides. */
  mark: string;
  viewer: Viewer | undefined;
  /** What is between the reader and accounts, without what is said of these to everybody: bits of rules/between-flags.ts. */
  readonly between: Map<string, number>;
  /** Whether nothing is between the reader and whoever is not in there. */
  whole: boolean;
  acts: OwnActs | undefined;
  /** A mute among them ends then. */
  until: number;
  /** What was read of its home last. */
  stretch?: HeldStretch;
  /** First pages, by time and ranked. */
  readonly first: { readonly newest: Slot; readonly ranked: Slot };
}

/** What the reader did with posts: all of it, down to a post. */
export interface OwnActs {
  readonly floor: string;
  readonly of: ReadonlyMap<string, Acts>;
}

/** What a script on a reader's bucket says about what may be believed: see STANDING in hot/homes-lua.ts. */
export interface Told {
  readonly standing: string;
  readonly news: Buffer;
}

/** Readers in this process's memory. */
export interface Trusts {
  /** How much of the news of a bucket was heard. */
  heard(bucket: number): number;
  /** Hears what was told, and gives what may be used and added to for this one read; undefined while nothing may be remembered. */
  hear(bucket: number, viewerId: string, told: Told): Trust | undefined;
}

const MARK_LENGTH = 36;
const COUNT_BYTES = 6;
const NEWS_BYTES = 1 + ID_BYTES;
const CHANGING = 1;
/** A change that was begun and of whose end nobody hears counts as done then: whoever made it is gone. */
const CHANGING_MS = 30_000;
/** More accounts than that are between nobody and what a page shows: then one begins anew. */
const MOST_BETWEEN = 2_000;
const LIFE_MS = 10 * 60_000;

const begin = (): Trust => ({
  ...{
    mark: "",
    viewer: undefined,
    between: new Map(),
    whole: false,
    acts: undefined,
    until: Number.POSITIVE_INFINITY,
  },
  first: { newest: {}, ranked: {} },
});

/** Nobody is known yet. */
export function createTrusts(accounts: KnownAccounts, most: number, now: () => number): Trusts {
  const kept = recent<{ epoch: string; trust: Trust; end: number }>(most);
  const counts = new Map<number, number>();

  function listen(bucket: number, news: Buffer): void {
    const count = news.readUIntBE(0, COUNT_BYTES);
    const before = counts.get(bucket) ?? 0;
    if (count === before) return;
    counts.set(bucket, count);
    const told = (news.length - COUNT_BYTES) / NEWS_BYTES;
    if (count < before || count - before > told) accounts.forget(); // some of it was missed
    for (let at = COUNT_BYTES; at < news.length; at += NEWS_BYTES)
      accounts.doubt(idAt(news.subarray(at + 1), 0), news[at] === CHANGING ? now() + CHANGING_MS : 0);
  }

  return {
    heard: (bucket) => counts.get(bucket) ?? 0,
    hear(bucket, viewerId, { standing, news }) {
      listen(bucket, news);
      const [mark, epoch] = [standing.slice(0, MARK_LENGTH), standing.slice(MARK_LENGTH)];
      if (epoch === "") return undefined;
      const time = now();
      const found = kept.get(viewerId);
      const holds = found && found.epoch === epoch && time < Math.min(found.end, found.trust.until);
      const trust = holds && found.trust.between.size <= MOST_BETWEEN ? found.trust : begin();
      if (trust !== found?.trust) kept.set(viewerId, { epoch, trust, end: time + LIFE_MS });
      if (trust.mark !== mark) {
        trust.mark = mark;
        trust.viewer = undefined;
      }
      return trust;
    },
  };
}
