import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { HashtagService, TrendWindow } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { PrivacySettingsChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import type { ToyDeps } from "#mesh/testing/toy.ts";
import { settle } from "../testing/people.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let mesh: ContentMesh;
beforeAll(async () => {
  mesh = await startContent({ CONTENT_TREND_MIN_ACCOUNTS: "2" });
});
afterAll(() => mesh[Symbol.asyncDispose]());
beforeEach(async () => {
  await mesh.content.db.query(
    sql`with uses as (delete from hashtag_use), hours as (delete from hashtag_hour) delete from hashtag_trend`,
  );
});

const { HOUR, DAY, WEEK } = TrendWindow;
const people = async (count: number) => {
  const all = await settle(mesh, ...Array.from({ length: count }, (_, n) => `p${n}`));
  return Object.values(all);
};
/** Says that accounts used a tag so long ago, so many times each. */
const use = async (tag: string, accounts: readonly string[], agoMs: number, times = 1) => {
  const { db, ids, clock } = mesh.content;
  const uses = accounts.flatMap((id) => Array.from({ length: times }, () => id));
  await db.query(sql`insert into hashtag_use (author_id, post_id, tag, used_at)
    select author, post, ${tag}, ${new Date(clock.now().getTime() - agoMs)}
    from unnest(${uses}::uuid[], ${uses.map(() => ids.next())}::uuid[]) u (author, post)`);
};
const run = async (job: string) => {
  while (!(await mesh.runJob("content", job)));
};
const trending = async (window: TrendWindow, limit = 0) => {
  await run("compute-trends");
  return (await mesh.client(HashtagService).listTrendingHashtags({ window, limit })).hashtags;
};
const tags = async (window: TrendWindow) => (await trending(window)).map(({ tag }) => tag);

test("windows slide: what has left one is still in the next", async () => {
  const all = await people(3);
  await use("minutes", all, HOUR_MS / 2);
  await use("hours", all, 3 * HOUR_MS);
  await use("days", all, 3 * DAY_MS);
  await use("weeks", all, 8 * DAY_MS);
  await run("recount-hashtag-hours");
  expect(await tags(HOUR)).toEqual(["minutes"]);
  expect(await tags(DAY)).toEqual(["minutes", "hours"]);
  expect(await tags(WEEK)).toEqual(["minutes", "hours", "days"]);
  mesh.clock.advance(HOUR_MS);
  expect(await tags(HOUR)).toEqual([]);
  expect(await tags(DAY)).toEqual(["minutes", "hours"]);
});

test("many accounts count more than many repetitions, and too few do not count", async () => {
  const all = await people(5);
  await use("shouted", all.slice(0, 2), 60_000, 40);
  await use("shared", all, 60_000);
  await use("lonely", all.slice(0, 1), 60_000, 100);
  const found = await trending(HOUR);
  expect(found).toMatchObject([
    { tag: "shared", accounts: 5n, posts: 5n },
    { tag: "shouted", accounts: 2n, posts: 80n },
  ]);
  expect(found[0]?.score).toBeGreaterThan(found[1]?.score ?? 0);
});

test("what is new today comes before what is used every day, and the recent before the older", async () => {
  const all = await people(12);
  for (let day = 1; day < 7; day++) await use("always", all, day * DAY_MS + HOUR_MS);
  await use("always", all, HOUR_MS);
  await use("news", all.slice(0, 8), HOUR_MS);
  await use("older", all.slice(0, 8), 20 * HOUR_MS);
  await run("recount-hashtag-hours");
  expect(await tags(DAY)).toEqual(["news", "always", "older"]);
});

test("accounts that are hidden, suspended or locked do not count, as soon as that is known, and then for all hours", async () => {
  const all = await people(4);
  const [one, two, three] = all as [string, string, string];
  await use("party", all, 60_000);
  await use("party", all, 2 * DAY_MS);
  await run("recount-hashtag-hours");
  expect(await trending(DAY)).toMatchObject([{ accounts: 4n }]);
  await mesh.content.db.query(sql`update account set state = 'SUSPENDED' where id = ${one}`);
  expect(await trending(DAY)).toMatchObject([{ accounts: 3n }]);
  const graph = mesh.deps<ToyDeps>("social-graph");
  const lock = (accountId: string, locked: boolean, version: bigint) =>
    graph.db.commit(undefined, async (tx) =>
      tx.publish(PrivacySettingsChangedSchema, { accountId, settings: { locked, version } }),
    );
  await lock(two, true, 2n);
  await lock(three, true, 1n);
  await lock(three, false, 2n);
  await mesh.settle();
  expect(await trending(DAY)).toMatchObject([{ accounts: 2n }]);
  expect(await trending(WEEK)).toMatchObject([{ accounts: 6n }]);
  await run("recount-hashtag-hours");
  expect(await trending(WEEK)).toMatchObject([{ accounts: 4n }]);
  await mesh.content.db.query(sql`update account set state = 'DEACTIVATED' where id = ${three}`);
  expect(await tags(DAY)).toEqual([]);
});

test("the answer says when it was computed, also if nothing trends, and has as many as asked for", async () => {
  const ask = (limit: number) => mesh.client(HashtagService).listTrendingHashtags({ limit });
  expect((await ask(0)).computedAt).toBeUndefined();
  const before = mesh.clock.now();
  expect(await trending(DAY)).toEqual([]);
  expect(Number((await ask(0)).computedAt?.seconds)).toBeGreaterThanOrEqual(Math.floor(before.getTime() / 1000));
  const all = await people(2);
  for (let n = 0; n < 60; n++) await use(`tag${n}`, all, 60_000);
  expect(await trending(DAY, 0)).toHaveLength(10);
  expect(await trending(DAY, 50)).toHaveLength(50);
  await mesh.content.db.query(sql`delete from hashtag_use where tag not in ('tag1', 'tag2')`);
  expect((await tags(DAY)).sort()).toEqual(["tag1", "tag2"]);
});

test("hours that nothing is compared with any more are forgotten", async () => {
  const { db, clock } = mesh.content;
  for (const days of [14, 16])
    await db.query(
      sql`insert into hashtag_hour values (${new Date(clock.now().getTime() - days * DAY_MS)}, 'x', 1, 1)`,
    );
  await run("recount-hashtag-hours");
  expect(await db.query(sql`select 1 from hashtag_hour`)).toHaveLength(1);
});
