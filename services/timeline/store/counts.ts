import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { HotWrite } from "../hot/keep-script.ts";
import { packCountsHalf } from "../hot/layout.ts";
import type { CountChange } from "../rules/counted.ts";
import { storedCounts } from "./stored-posts.ts";

/** Counters of a post as they stand. */
export interface CountsRow {
  readonly post_id: string;
  readonly likes: string;
  readonly shares: string;
  readonly replies: string;
  readonly quotes: string;
  readonly version: string;
}

/** The hot copy of counters. */
export const countsWrite = (row: CountsRow): HotWrite => ({
  id: row.post_id,
  counts: packCountsHalf(Number(row.version), storedCounts(row)),
});

/** Moves counters of replies and quotes, each post at most once, and returns how they stand. In the order of ids, as all who touch them do. */
export async function moveCounts({ query }: Pick<Tx, "query">, changes: readonly CountChange[]): Promise<CountsRow[]> {
  if (changes.length === 0) return [];
  return query(sql`insert into post_count as c (post_id, replies, quotes)
    select post_id, replies, quotes from unnest(${changes.map(({ postId }) => postId)}::uuid[],
      ${changes.map(({ replies }) => replies)}::int[], ${changes.map(({ quotes }) => quotes)}::int[]) as n (post_id, replies, quotes)
    order by post_id
    on conflict (post_id) do update set replies = c.replies + excluded.replies, quotes = c.quotes + excluded.quotes,
      version = greatest(c.version + 1, revision())
    returning *`);
}

/** Several changes of a post's counters as one. */
export function sumChanges(changes: readonly CountChange[]): CountChange[] {
  const sums = new Map<string, CountChange>();
  for (const { postId, replies, quotes } of changes) {
    const sum = sums.get(postId);
    sums.set(postId, { postId, replies: (sum?.replies ?? 0) + replies, quotes: (sum?.quotes ?? 0) + quotes });
  }
  return [...sums.values()].filter(({ replies, quotes }) => replies !== 0 || quotes !== 0);
}
