import { afterAll, beforeAll, expect, test } from "vitest";
import { sql } from "#mesh/store/sql.ts";
import { idsIn } from "../rules/entry-ids.ts";
import { newest } from "../testing/homes.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";
import { storedHome, storedOf } from "./homes.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline();
});
afterAll(() => mesh[Symbol.asyncDispose]());

interface Made {
  readonly actor: string;
  readonly id: string;
  readonly tier: number;
}

/** Everybody's entries in one line of time, so many of each; every seventh is pulled. */
async function write(counts: readonly number[]): Promise<{ viewer: string; actors: string[]; made: Made[] }> {
  const { ids, chance, db } = mesh.timeline;
  const [viewer, actors] = [ids.next(), counts.map(() => ids.next())];
  const turns = counts.flatMap((count, at) => Array.from({ length: count }, () => actors[at] ?? ""));
  for (let at = turns.length - 1; at > 0; at--) {
    const other = chance.below(at + 1);
    [turns[at], turns[other]] = [turns[other] ?? "", turns[at] ?? ""];
  }
  const made = turns.map((actor, turn) => ({ actor, id: ids.next(), tier: turn % 7 === 0 ? 2 : 1 }));
  await db.query(sql`insert into entry (actor_id, entry_id, post_id, author_id, shard, tier, is_share, is_reply, at)
    select actor, id, id, actor, 0, tier, false, false, now() from unnest(${made.map(({ actor }) => actor)}::uuid[],
      ${made.map(({ id }) => id)}::uuid[], ${made.map(({ tier }) => tier)}::int[]) as m (actor, id, tier)`);
  await db.query(sql`insert into follow (follower_id, followee_id, shard, followed_at, hide_from_home)
    select ${viewer}, id, 0, now(), place % 10 = 0 from unnest(${actors}::uuid[]) with ordinality as a (id, place)`);
  return { viewer, actors, made };
}

test.each([
  { of: "nobody", counts: [] },
  { of: "a few", counts: [3, 0, 5] },
  { of: "many equals", counts: Array.from({ length: 300 }, () => 4) },
  {
    of: "one who posts all the time among many who hardly do",
    counts: [900, ...Array.from({ length: 1_500 }, () => 1)],
  },
  { of: "some who post a lot", counts: Array.from({ length: 900 }, (_, at) => (at % 90 === 0 ? 150 : 1)) },
])("what $of wrote is found newest first, as if all of it had been read", async ({ counts }) => {
  const { viewer, actors, made } = await write(counts);
  const hidden = new Set(actors.filter((_, at) => (at + 1) % 10 === 0));
  const wanted = made.filter(({ actor, tier }) => tier === 1 && !hidden.has(actor)).map(({ id }) => id);
  for (const most of [10, 100, 800])
    expect(idsIn(await storedHome(mesh.timeline.db, viewer, most))).toEqual(newest(...wanted).slice(0, most));
});

test("of their own doings people find all, also what others pull", async () => {
  const { actors, made } = await write([40]);
  const [me = ""] = actors;
  expect(idsIn(await storedHome(mesh.timeline.db, me, 100))).toEqual(newest(...made.map(({ id }) => id)));
  const pushed = made.filter(({ tier }) => tier === 1).map(({ id }) => id);
  const stored = await storedOf(mesh.timeline.db, actors, 10);
  expect(idsIn(stored.get(me) ?? Buffer.alloc(0))).toEqual(newest(...pushed).slice(0, 10));
});
