import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { allPages } from "../testing/pages.ts";
import { crowd, settle } from "../testing/people.ts";

const SIZE = 30;
const EPOCH = Date.UTC(2026, 0, 1);

let mesh: TestMesh;
let others: string[];
beforeAll(async () => {
  mesh = await startGraphMesh();
  others = await crowd(mesh, "page", SIZE);
});
afterAll(() => mesh[Symbol.asyncDispose]());

/** How rows of a list come and go, and how it is read. */
interface List {
  readonly add: (owner: string, ids: readonly string[], moments: readonly Date[]) => Sql;
  readonly remove: (owner: string, ids: readonly string[]) => Sql;
  readonly read: (
    owner: string,
    pageSize: number,
    pageToken: string,
  ) => Promise<{ items: string[]; nextPageToken: string }>;
}

const graph = () => mesh.client(GraphService);
const lists: Record<string, List> = {
  followers: {
    add: (
      owner,
      ids,
      moments,
    ) => sql`insert into follower (followee_id, bucket, follower_id, state, followed_at, version)
      select ${owner}::uuid, 0, id, 'ACTIVE', at, 1 from unnest(${ids}::uuid[], ${moments}::timestamptz[]) as e (id, at) on conflict do nothing`,
    remove: (owner, ids) =>
      sql`delete from follower where followee_id = ${owner} and follower_id = any(${ids}::uuid[])`,
    async read(accountId, pageSize, pageToken) {
      const { followers, nextPageToken } = await graph().listFollowers({ accountId, pageSize, pageToken });
      return { items: followers.map(({ profile }) => profile?.accountId ?? ""), nextPageToken };
    },
  },
  following: {
    add: (
      owner,
      ids,
      moments,
    ) => sql`insert into follow (follower_id, followee_id, shard, state, followed_at, changed_at)
      select ${owner}::uuid, id, 0, 'ACTIVE', at, at from unnest(${ids}::uuid[], ${moments}::timestamptz[]) as e (id, at) on conflict do nothing`,
    remove: (owner, ids) => sql`delete from follow where follower_id = ${owner} and followee_id = any(${ids}::uuid[])`,
    async read(accountId, pageSize, pageToken) {
      const { following, nextPageToken } = await graph().listFollowing({ accountId, pageSize, pageToken });
      return { items: following.map(({ profile }) => profile?.accountId ?? ""), nextPageToken };
    },
  },
  blocks: {
    add: (owner, ids, moments) => sql`insert into block (blocker_id, blocked_id, shard, blocked_at)
      select ${owner}::uuid, id, 0, at from unnest(${ids}::uuid[], ${moments}::timestamptz[]) as e (id, at) on conflict do nothing`,
    remove: (owner, ids) => sql`delete from block where blocker_id = ${owner} and blocked_id = any(${ids}::uuid[])`,
    async read(owner, pageSize, pageToken) {
      const { blocks, nextPageToken } = await graph().listBlocks({ pageSize, pageToken }, as(owner));
      return { items: blocks.map(({ accountId }) => accountId), nextPageToken };
    },
  },
};

const place = fc.nat(SIZE - 1);
const scenario = fc.record({
  // Few moments, so that many rows share one and ids must decide.
  steady: fc.uniqueArray(fc.record({ who: place, at: fc.nat(5) }), { selector: ({ who }) => who, maxLength: SIZE }),
  churn: fc.array(fc.record({ who: fc.array(place, { maxLength: 5 }), at: fc.nat(8), leaves: fc.boolean() }), {
    maxLength: 8,
  }),
  pageSize: fc.integer({ min: 1, max: 8 }),
});

let round = 0;
test.each(Object.keys(lists))(
  "pages of %s, one behind the other, are one scan also while rows come and go",
  async (name) => {
    const { add, remove, read } = lists[name] as List;
    const { db } = mesh.deps<Deps>("social-graph");
    const moment = (at: number) => new Date(EPOCH + at * 1_000);
    await fc.assert(
      fc.asyncProperty(scenario, async ({ steady, churn, pageSize }) => {
        const owner = await settle(mesh, `page_owner_${round++}`);
        await db.query(
          add(
            owner,
            steady.map(({ who }) => others[who] ?? ""),
            steady.map(({ at }) => moment(at)),
          ),
        );
        const waiting = [...churn];
        const gone = new Set<string>();
        const stays = new Set(steady.map(({ who }) => others[who] ?? ""));
        const pages = await allPages(
          (pageToken) => read(owner, pageSize, pageToken),
          async () => {
            const { who = [], at = 0, leaves = false } = waiting.shift() ?? {};
            const ids = who.map((n) => others[n] ?? "");
            for (const id of leaves ? ids : []) {
              stays.delete(id);
              gone.add(id);
            }
            await db.query(
              leaves
                ? remove(owner, ids)
                : add(
                    owner,
                    ids,
                    ids.map(() => moment(at)),
                  ),
            );
          },
        );
        const seen = pages.flat();
        const once = seen.filter((id) => !gone.has(id)); // who goes and comes again may come at another place
        expect(new Set(once).size).toBe(once.length);
        expect([...stays].filter((id) => !seen.includes(id))).toEqual([]);
        const rest = await allPages((pageToken) => read(owner, 100, pageToken));
        const late = (await allPages((pageToken) => read(owner, pageSize, pageToken))).flat();
        expect(late).toEqual(rest.flat());
      }),
      { numRuns: 20 },
    );
  },
);
