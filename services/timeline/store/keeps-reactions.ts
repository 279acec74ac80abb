import type { Keeps } from "#mesh/consumer.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import { moveReactionCounts } from "./reactions.ts";
import { markStale } from "./stale-copies.ts";

/** Where count-reactions keeps what it knows. Counters move with what is replaced: rows that stay in place count as before. */
export const keepsReactions: Keeps<Deps> = {
  tables: [{ table: "reaction" }],
  besides: ["post_count", "stale_copy"],
  async around({ tx, keys }, replace, { clock }) {
    const parts = keys.map((key) => key.split(" "));
    const [accounts, posts, kinds] = [0, 1, 2].map((at) => parts.map((part) => part[at] ?? ""));
    const count = () =>
      tx.query<{ post_id: string; kind: number; rows: number }>(sql`select r.post_id, r.kind, count(*)::int as rows
        from reaction r join unnest(${accounts}::uuid[], ${posts}::uuid[], ${kinds}::smallint[]) as n (account_id, post_id, kind)
          using (account_id, post_id, kind) group by r.post_id, r.kind`);
    const before = await count();
    await replace();
    const after = await count();
    const moved = await moveReactionCounts(tx, [
      ...before.map(({ post_id: postId, kind, rows }) => ({ postId, kind, by: -rows })),
      ...after.map(({ post_id: postId, kind, rows }) => ({ postId, kind, by: rows })),
    ]);
    await markStale(
      tx,
      moved.map(({ post_id }) => post_id),
      clock.now(),
    );
  },
};
