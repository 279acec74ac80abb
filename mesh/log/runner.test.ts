import { pino } from "pino";
import { expect, test } from "vitest";
import { realLent } from "../lent.ts";
import type { Db } from "../store/database.ts";
import type { Sql } from "../store/sql.ts";
import { createFeed } from "./feed.ts";
import { followFreshness } from "./freshness.ts";
import { createRunner } from "./runner.ts";

test("a consumer that cannot read its positions when it gets its partitions begins as soon as it can, and is not fresh before", async () => {
  let failures = 2;
  const query = async ({ text }: Sql) => {
    if (/from consumer_position/.test(text) && failures-- > 0) throw new Error("no connection came free in time");
    return /from consumer_position/.test(text) ? [{ partition: 3, seq: "7" }] : [];
  };
  const feed = createFeed({
    source: "toy",
    read: async () => ({ entries: [], head: 0n, tooOld: false, incarnation: "" }),
    changed: () => undefined,
    allHeard: () => undefined,
  });
  await using runner = createRunner({ name: "late", handles: [], restores: [] }, feed, {
    ...{ service: "other", db: { query } as unknown as Db, deps: {}, lent: realLent() },
    ...{ log: pino({ level: "silent" }), meters: {} as never, restore: async () => false },
  });
  const fresh = followFreshness(runner, feed, {} as never);
  const at = new Date(1_000);
  const look = () => {
    feed.heardAll({ heads: Array.from({ length: 64 }, () => 7n), incarnation: "one", at });
    fresh.look();
    fresh.look();
    return fresh.here;
  };
  expect(look()).toEqual(new Date(0)); // nothing is ours
  const taken = runner.take([3]);
  expect(look()).toEqual(new Date(0)); // nobody knows yet how far behind it is
  await taken;
  expect(runner.position(3)).toBe(7n);
  expect(look()).toEqual(at);
});
