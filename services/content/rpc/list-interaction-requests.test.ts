import { afterAll, beforeAll, expect, test } from "vitest";
import {
  ResolveInteractionRequestRequest_Decision as Decision,
  InteractionService,
} from "#gen/skein/content/v1/interaction_service_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";

let mesh: ContentMesh;
beforeAll(async () => {
  mesh = await startContent();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(InteractionService);
const resolve = (postId: string, decision: Decision, who: string) =>
  client().resolveInteractionRequest({ postId, decision }, as(who));
let rounds = 0;
/** An author with a post that asks, and three quotes of it by two others, oldest first. */
async function asked() {
  const [ann, bob, cid] = ["ann", "bob", "cid"].map((name) => `${name}_${rounds}`) as [string, string, string];
  rounds++;
  const people = await settle(mesh, ann, bob, cid);
  const [owner, one, other] = [people[ann] ?? "", people[bob] ?? "", people[cid] ?? ""];
  const post = await postAs(mesh, owner, { policy: { quoteNeedsApproval: true } });
  const quotes: string[] = [];
  for (const who of [one, other, one]) quotes.push(await postAs(mesh, who, { quoteId: post }));
  const [first = "", second = "", third = ""] = quotes;
  return { owner, one, other, post, first, second, third };
}
async function pages(owner: string, pageSize: number) {
  const seen: (string | undefined)[][] = [];
  for (let pageToken = "", more = true; more; more = pageToken !== "") {
    const page = await client().listInteractionRequests({ pageSize, pageToken }, as(owner));
    seen.push(page.requests.map(({ post }) => post?.card?.id));
    pageToken = page.nextPageToken;
  }
  return seen;
}
const bury = (postId: string) => mesh.content.db.query(sql`update post set state = 'TOMBSTONE' where id = ${postId}`);

test("requests come newest first, without answered ones and those of accounts out of sight", async () => {
  const { owner, other, first, second, third } = await asked();
  expect(await pages(owner, 2)).toEqual([[third, second], [first]]);
  expect(await pages(owner, 3)).toEqual([[third, second, first]]);
  mesh.graph.block(owner, other);
  expect(await pages(owner, 1)).toEqual([[third], [], [first]]);
  await resolve(third, Decision.REJECT, owner);
  expect(await pages(owner, 2)).toEqual([[first]]);
  expect(await pages(other, 2)).toEqual([[]]);
});

test("what is deleted does not wait", async () => {
  const { owner, post, first, second, third } = await asked();
  await bury(third);
  expect(await pages(owner, 5)).toEqual([[second, first]]);
  expect(await refusal(resolve(third, Decision.APPROVE, owner))).toMatchObject({ reason: "REQUEST_NOT_FOUND" });
  await bury(post);
  expect(await pages(owner, 5)).toEqual([[]]);
});

test("one that waits behind very many that were answered is found", async () => {
  const { owner, one, post, first, second, third } = await asked();
  const answered = Array.from({ length: 600 }, () => mesh.content.ids.next());
  await mesh.content.db.query(sql`with answered as (insert into post (author_id, id, shard, state, audience, quoted_id, quoted_author_id,
      quote_asks, created_at) select ${one}::uuid, id, ${partitionOf(one)}::smallint, 'PUBLISHED', 1, ${post}::uuid, ${owner}::uuid, true, now()
      from unnest(${answered}::uuid[]) a (id) returning id)
    insert into quote_consent (owner_id, post_id, quoted_id, requester_id, shard, decision, decided_at)
      select ${owner}::uuid, id, ${post}::uuid, ${one}::uuid, ${partitionOf(owner)}::smallint, 'REJECTED', now() from answered`);
  expect(await pages(owner, 5)).toEqual([[], [third, second, first]]);
});
