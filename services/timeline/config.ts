import { duration, int } from "#mesh/config.ts";

/** What an operator may set about timelines. */
export const config = {
  homeEntries: int("TIMELINE_HOME_ENTRIES", 800, {
    min: 100,
    max: 5_000,
    about: "Entries that a home timeline keeps in Redis; further back it is read from storage",
  }),
  homeIdle: duration("TIMELINE_HOME_IDLE", "7d", {
    about:
      "A home timeline that was not read for so long is dormant: nothing is delivered to it until its owner is back",
  }),
  inlineFollowers: int("TIMELINE_INLINE_FOLLOWERS", 500, {
    min: 0,
    max: 10_000,
    about: "Posts of accounts with more followers are delivered in a lane of their own",
  }),
  fanoutWorkers: int("TIMELINE_FANOUT_WORKERS", 2, {
    min: 1,
    max: 32,
    about: "Deliveries to many followers that one process works on at once",
  }),
  pullHorizon: duration("TIMELINE_PULL_HORIZON", "14d", {
    about: "Posts of accounts with very many followers are looked for so far back",
  }),
  cardMemory: int("TIMELINE_CARD_MEMORY", 20_000, {
    min: 100,
    max: 10_000_000,
    about: "Posts that each process keeps in memory, some 2 KB each",
  }),
  readerMemory: int("TIMELINE_READER_MEMORY", 5_000, {
    min: 0,
    max: 1_000_000,
    about:
      "Readers of whom each process remembers what is between them and others and the page they saw last, some 50 KB each",
  }),
  freshWithin: duration("TIMELINE_FRESH_WITHIN", "3s", {
    about: "Older knowledge of who may see whom is asked for anew before a page is shown",
  }),
  headEntries: int("TIMELINE_HEAD_ENTRIES", 200, {
    min: 20,
    max: 800,
    about: "Newest entries that a ranked home timeline puts in order; those before them follow by time",
  }),
  pinFor: duration("TIMELINE_PIN_FOR", "15m", { about: "How long the order of a ranked head is kept for later pages" }),
  scoreHorizon: duration("TIMELINE_SCORE_HORIZON", "3d", {
    about: "Posts younger than this are scored anew every 15 minutes",
  }),
};
