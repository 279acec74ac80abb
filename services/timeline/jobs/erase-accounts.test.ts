import { expect, test } from "vitest";
import {
  PostBookmarkedSchema,
  PostPublishedSchema,
  QuoteDetachedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import { FanoutTier } from "#gen/skein/graph/v1/counts_pb.ts";
import { AccountFollowedSchema, FanoutTierChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { AccountErasureDueSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { readPage } from "../hot/counts.ts";
import { readHome } from "../hot/homes.ts";
import { block, like, list, lock, mute, share } from "../testing/acts.ts";
import { follow, people, post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";
import { eraseAccounts } from "./erase-accounts.ts";

/** Tables whose rows still name an account. */
async function tracesOf({ timeline: { db } }: TimelineMesh, accountId: string): Promise<string[]> {
  const columns = await db.query<{ t: string; c: string }>(sql`select table_name as t, column_name as c
    from information_schema.columns where table_schema = 'public' and data_type = 'uuid'`);
  const found = await Promise.all(
    columns.map(async ({ t, c }) => {
      const text = `select 1 from "${t}" where "${c}" = $1 limit 1`;
      return (await db.query({ name: "", text, values: [accountId] })).length > 0 ? [`${t}.${c}`] : [];
    }),
  );
  return found.flat().sort();
}

/** Everything that an account may have left with timeline, and what others did with it. */
async function live(mesh: TimelineMesh, ann: string, bob: string) {
  const { db, ids } = mesh.timeline;
  const bobs = await post(mesh, bob, "bob's");
  const root = await post(mesh, ann, "#root", { hashtags: ["root"] });
  const own = await post(mesh, ann, "to herself", { reply: { parentId: root, parentAuthorId: ann, rootId: root } });
  const answer = await post(mesh, ann, "to bob", {
    reply: { parentId: bobs, parentAuthorId: bob, rootId: bobs },
    quoted: { postId: bobs, authorId: bob },
  });
  const quoting = await post(mesh, bob, "quoting", { quoted: { postId: root, authorId: ann, needsApproval: true } });
  await mesh.announce(QuoteDetachedSchema, { postId: quoting, quotedPostId: root, quotedAuthorId: ann, authorId: bob });
  await like(mesh, bobs, bob, ann, bob);
  await like(mesh, root, ann, bob);
  await mesh.announce(PostBookmarkedSchema, { accountId: ann, postId: bobs, authorId: bob });
  const shares = [await share(mesh, ann, bobs, bob), await share(mesh, bob, root, ann)];
  for (const [one, other] of [
    [ann, bob],
    [bob, ann],
  ] as const) {
    await follow(mesh, one, other);
    await block(mesh, one, other);
    await mute(mesh, one, other);
    await list(mesh, one, [other], { exclusive: true });
  }
  await lock(mesh, ann);
  await mesh.announce(FanoutTierChangedSchema, { accountId: ann, tier: FanoutTier.PULL });
  await db.query(sql`insert into feedback (account_id, post_id, author_id, kind, at)
    values (${ann}, ${bobs}, ${bob}, 1, now()), (${bob}, ${root}, ${ann}, 2, now())`);
  await db.query(sql`insert into timeline_settings values (${ann}, '')`);
  await db.query(sql`insert into read_marker values (${ann}, ${ids.next()}, 1, now())`);
  return { bobs, gone: [root, own, answer, ...shares], quoting };
}

test("of an erased account nothing is left, what it did counts no more, and what comes late goes as well", async () => {
  await using mesh = await startTimeline();
  const { ann, bob } = await people(mesh, "ann", "bob");
  const { timeline } = mesh;
  const { bobs, gone, quoting } = await live(mesh, ann, bob);
  await mesh.settle();
  await readHome(timeline, ann);
  const before = await readPage(timeline, [...gone, bobs]);
  expect(before.counts.get(bobs)).toMatchObject({ likes: 2n, shares: 1n, replies: 1n, quotes: 1n });
  expect(before.entries.size).toBe(6);
  expect((await tracesOf(mesh, ann)).length).toBeGreaterThan(20);

  await mesh.announce(AccountErasureDueSchema, { accountId: ann });
  await mesh.settle();
  await mesh.runJob("timeline", "erase-accounts");
  await mesh.runJob("timeline", "mend-copies");
  // What others quoted and answered says so still: it is part of their posts.
  expect(await tracesOf(mesh, ann)).toEqual(["erasure.account_id", "post.quoted_author_id"]);
  const after = await readPage(timeline, [...gone, bobs, quoting]);
  expect([...after.entries.keys()]).toEqual([bobs, quoting]);
  expect([...after.cards.keys()].sort()).toEqual([bobs, quoting].sort());
  expect(after.counts.get(bobs)).toMatchObject({ likes: 1n, shares: 0n, replies: 0n, quotes: 0n });
  const counts = await timeline.db.query(
    sql`select likes, shares, replies, quotes from post_count where post_id = ${bobs}`,
  );
  expect(counts).toEqual([{ likes: "1", shares: "0", replies: "0", quotes: "0" }]);

  // Content and social-graph had this on their way; until all that they announced before is applied, it is looked after.
  const late = timeline.ids.next();
  await mesh.announce(PostPublishedSchema, {
    authorId: ann,
    postId: late,
    card: { id: late, authorId: ann, text: "late" },
  });
  await mesh.announce(AccountFollowedSchema, { followerId: ann, followeeId: bob });
  await mesh.settle();
  expect((await tracesOf(mesh, ann)).length).toBeGreaterThan(3);
  const fresh = { now: new Date(0) };
  const feeds = { ...timeline.feeds, freshAsOf: async () => fresh.now };
  const { signal } = new AbortController();
  await eraseAccounts.run({ ...timeline, feeds }, signal);
  expect(await tracesOf(mesh, ann)).toEqual(["erasure.account_id", "post.quoted_author_id"]);
  fresh.now = new Date(mesh.clock.now().getTime() + 61_000);
  await eraseAccounts.run({ ...timeline, feeds }, signal);
  expect(await tracesOf(mesh, ann)).toEqual(["post.quoted_author_id"]);
});
