import type { Keeps, Replacing } from "#mesh/consumer.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import type { CountChange } from "../rules/counted.ts";
import { uncounted } from "./clear-posts.ts";
import { moveCounts, sumChanges } from "./counts.ts";
import { coolHomes } from "./incarnations.ts";
import { holdPosts, holdQuotes } from "./keep-posts.ts";
import { markStale } from "./stale-copies.ts";

/** Where keep-posts keeps what it knows. Counters are derived from it: they move with what is replaced. */
export const keepsPosts: Keeps<Deps> = {
  tables: [
    { table: "post", stamps: ["revision"], own: "l.state = 2" },
    { table: "entry", decided: ["tier"] },
    { table: "tagged" },
    { table: "consent" },
  ],
  besides: ["post_count", "stale_copy"],
  async around(replacing, replace, { clock }) {
    if (replacing.table === "post" || replacing.table === "consent") await recounted(replacing, replace, clock.now());
    else if (replacing.table === "entry") await replaced(replacing, replace, clock.now());
    else await replace();
  },
};

/** A place that had been lost travels as its author's posts do now: homes that are hot may lack it. */
async function replaced({ tx, keys }: Replacing, replace: () => Promise<void>, now: Date): Promise<void> {
  const entries = keys.map((key) => key.split(" ")[1] ?? "");
  const count = sql`select count(*)::int as rows from entry where entry_id = any(${entries}::uuid[])`;
  const [before] = await tx.query<{ rows: number }>(count);
  await replace();
  const [after] = await tx.query<{ rows: number }>(count);
  await markStale(tx, entries, now);
  if ((after?.rows ?? 0) > (before?.rows ?? 0)) await coolHomes(tx);
}

/** Both tables are keyed by the post: what it counts for is taken back as it was, and added as it is then. */
async function recounted({ tx, keys, table }: Replacing, replace: () => Promise<void>, now: Date): Promise<void> {
  await holdQuotes(tx, keys);
  await holdPosts(tx, keys);
  const less = await countedFor(tx, keys);
  await replace();
  if (table === "consent")
    await tx.query(
      sql`update post set revision = greatest(revision + 1, revision()) where post_id = any(${[...keys]}::uuid[])`,
    );
  const more = (await countedFor(tx, keys)).map(({ postId, replies, quotes }) => ({
    ...{ postId, replies: -replies, quotes: -quotes },
  }));
  const moved = await moveCounts(tx, sumChanges([...less, ...more]));
  await markStale(tx, [...new Set([...keys, ...moved.map(({ post_id }) => post_id)])], now);
}

/** By how much counters would fall without these posts. */
async function countedFor({ query }: Pick<Tx, "query">, postIds: readonly string[]): Promise<CountChange[]> {
  const rows = await query<{ post_id: string; replies: string; quotes: string }>(
    sql`with gone as (select * from post where post_id = any(${[...postIds]}::uuid[])) ${uncounted}`,
  );
  return rows.map(({ post_id, replies, quotes }) => ({
    ...{ postId: post_id, replies: Number(replies), quotes: Number(quotes) },
  }));
}
