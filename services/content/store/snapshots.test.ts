import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { FilterAction } from "#gen/skein/content/v1/content_filter_pb.ts";
import { ContentFilterService } from "#gen/skein/content/v1/content_filter_service_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { HashtagService } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import {
  ResolveInteractionRequestRequest_Decision as Decision,
  InteractionService,
} from "#gen/skein/content/v1/interaction_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { PARTITIONS, partitionOf } from "#mesh/partition.ts";
import { as } from "#mesh/testing.ts";
import { settle } from "../testing/people.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { write } from "../testing/writing.ts";
import { snapshots } from "./snapshots.ts";

/** All rows of a kind by partition, read one by one. */
async function rowsOf({ content: { db } }: ContentMesh, kind: string): Promise<[number, Message][]> {
  const known = snapshots.find((one) => one.kind === kind);
  if (!known) throw new Error(`no snapshot ${kind}`);
  const read = async (partition: number) => {
    const found: [number, Message][] = [];
    for (let after = "", more = true; more; ) {
      const [row] = await db.query<{ key: string }>(known.page(partition, after, 1));
      more = row !== undefined;
      if (!row) continue;
      after = row.key;
      found.push([partition, create(known.schema as DescMessage, known.row({ ...row }))]);
    }
    return found;
  };
  return (await Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => read(partition)))).flat();
}

test("a snapshot holds every row once, in the partition of its actor", async () => {
  await using mesh = await startContent();
  const { ann, bob } = await settle(mesh, "ann", "bob");
  const { id: asks } = await write(mesh, ann, { text: "ask", policy: { quoteNeedsApproval: true } });
  const { id: quote } = await write(mesh, bob, { text: "please", quoteId: asks });
  const { id: other } = await write(mesh, bob, { text: "again", quoteId: asks });
  const { id: deleted } = await write(mesh, bob, "deleted");
  await mesh.client(PostService).deletePost({ postId: deleted }, as(bob));
  const decide = mesh.client(InteractionService);
  await decide.resolveInteractionRequest({ postId: quote, decision: Decision.APPROVE }, as(ann));
  await decide.resolveInteractionRequest({ postId: other, decision: Decision.REJECT }, as(ann));
  for (const who of [ann, bob]) {
    await mesh.client(EngagementService).likePost({ postId: quote }, as(who));
    await mesh.client(EngagementService).sharePost({ postId: quote }, as(who));
    await mesh.client(CollectionService).bookmarkPost({ postId: quote }, as(who));
    for (const tag of ["one", "two"]) await mesh.client(HashtagService).followHashtag({ tag }, as(who));
    const rule = { phrases: [{ text: "x" }], action: FilterAction.HIDE };
    await mesh.client(ContentFilterService).createContentFilter({ rule }, as(who));
  }
  await mesh.runJob("content", "fold-counts");
  const at = (actor: string, row: object) => [partitionOf(actor), expect.objectContaining(row)];
  const expectRows = async (kind: string, ...rows: unknown[]) => {
    const found = await rowsOf(mesh, kind);
    expect(found).toHaveLength(rows.length);
    expect(found).toEqual(expect.arrayContaining(rows));
  };
  const card = (id: string) => ({ card: expect.objectContaining({ id }) });
  await expectRows("post", at(ann, card(asks)), at(bob, card(quote)), at(bob, card(other)));
  for (const [kind, actor] of [
    ["like", "likerId"],
    ["share", "sharerId"],
    ["bookmark", "accountId"],
  ] as const)
    await expectRows(kind, ...[ann, bob].map((who) => at(who, { [actor]: who, postId: quote, authorId: bob })));
  const counts = (likes: bigint, quotes: bigint) => expect.objectContaining({ likes, shares: likes, quotes });
  await expectRows(
    "engagement",
    at(bob, { postId: quote, counts: counts(2n, 0n) }),
    at(ann, { postId: asks, counts: counts(0n, 1n) }),
  );
  const tags = [ann, bob].flatMap((who) => ["one", "two"].map((tag) => at(who, { accountId: who, tag })));
  await expectRows("hashtag-follow", ...tags);
  await expectRows("filter", ...[ann, bob].map((who) => at(who, { accountId: who })));
  await expectRows(
    "consent",
    at(ann, { postId: quote, quotedPostId: asks, approved: true }),
    at(ann, { postId: other, approved: false }),
  );
});
