import { afterAll, beforeAll, expect, test } from "vitest";
import { AccountState } from "#gen/skein/identity/v1/account_pb.ts";
import type { AccountRow } from "#gen/skein/identity/v1/snapshot_rows_pb.ts";
import { PARTITIONS, partitionOf } from "#mesh/partition.ts";
import { sql } from "#mesh/store/sql.ts";
import { startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { settle } from "../testing/people.ts";
import { newcomer } from "../testing/tokens.ts";
import { accounts } from "./snapshots.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());
const db = () => mesh.deps<Deps>("identity").db;

test("the database computes the same shard as everybody else", async () => {
  const keys = ["", "a", "ü€😀", "x".repeat(1000), ...Array.from({ length: 300 }, () => mesh.mesh.lent.ids.next())];
  const rows = await db().query<{ key: string; shard: number }>(
    sql`select key, partition_of(key) as shard from unnest(${keys}::text[]) as key`,
  );
  expect(rows).toEqual(keys.map((key) => ({ key, shard: partitionOf(key) })));
  expect(new Set(rows.map(({ shard }) => shard)).size).toBeGreaterThan(PARTITIONS / 2);
});

test("a snapshot holds every account once, in its shard and in whatever state, page by page", async () => {
  const { accountId } = await newcomer(mesh, "has_registered");
  const others = [];
  // As the version before registered, without a shard.
  for (const state of ["ACTIVE", "SUSPENDED", "DEACTIVATED", "DELETING"] as const)
    others.push(await settle(mesh, { handle: `is_${state.toLowerCase()}`, state }));
  const found = new Map<string, { shard: number; state: number }>();
  for (let shard = 0; shard < PARTITIONS; shard++) {
    for (let after = "", full = true; full; ) {
      const rows = await db().query<{ key: string }>(accounts.page(shard, after, 1));
      for (const row of rows) {
        const { profile, state } = accounts.row(row) as unknown as AccountRow;
        expect(row.key).toBe(profile?.accountId);
        found.set(row.key, { shard, state: state as number });
        after = row.key;
      }
      full = rows.length === 1;
    }
  }
  expect([...found.keys()].sort()).toEqual([accountId, ...others].sort());
  for (const [id, { shard }] of found) expect(shard).toBe(partitionOf(id));
  expect(others.map((id) => found.get(id)?.state)).toEqual([
    AccountState.ACTIVE,
    AccountState.SUSPENDED,
    AccountState.DEACTIVATED,
    AccountState.DELETING,
  ]);
});
