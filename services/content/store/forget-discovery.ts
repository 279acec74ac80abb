import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";

/** Erases what an account wrote down and did not publish, how it finds posts, and how its posts are found. */
export async function forgetDiscovery({ query }: Pick<Tx, "query">, accountId: string): Promise<void> {
  await query(sql`
    with drafts as (delete from draft where account_id = ${accountId}),
    scheduled as (delete from scheduled_post where account_id = ${accountId}),
    followed as (delete from followed_hashtag where account_id = ${accountId}),
    filters as (delete from content_filter where account_id = ${accountId}),
    locks as (delete from account_lock where account_id = ${accountId}),
    used as (delete from hashtag_use where author_id = ${accountId})
    delete from search_doc where author_id = ${accountId}`);
}
