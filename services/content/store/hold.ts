import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";

/**
 * Lets one account's writes of a kind go one by one until the unit of work ends: what counts its rows before it adds one
 * counts right. A statement of its own, for the next one must not see what was before the wait.
 */
export async function holdAccount({ query }: Pick<Tx, "query">, what: string, accountId: string): Promise<void> {
  await query(sql`select pg_advisory_xact_lock(hashtextextended(${`${what} ${accountId}`}::text, 0))`);
}
