import { expect, test } from "vitest";
import { sql } from "#mesh/store/sql.ts";
import { startTimeline } from "../testing/start.ts";
import { entriesBefore, entriesOf, type NewEntry, placeEntries, taggedBefore } from "./posts.ts";

test("entries of many come newest first, whole and each once, however unevenly they post", async () => {
  await using mesh = await startTimeline();
  const deps = mesh.timeline;
  const { ids, db, clock } = deps;
  const actors = Array.from({ length: 40 }, () => ids.next());
  // The first posts nearly everything, the others now and then, the last nothing.
  const made = Array.from({ length: 300 }, (_, at): NewEntry & { media: boolean } => {
    const id = ids.next();
    const actorId = actors[at % 10 === 0 ? 1 + ((at / 10) % 38) : 0] as string;
    const share = at % 7 === 0;
    const postId = share ? ids.next() : id;
    const flags = { share, reply: !share && at % 5 === 0, media: at % 3 === 0 };
    return { id, actorId, postId, authorId: actorId, shard: 0, at: clock.now(), ...flags };
  });
  const pulled = actors[1] as string;
  await db.query(sql`insert into fanout_tier (account_id, shard, tier) values (${pulled}, 0, 2)`);
  await db.transact((tx) => placeEntries(tx, made));
  await db.transact((tx) => placeEntries(tx, made.slice(0, 20))); // again changes nothing
  const newest = made.map(({ id }) => id).reverse();
  const whose = new Map(made.map((entry) => [entry.id, entry]));
  const of = (id: string) => whose.get(id) as (typeof made)[number];

  expect(await entriesBefore(deps, actors, undefined, 500)).toEqual(newest);
  for (const limit of [1, 20, 60]) {
    expect(await entriesBefore(deps, actors, undefined, limit)).toEqual(newest.slice(0, limit));
    expect(await entriesBefore(deps, actors, newest[99], limit)).toEqual(newest.slice(100, 100 + limit));
  }
  const own = newest.filter((id) => !of(id).share);
  expect(await entriesBefore(deps, actors, undefined, 20, { shares: false })).toEqual(own.slice(0, 20));
  expect(await entriesBefore(deps, actors.slice(-1), undefined, 5)).toEqual([]);
  expect(await entriesBefore(deps, [], undefined, 5)).toEqual([]);

  await db.query(sql`insert into post (post_id, author_id, shard, version, state, audience, created_at, has_media)
    select id, id, 0, 1, 1, 1, now(), true from unnest(${made.filter(({ media }) => media).map(({ id }) => id)}::uuid[]) p (id)`);
  const [busy] = actors as [string];
  const his = newest.filter((id) => of(id).actorId === busy).map(of);
  const read = (more: object) => entriesOf(deps, busy, { limit: 30, replies: true, shares: true, ...more });
  const first = (wanted: (entry: (typeof made)[number]) => boolean) =>
    his
      .filter(wanted)
      .map(({ id }) => id)
      .slice(0, 30);
  expect(await read({})).toEqual(first(() => true));
  expect(await read({ replies: false })).toEqual(first(({ reply }) => !reply));
  expect(await read({ shares: false })).toEqual(first(({ share }) => !share));
  expect(await read({ mediaOnly: true })).toEqual(first(({ media, share }) => media && !share));
  expect(await read({ before: his[4]?.id })).toEqual(his.slice(5, 35).map(({ id }) => id));
  const tiers = await db.query<{ tier: number }>(sql`select distinct tier from entry where actor_id = ${pulled}`);
  expect(tiers).toEqual([{ tier: 2 }]);
  expect(await db.query(sql`select 1 from entry where tier = 2 and actor_id <> ${pulled}`)).toEqual([]);
});

test("posts with any of some tags come newest first and once", async () => {
  await using mesh = await startTimeline();
  const { ids, db } = mesh.timeline;
  const posts = Array.from({ length: 6 }, () => ids.next());
  const tag = (name: string, ...places: number[]) => places.map((at) => ({ name, id: posts[at] as string }));
  const rows = [...tag("a", 0, 2, 4), ...tag("b", 1, 2), ...tag("c", 5)];
  await db.query(sql`insert into tagged (tag, post_id, author_id, shard)
    select tag, id, id, 0 from unnest(${rows.map(({ name }) => name)}::text[], ${rows.map(({ id }) => id)}::uuid[]) t (tag, id)`);
  const found = (...places: [number, string][]) => places.map(([at, name]) => ({ id: posts[at], tag: name }));
  expect(await taggedBefore(mesh.timeline, ["b", "a"], undefined, 3)).toEqual(found([4, "a"], [2, "a"], [1, "b"]));
  expect(await taggedBefore(mesh.timeline, ["b", "a"], posts[2], 3)).toEqual(found([1, "b"], [0, "a"]));
  expect(await taggedBefore(mesh.timeline, [], undefined, 3)).toEqual([]);
});
