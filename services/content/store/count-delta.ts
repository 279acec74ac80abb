import { type Sql, sql } from "#mesh/store/sql.ts";

/** What is counted of a post, as count_delta knows it. */
export const Kind = { LIKES: 1, SHARES: 2, REPLIES: 3, QUOTES: 4, VOTERS: 5, VOTES: 6 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** A CTE that counts whatever the CTE `effect` returned, by its column post_id. */
export const countDelta = (kind: Exclude<Kind, typeof Kind.VOTES>, by: 1 | -1): Sql =>
  sql`delta as (insert into count_delta (post_id, kind, delta) select post_id, ${kind}::smallint, ${by}::smallint from effect)`;

/** `p` is for everybody or for followers: what is for a chosen few counts nowhere, for a counter would tell of it. */
export const openPost: Sql = sql`(p.audience in (1, 2))`;

/**
 * Which posts count as replies to their parent and as quotes of what they quote: those that are out, and open. `p` is the
 * post. A quote must be shown, too: see `shownQuote`. Whoever changes one of these facts holds the post's row (select ...
 * for update), and only then reads the others in a statement of its own: so counters stay exact.
 */
export const countedPost: Sql = sql`(p.state = 'PUBLISHED' and ${openPost})`;

/** Whether the quoted author lets `p` show what it quotes. */
export const shownQuote: Sql = sql`coalesce((select k.decision = 'APPROVED' from quote_consent k
  where k.owner_id = p.quoted_author_id and k.post_id = p.id), not p.quote_asks)`;
