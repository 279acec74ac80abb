import { afterAll, beforeAll, expect, test } from "vitest";
import { PostLikedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { AccountRegisteredSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { seenAt } from "../testing/followers.ts";
import { announce, startGraphMesh } from "../testing/graph-mesh.ts";
import { crowd, settle } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
const seen = async (...ids: string[]) => {
  await mesh.settle();
  const rows = await mesh
    .deps<Deps>("social-graph")
    .db.query<{ account_id: string }>(sql`select account_id from activity where account_id = any(${ids}::uuid[])`);
  return ids.filter((id) => rows.some(({ account_id }) => account_id === id));
};

test("who registers, likes or follows was there; who is followed, or accepted, was not", async () => {
  const [ann = "", bob = "", cid = "", dot = ""] = await crowd(mesh, "there", 4);
  const shy = await settle(mesh, "there_shy", { locked: true });
  const accountId = mesh.deps<Deps>("social-graph").ids.next();
  const profile = { accountId, handle: "there_new", version: 1n };
  await announce(mesh, "identity", AccountRegisteredSchema, { accountId, profile });
  await announce(mesh, "content", PostLikedSchema, { likerId: ann, postId: accountId, authorId: dot });
  await graph().followAccount({ accountId: dot }, as(bob));
  await graph().followAccount({ accountId: shy }, as(cid));
  expect(await seen(accountId, ann, bob, cid, dot, shy)).toEqual([accountId, ann, bob, cid]);
  const { db } = mesh.deps<Deps>("social-graph");
  await db.query(sql`delete from activity where account_id = ${cid}`);
  await graph().acceptFollowRequest({ accountId: cid }, as(shy));
  expect(await seen(cid)).toEqual([]);
});

test("it is noted at most once an hour, and never goes back", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "hourly", 2);
  const { db, clock } = mesh.deps<Deps>("social-graph");
  const at = async () => {
    await mesh.settle();
    const [row] = await db.query<{ active_at: string }>(sql`select active_at from activity where account_id = ${ann}`);
    return new Date(row?.active_at ?? 0).getTime();
  };
  const minutesAgo = (minutes: number) => new Date(clock.now().getTime() - minutes * 60_000);
  const like = () => announce(mesh, "content", PostLikedSchema, { likerId: ann, postId: bob, authorId: bob });
  for (const [minutes, moves] of [
    [50, false],
    [-90, false],
    [70, true],
  ] as const) {
    const before = minutesAgo(minutes);
    await seenAt(mesh, [ann], before);
    await like();
    expect((await at()) > before.getTime()).toBe(moves);
  }
});
