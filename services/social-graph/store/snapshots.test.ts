import { timestampDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Relation_MuteScope as MuteScope } from "#gen/skein/common/v1/visibility_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { Circle } from "#gen/skein/graph/v1/privacy_pb.ts";
import {
  BlockRowSchema,
  ListMemberRowSchema,
  ListRowSchema,
  MuteRowSchema,
  PrivacyRowSchema,
} from "#gen/skein/graph/v1/snapshot_rows_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import { sql } from "#mesh/store/sql.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { snapshotRows } from "../testing/operator.ts";
import { crowd } from "../testing/people.ts";
import { snapshots } from "./snapshots.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);

test("blocks, mutes, settings and lists are handed out whole, as their owners made them", async () => {
  const [ann = "", bob = "", cyd = ""] = await crowd(mesh, "rows", 3);
  await graph().blockAccount({ accountId: bob }, as(ann));
  await graph().muteAccount({ accountId: cyd, scopes: [MuteScope.REPOSTS] }, as(ann));
  await graph().updatePrivacySettings({ locked: true, whoMayReply: Circle.FOLLOWED }, as(ann));
  const { list } = await mesh.client(ListService).createList({ title: "near", hideReposts: true }, as(ann));
  const listId = list?.listId ?? "";
  await mesh.client(ListService).addListMember({ listId, accountId: cyd }, as(ann));

  const blocks = await snapshotRows(mesh, "block", BlockRowSchema);
  const mutes = await snapshotRows(mesh, "mute", MuteRowSchema);
  const settings = await snapshotRows(mesh, "privacy", PrivacyRowSchema);
  const lists = await snapshotRows(mesh, "list", ListRowSchema);
  const members = await snapshotRows(mesh, "list-member", ListMemberRowSchema);
  expect(blocks).toMatchObject([{ blockerId: ann, blockedId: bob }]);
  expect(mutes).toMatchObject([{ muterId: ann, mutedId: cyd, scopes: [MuteScope.REPOSTS] }]);
  expect(mutes[0]?.expiresAt).toBeUndefined();
  expect(settings).toMatchObject([
    { accountId: ann, settings: { locked: true, whoMayReply: Circle.FOLLOWED, discoverable: true, version: 1n } },
  ]);
  expect(lists).toMatchObject([{ ownerId: ann, listId, title: "near", hideReposts: true, exclusive: false }]);
  expect(members).toMatchObject([{ ownerId: ann, listId, accountId: cyd }]);
  expect(timestampDate(blocks[0]?.blockedAt as never).getTime()).toBeLessThanOrEqual(mesh.clock.now().getTime());
});

test("page behind page by key, every kind gives each of its rows once", async () => {
  const { db, ids } = mesh.deps<Deps>("social-graph");
  const owner = ids.next();
  const partition = partitionOf(owner);
  const others = Array.from({ length: 25 }, () => ids.next());
  const now = mesh.clock.now();
  await db.query(sql`with who as (select id from unnest(${others}::uuid[]) as id),
    f as (insert into follow (follower_id, followee_id, shard, state, followed_at, changed_at)
      select ${owner}::uuid, id, ${partition}::smallint, 'ACTIVE', ${now}::timestamptz, ${now}::timestamptz from who),
    b as (insert into block (blocker_id, blocked_id, shard, blocked_at)
      select ${owner}::uuid, id, ${partition}::smallint, ${now}::timestamptz from who),
    m as (insert into mute (muter_id, muted_id, shard, scopes, muted_at)
      select ${owner}::uuid, id, ${partition}::smallint, '{HOME}', ${now}::timestamptz from who),
    p as (insert into privacy (account_id, shard, changed_at) select id, ${partition}::smallint, ${now}::timestamptz from who),
    l as (insert into list (owner_id, id, shard, title, created_at, changed_at)
      select ${owner}::uuid, id, ${partition}::smallint, id::text, ${now}::timestamptz, ${now}::timestamptz from who),
    c as (insert into account_count (account_id, shard, tier) select id, ${partition}::smallint, 'PULL' from who)
    insert into list_member (owner_id, list_id, account_id, shard, added_at)
      select ${owner}::uuid, who.id, other.id, ${partition}::smallint, ${now}::timestamptz from who, who as other where who.id <= other.id`);
  for (const { kind, page } of snapshots) {
    const keys: string[] = [];
    for (let after = ""; ; ) {
      const rows = await db.query<{ key: string }>(page(partition, after, 4));
      keys.push(...rows.map(({ key }) => key));
      after = rows.at(-1)?.key ?? after;
      if (rows.length < 4) break;
    }
    expect([kind, new Set(keys).size, keys.length]).toEqual([kind, keys.length, kind === "list-member" ? 325 : 25]);
    expect(keys).toEqual(keys.toSorted());
  }
});
