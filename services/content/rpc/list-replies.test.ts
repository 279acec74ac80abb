import { afterAll, beforeAll, expect, test } from "vitest";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { ThreadOrder, ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { readThrough } from "../testing/paging.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { write } from "../testing/writing.ts";

let mesh: ContentMesh;
let ann: string;
let bob: string;
beforeAll(async () => {
  mesh = await startContent();
  ({ ann, bob } = await settle(mesh, "ann", "bob"));
});
afterAll(() => mesh[Symbol.asyncDispose]());

const ask = (postId: string, pageSize: number, pageToken: string, order: ThreadOrder = ThreadOrder.RANKED) =>
  mesh.client(ThreadService).listReplies({ postId, order, pageSize, pageToken }, as(bob));
const like = (postId: string) => mesh.client(EngagementService).likePost({ postId }, as(bob));

test("of many replies the first two hundred have a rank, and the others follow by age", async () => {
  const { id: root } = await write(mesh, ann, "root");
  const ids = await Promise.all(Array.from({ length: 230 }, () => postAs(mesh, bob, { replyToId: root })));
  ids.sort();
  mesh.clock.advance(15_000);
  await like(ids[199] ?? "");
  await like(ids[220] ?? "");
  const { id: young } = await write(mesh, bob, { text: "young", replyToId: root });
  const seen = await readThrough(
    (pageToken) => ask(root, 90, pageToken),
    (page) => like(ids[150 - page] ?? ""),
  );
  expect(seen[0]).toBe(ids[199]);
  expect(seen.slice(0, 200).sort()).toEqual(ids.slice(0, 200));
  expect(seen.slice(200)).toEqual([...ids.slice(200), young]);
});

test("a ranked list whose posts were erased in between begins anew instead of leaving something out", async () => {
  const { id: root } = await write(mesh, ann, "root");
  const ids: string[] = [];
  for (let at = 0; at < 5; at++) ids.push(await postAs(mesh, bob, { replyToId: root }));
  mesh.clock.advance(15_000);
  const { nextPageToken } = await ask(root, 2, "");
  await mesh.content.db.query(sql`delete from post where id = ${ids[3] ?? ""}`);
  expect((await refusal(ask(root, 2, nextPageToken))).reason).toBe("PAGE_TOKEN_INVALID");
});

test("the last page says that it is the last", async () => {
  const { id: root } = await write(mesh, ann, "root");
  for (let at = 0; at < 4; at++) await postAs(mesh, bob, { replyToId: root });
  for (const aged of [false, true]) {
    if (aged) mesh.clock.advance(15_000);
    for (const order of [ThreadOrder.OLDEST, ThreadOrder.NEWEST, ThreadOrder.RANKED]) {
      const first = await ask(root, 2, "", order);
      expect(first.nextPageToken).not.toBe("");
      expect((await ask(root, 2, first.nextPageToken, order)).nextPageToken).toBe("");
      expect((await ask(root, 4, "", order)).nextPageToken).toBe("");
    }
  }
});

test("replies to what is not there are not there", async () => {
  expect((await refusal(ask(mesh.content.ids.next(), 2, ""))).reason).toBe("POST_NOT_FOUND");
});
