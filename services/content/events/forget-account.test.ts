import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import { AccountErasureDueSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as } from "#mesh/testing.ts";
import { settle } from "../testing/people.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { read, write } from "../testing/writing.ts";

/** Tables whose rows still name an account, or hold what it wrote; the cards of others do, and are theirs. */
async function tracesOf({ content: { db } }: ContentMesh, accountId: string): Promise<string[]> {
  const columns = await db.query<{ t: string; c: string }>(sql`select table_name as t, column_name as c
    from information_schema.columns where table_schema = 'public' and data_type = 'uuid' and table_name not like 'search_doc\\_%'`);
  const found = await Promise.all(
    columns.map(async ({ t, c }) => {
      const text = `select 1 from "${t}" where "${c}" = $1 limit 1`;
      return (await db.query({ name: "", text, values: [accountId] })).length > 0 ? [`${t}.${c}`] : [];
    }),
  );
  return found.flat().sort();
}

test("an erased account leaves nothing but nameless places in threads, and every counter is right", async () => {
  await using mesh = await startContent();
  const { ann, bob } = await settle(mesh, "ann", "bob");
  const engagement = mesh.client(EngagementService);
  const posts = mesh.client(PostService);
  const { id: bobs } = await write(mesh, bob, "bob's");
  const { id: root } = await write(mesh, ann, "#root of @bob");
  const { id: child } = await write(mesh, bob, { text: "child @ann", replyToId: root });
  const { id: leaf } = await write(mesh, ann, { text: "leaf", replyToId: bobs, quoteId: bobs });
  const { id: deleted } = await write(mesh, ann, { text: "deleted", replyToId: bobs });
  await write(mesh, bob, { text: "quoting", quoteId: leaf });
  await posts.editPost({ postId: root, change: { text: "#root of @bob!" } }, as(ann));
  await posts.deletePost({ postId: deleted }, as(ann));
  await mesh.client(CollectionService).pinPost({ postId: root }, as(ann));
  for (const [postId, who] of [
    [root, bob],
    [bobs, ann],
    [leaf, bob],
  ] as const) {
    await engagement.likePost({ postId }, as(who));
    await engagement.sharePost({ postId }, as(who));
    await mesh.client(CollectionService).bookmarkPost({ postId }, as(who));
  }
  await mesh.runJob("content", "fold-counts");
  await mesh.announce(AccountErasureDueSchema, { accountId: ann });
  await mesh.settle();
  for (let left = 1; left > 0; ) {
    await mesh.runJob("content", "erase-accounts");
    left = (await mesh.content.db.query(sql`select 1 from erasure`)).length;
  }
  // What others answered and quoted says so still: it is part of their posts.
  expect(await tracesOf(mesh, ann)).toEqual([
    "post.parent_author_id",
    "post.quoted_author_id",
    "search_doc.parent_author_id",
  ]);
  expect((await read(mesh, bobs, bob)).counts).toEqual(
    expect.objectContaining({ likes: 0n, shares: 0n, replies: 0n, quotes: 0n }),
  );
  const { ancestors, post } = await mesh.client(ThreadService).getThread({ postId: child }, as(bob));
  expect([ancestors.map(({ item }) => item.case), post?.card?.text]).toEqual([["gone"], "child @ann"]);
  await expect(read(mesh, leaf, bob)).rejects.toMatchObject({ code: Code.NotFound });
  const request = { pageSize: 100, dryRun: true };
  const { drifts, checked } = await engagement.reconcileCounters(request, as(bob, { roles: [Role.ADMIN] }));
  expect([drifts, checked]).toEqual([[], 4]);
});
