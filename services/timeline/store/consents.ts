import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";

/** What a quoted author last said about a quote. */
export interface ConsentChange {
  readonly postId: string;
  readonly quotedAuthorId: string;
  readonly quotedId: string;
  readonly shard: number;
  readonly approved: boolean;
}

/** What was said about quotes so far; those that nobody decided about are missing. */
export async function consentsOf(
  { query }: Pick<Tx, "query">,
  postIds: readonly string[],
): Promise<Map<string, boolean>> {
  if (postIds.length === 0) return new Map();
  const rows = await query<{ post_id: string; approved: boolean }>(
    sql`select post_id, approved from consent where post_id = any(${[...postIds]}::uuid[])`,
  );
  return new Map(rows.map(({ post_id, approved }) => [post_id, approved]));
}

/** Keeps what was said, and makes copies of those quotes out of date. */
export async function storeConsents({ query }: Pick<Tx, "query">, consents: readonly ConsentChange[]): Promise<void> {
  if (consents.length === 0) return;
  const ids = consents.map(({ postId }) => postId);
  await query(sql`
    with said as (insert into consent (post_id, quoted_author_id, quoted_id, shard, approved)
      select * from unnest(${ids}::uuid[], ${consents.map(({ quotedAuthorId }) => quotedAuthorId)}::uuid[],
        ${consents.map(({ quotedId }) => quotedId)}::uuid[], ${consents.map(({ shard }) => shard)}::smallint[],
        ${consents.map(({ approved }) => approved)}::boolean[])
      on conflict (post_id) do update set approved = excluded.approved, shard = excluded.shard)
    update post set revision = greatest(revision + 1, revision()) where post_id = any(${ids}::uuid[])`);
}
