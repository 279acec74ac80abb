import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { countsAndRows } from "../testing/counts.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { crowd } from "../testing/people.ts";

const SIZE = 10;
const act = fc.record({
  kind: fc.constantFrom("follow", "follow", "unfollow", "block", "unblock", "remove"),
  who: fc.nat(SIZE - 1),
  whom: fc.nat(SIZE - 1),
});

test("follows and blocks in all directions at once leave no deadlock, no follow beside a block, and exact counts", async () => {
  await using mesh = await startGraphMesh();
  const graph = mesh.client(GraphService);
  const { db } = mesh.deps<Deps>("social-graph");
  const calls = {
    follow: graph.followAccount,
    unfollow: graph.unfollowAccount,
    block: graph.blockAccount,
    unblock: graph.unblockAccount,
    remove: graph.removeFollower,
  };
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 200, maxLength: 200 }), async (acts) => {
      const people = await crowd(mesh, `race_${round++}`, SIZE);
      const perform = ({ kind, who, whom }: (typeof acts)[number]) =>
        calls[kind as keyof typeof calls]({ accountId: people[whom] ?? "" }, as(people[who] ?? ""));
      // Who is told to try again has lost races for one edge several times over; afterwards there is no race.
      const again = acts.map((one) => perform(one).catch((error) => (/try again/.test(error) ? one : String(error))));
      const surprises: string[] = [];
      for (const end of await Promise.all(again)) {
        const words = typeof end === "object" && "kind" in end ? await perform(end).then(() => "", String) : end;
        if (typeof words === "string" && !/^$|no such account|yourself|unblock it first/.test(words))
          surprises.push(words);
      }
      expect(surprises).toEqual([]);
      await mesh.settle();
      const beside = await db.query(sql`select f.follower_id, f.followee_id from follow f join block b
        on (b.blocker_id, b.blocked_id) in ((f.follower_id, f.followee_id), (f.followee_id, f.follower_id))`);
      expect(beside).toEqual([]);
      const { counted, there } = await countsAndRows(mesh, people);
      expect(counted).toEqual(there);
      const differing = await db.query(sql`select follower_id, followee_id, state, followed_at from follow
        except select follower_id, followee_id, state, followed_at from follower`);
      const stale = await db.query(sql`select follower_id, followee_id, state, followed_at from follower
        except select follower_id, followee_id, state, followed_at from follow`);
      expect([differing, stale]).toEqual([[], []]);
    }),
    { numRuns: 3, endOnFailure: true },
  );
});
