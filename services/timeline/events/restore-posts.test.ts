import { fromJsonString } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import {
  InteractionResolvedSchema,
  PostBookmarkedSchema,
  PostLikedSchema,
  PostSharedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import {
  BookmarkRowSchema,
  ConsentRowSchema,
  LikeRowSchema,
  PostRowSchema,
  ShareRowSchema,
} from "#gen/skein/content/v1/snapshot_rows_pb.ts";
import { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import { sql } from "#mesh/store/sql.ts";
import type { ToyDeps } from "#mesh/testing/toy.ts";
import { as } from "#mesh/testing.ts";
import { readPage } from "../hot/counts.ts";
import { entriesOf } from "../store/posts.ts";
import { people, post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";
import { tell, told } from "../testing/told-rows.ts";
import { countReactions } from "./count-reactions.ts";
import { keepPosts } from "./keep-posts.ts";

const snapshots = [
  ...[told("post", PostRowSchema), told("share", ShareRowSchema), told("consent", ConsentRowSchema)],
  ...[told("like", LikeRowSchema), told("bookmark", BookmarkRowSchema)],
];
const all = { replies: true, shares: true, limit: 10 };

type Way = (mesh: TimelineMesh, partitions: readonly number[]) => Promise<void>;

const beside: Way = async (mesh, partitions) => {
  const admin = as(mesh.timeline.ids.next(), { roles: [Role.USER, Role.ADMIN] });
  for (const consumer of ["keep-posts", "count-reactions"])
    for (const partition of partitions) {
      const request = { consumer, partition };
      for await (const _ of mesh.client(OpsService, "timeline").rebuildConsumer(request, admin));
    }
};

/** As it is done where a position has become useless: all is cleared, and read again, in one transaction. */
const inPlace: Way = async (mesh, partitions) => {
  const rows = await mesh.deps<ToyDeps>("content").db.query<{ what: string }>(sql`select what from effect order by id`);
  for (const { restores } of [keepPosts, countReactions])
    for (const partition of partitions)
      await mesh.timeline.db.transact(async (tx) => {
        for (const { clear } of restores) await clear?.({ tx, partition }, mesh.timeline);
        for (const { kind, schema, apply } of restores) {
          const mine = rows.filter(({ what }) => what.startsWith(`${kind} ${partition} `));
          const messages = mine.map(({ what }) => fromJsonString(schema, what.slice(what.indexOf("{"))));
          await apply({ rows: messages, tx, partition, seq: 0n }, mesh.timeline);
        }
      });
};

test.each([
  ["beside what is read", beside],
  ["in place of it", inPlace],
])("posts, shares and counters that are read anew %s are the owner's, wherever they were before", async (_, way) => {
  await using mesh = await startTimeline({}, { snapshots });
  const { ann, bob } = await people(mesh, "ann", "bob");
  const target = await post(mesh, ann, "hello");
  const ghost = await post(mesh, ann, "ghost", { reply: { rootId: target, parentId: target, parentAuthorId: ann } });
  const quote = await post(mesh, bob, "may I", { quoted: { postId: target, authorId: ann, needsApproval: true } });
  const [lost, ghostShare, keptShare] = [1, 2, 3].map(() => mesh.timeline.ids.next()) as [string, string, string];
  const about = { postId: target, authorId: ann };
  await mesh.announce(PostSharedSchema, { ...about, sharerId: ann, shareId: ghostShare });
  await mesh.announce(PostSharedSchema, { ...about, sharerId: bob, shareId: keptShare });
  await mesh.announce(PostLikedSchema, { ...about, likerId: ann }, { ...about, likerId: bob });
  await mesh.announce(PostBookmarkedSchema, { ...about, accountId: ann });
  await mesh.announce(InteractionResolvedSchema, {
    ...{ quotedAuthorId: ann, postId: quote, authorId: bob, quotedPostId: target, approved: true },
  });
  await mesh.settle();
  const ids = [target, ghost, quote, lost, ghostShare, keptShare];
  const before = await readPage(mesh.timeline, ids); // from now on copies of all of them are hot
  expect(before.counts.get(target)).toMatchObject({ likes: 2n, shares: 2n, replies: 1n, quotes: 1n });
  await mesh.timeline.db.query(sql`update entry set tier = 2 where entry_id = any(${[target, keptShare]}::uuid[])`);

  const createdAt = timestampFromDate(mesh.clock.now());
  const card = (id: string, authorId: string, version: bigint) => ({
    ...{ id, authorId, version, audience: Audience.PUBLIC, createdAt },
  });
  await tell(mesh, "post", PostRowSchema, ann, { card: { ...card(target, ann, 4n), text: "mended" } });
  const quoted = { postId: target, authorId: ann, needsApproval: true };
  await tell(mesh, "post", PostRowSchema, bob, { card: { ...card(quote, bob, 1n), quoted } });
  const reply = { rootId: target, parentId: target, parentAuthorId: ann };
  await tell(mesh, "post", PostRowSchema, bob, { card: { ...card(lost, bob, 1n), reply } });
  await tell(mesh, "post", PostRowSchema, bob, { card: { ...card(mesh.timeline.ids.next(), bob, 1n), reply } });
  await tell(mesh, "share", ShareRowSchema, bob, { ...about, sharerId: bob, shareId: keptShare, sharedAt: createdAt });
  await tell(mesh, "like", LikeRowSchema, bob, { ...about, likerId: bob, likedAt: createdAt });
  await tell(mesh, "consent", ConsentRowSchema, ann, {
    ...{ quotedAuthorId: ann, postId: quote, quotedPostId: target, approved: false },
  });
  const readAnew = async () => {
    await way(mesh, [partitionOf(ann), partitionOf(bob)]);
    await mesh.runJob("timeline", "mend-copies");
  };
  await readAnew();

  const page = await readPage(mesh.timeline, ids);
  expect([...page.entries.keys()].sort()).toEqual([target, quote, lost, keptShare].sort());
  expect(page.cards.get(target)).toMatchObject({ version: 4n, deleted: false });
  expect(page.cards.get(quote)).toMatchObject({ quoteWithheld: "WITHHELD" });
  expect(page.counts.get(target)).toMatchObject({ likes: 1n, shares: 1n, replies: 2n, quotes: 0n });
  const stored = await mesh.timeline.db.query(
    sql`select likes, shares, replies, quotes from post_count where post_id = ${target}`,
  );
  expect(stored).toEqual([{ likes: "1", shares: "1", replies: "2", quotes: "0" }]);
  expect(await entriesOf(mesh.timeline, ann, all)).toEqual([target]);
  const tiers = await mesh.timeline.db.query(sql`select entry_id as id from entry where tier = 2 order by entry_id`);
  expect(tiers).toEqual([{ id: target }, { id: keptShare }]); // what was decided once is decided
  expect(await mesh.timeline.db.query(sql`select account_id, kind from reaction where kind <> 2`)).toEqual([
    { account_id: bob, kind: 1 },
  ]);
  await readAnew();
  expect((await readPage(mesh.timeline, [target])).counts.get(target)).toEqual(page.counts.get(target));
});
