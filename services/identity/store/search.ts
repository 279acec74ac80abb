import { sql } from "#mesh/store/sql.ts";
import type { ProfileRow, Query } from "./accounts.ts";

/** A found profile and its place: names that begin so come first, by name; then those that are like it, likest first. */
export interface Hit extends ProfileRow {
  readonly tier: number;
  readonly score: number;
  readonly name: string;
}

/** The place after which a page begins. */
export interface Place {
  readonly tier: number;
  readonly score: number;
  readonly name: string;
  readonly id: string;
}

/** Before every hit. */
export const START: Place = { tier: 0, score: 0, name: "", id: "00000000-0000-0000-0000-000000000000" };

/**
 * Finds active accounts whose handle begins with `asked`, and then those whose handle or display name is like it.
 * The first kind is read in the order of its index, as many as the page needs and no more; the second is looked for only
 * when the first does not fill the page. The range operators compare bytes, as the index does, and know no wildcards;
 * "~" sorts after everything that a handle may hold. "is not true" keeps the planner from taking the complement of the
 * range, which is nearly everything, for something worth an index.
 */
export const searchByLikeness = (query: Query, asked: string, { tier, score, name, id }: Place, limit: number) =>
  query<Hit>(sql`
    with named as materialized (
      select id, handle, display_name, bio, avatar_media_id, state, version, created_at, 0 as tier, 0 as score, lower(handle) as name
      from account
      where state = 'ACTIVE' and ${tier}::int = 0 and lower(handle) ~>=~ ${asked}::text and lower(handle) ~<~ ${`${asked}~`}::text
        and lower(handle) ~>~ ${name}::text
      order by lower(handle) using ~<~ limit ${limit}::int),
    alike as (
      select id, handle, display_name, bio, avatar_media_id, state, version, created_at, 1 as tier,
        (1e6 * greatest(similarity(${asked}::text, lower(handle || ' ' || display_name)),
          word_similarity(${asked}::text, lower(handle || ' ' || display_name))))::int as score, '' as name
      from account
      where state = 'ACTIVE' and (select count(*) from named) < ${limit}::int
        and (lower(handle || ' ' || display_name) % ${asked}::text or ${asked}::text <% lower(handle || ' ' || display_name))
        and (lower(handle) ~>=~ ${asked}::text and lower(handle) ~<~ ${`${asked}~`}::text) is not true),
    likest as (
      select * from alike where ${tier}::int = 0 or score < ${score}::int or (score = ${score}::int and id > ${id}::uuid)
      order by score desc, id limit ${limit}::int)
    select * from (select * from named union all select * from likest) both_kinds
    order by tier, name collate "C", score desc, id limit ${limit}::int`);

/** Lists active accounts, newest first, after a moment and an id. */
export const listNewest = (query: Query, moment: string, id: string, limit: number) =>
  query<ProfileRow>(sql`select id, handle, display_name, bio, avatar_media_id, state, version, created_at
    from account where state = 'ACTIVE' and (created_at, id) < (${moment}::timestamptz, ${id}::uuid)
    order by created_at desc, id desc limit ${limit}::int`);
