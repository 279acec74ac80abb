import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import { type Slice, slicesBefore } from "../rules/search-slices.ts";
import type { Query } from "./query.ts";

/** What is asked of the index; what is absent is not asked. */
export interface Wanted {
  readonly viewerId: string | undefined;
  /** As PostgreSQL reads it; see tsqueryOf. */
  readonly words?: string | undefined;
  readonly authorId?: string | undefined;
  readonly repliedToId?: string | undefined;
  readonly mentionedId?: string | undefined;
  readonly hashtag?: string | undefined;
  readonly language?: string | undefined;
  readonly mediaOnly: boolean;
  readonly since: Date;
  readonly until: Date;
}

/** A place in the index. A moment is PostgreSQL's own words, exact to the microsecond. */
export interface Place {
  readonly post_id: string;
  readonly created_at: string;
}

/** How far a search came in one go: the places it saw that matter, newest first. */
export interface Scan {
  readonly rows: readonly (Place & { readonly hit: boolean })[];
  /** There may be more behind the last row. */
  readonly more: boolean;
}

/** So many matches of a slice are fetched and sorted. Where there are more, they are met often enough on the way back in time. */
const MOST_MATCHES = 5_000;
/** So many posts are looked at on the way back in time before the answer says how far that was. */
const MOST_PASSED = 10_000;

/** Stems as the index has them, by word: of one dictionary or of several. */
export async function stemsOf(
  query: Query,
  words: readonly string[],
  dictionaries: readonly string[],
): Promise<Map<string, string[]>> {
  if (words.length === 0 || dictionaries.length === 0) return new Map();
  const rows = await query<{ word: string; stems: string[] }>(sql`
    select word, array_agg(distinct dictionary || ':' || stem) as stems
    from unnest(${words}::text[]) word, unnest(${dictionaries}::text[]) dictionary, unnest(ts_lexize(dictionary::regdictionary, word)) stem
    group by word`);
  return new Map(rows.map(({ word, stems }) => [word, stems]));
}

/** Looks back in time from a place for up to `most` matches: a bounded piece of work, whatever is asked. */
export async function scanBack(query: Query, wanted: Wanted, after: Place, most: number): Promise<Scan> {
  const { text, values } = isOrdered(wanted) ? byTime(wanted, after, most) : bySlices(wanted, after, most);
  // Without a name: how often a word occurs, and when, decides about the plan, so it is made for these values.
  const rows = await query<Place & { hit: boolean; last: boolean }>({ text, values, name: "" });
  const end = rows.findIndex(({ last }) => last);
  return { rows: end < 0 ? rows : rows.slice(0, end + 1), more: end >= 0 || rows.length === most };
}

// Authors and those who are replied to have an index in the order of time; words, tags and mentions have one without.
const isOrdered = ({ authorId, repliedToId, words, hashtag, mentionedId }: Wanted): boolean =>
  authorId !== undefined ||
  repliedToId !== undefined ||
  [words, hashtag, mentionedId].every((one) => one === undefined);

function byTime(wanted: Wanted, after: Place, most: number): Sql {
  const { since: from, until: to } = wanted;
  return sql`select post_id, created_at, hit, last from (${passed(wanted, after, { from, to })}) p where hit or last limit ${most}::int`;
}

/** Slice after slice, and only until there is enough: the limit ends it. */
function bySlices(wanted: Wanted, after: Place, most: number): Sql {
  // A little later than the place itself, which is exact where a Date is not; the comparison of places decides.
  const latest = new Date(Math.min(wanted.until.getTime(), endOf(after.created_at)));
  const slices = latest > wanted.since ? slicesBefore(latest, wanted.since) : [];
  const found = slices.map((slice) => inSlice(wanted, after, slice, most));
  return sql`${found.reduce((before, one) => sql`${before} union all ${one}`, NOWHERE)} limit ${most}::int`;
}

const NOWHERE = sql`select null::uuid as post_id, null::timestamptz as created_at, false as hit, false as last where false`;

const inSlice = (wanted: Wanted, after: Place, slice: Slice, most: number): Sql => sql`
  select * from (
    with match as materialized (select d.post_id, d.created_at, ${suits(wanted)} as hit from search_doc d
      where ${within(slice)} and ${behind(after)} and ${looked(wanted)} limit ${MOST_MATCHES + 1}::int)
    (select post_id, created_at, hit, false as last from match
      where hit and (select count(*) from match) <= ${MOST_MATCHES}::int
      order by created_at desc, post_id desc limit ${most}::int)
    union all
    (select post_id, created_at, hit, last from (${passed(wanted, after, slice)}) p
      where (hit or last) and (select count(*) from match) > ${MOST_MATCHES}::int)) slice`;

/** Posts in the order of time, so many and no more; the last one is marked, a match or not. */
const passed = (wanted: Wanted, after: Place, slice: Slice): Sql => sql`
  select s.*, row_number() over () = ${MOST_PASSED}::bigint as last
  from (select d.post_id, d.created_at, (${looked(wanted)} and ${suits(wanted)}) as hit from search_doc d
    where ${within(slice)} and ${behind(after)} and ${ordered(wanted)}
    order by d.created_at desc, d.post_id desc limit ${MOST_PASSED}::int) s`;

const within = ({ from, to }: Slice): Sql =>
  sql`d.created_at >= ${from}::timestamptz and d.created_at < ${to}::timestamptz`;

const behind = ({ created_at, post_id }: Place): Sql =>
  sql`(d.created_at, d.post_id) < (${created_at}::timestamptz, ${post_id}::uuid)`;

/** What the indexes without order can answer; those of arrays leave out empty ones. */
const looked = ({ words, hashtag, mentionedId }: Wanted): Sql =>
  all(
    words === undefined ? undefined : sql`d.words @@ ${words}::tsquery`,
    hashtag === undefined ? undefined : sql`d.hashtags <> '{}' and d.hashtags @> array[${hashtag}::text]`,
    mentionedId === undefined
      ? undefined
      : sql`d.mentioned_ids <> '{}' and d.mentioned_ids @> array[${mentionedId}::uuid]`,
  );

/** What the indexes in the order of time can answer. */
const ordered = ({ authorId, repliedToId }: Wanted): Sql =>
  all(
    authorId === undefined ? undefined : sql`d.author_id = ${authorId}::uuid`,
    repliedToId === undefined ? undefined : sql`d.parent_author_id = ${repliedToId}::uuid`,
  );

/** What is asked of each match. Whether the viewer may see the post is decided later; most of what they may not is left out here. */
const suits = (wanted: Wanted): Sql =>
  all(
    wanted.language === undefined ? undefined : sql`d.language = ${wanted.language}`,
    wanted.mediaOnly ? sql`d.has_media` : undefined,
    wanted.viewerId === undefined
      ? sql`d.audience = ${Audience.PUBLIC}`
      : sql`(d.audience in (${Audience.PUBLIC}, ${Audience.FOLLOWERS}) or d.author_id = ${wanted.viewerId}::uuid
          or (d.audience = ${Audience.MENTIONED} and d.mentioned_ids @> array[${wanted.viewerId}::uuid]))`,
  );

const all = (...parts: readonly (Sql | undefined)[]): Sql =>
  parts.reduce<Sql>((before, part) => (part ? sql`${before} and ${part}` : before), sql`true`);

const endOf = (moment: string): number =>
  moment === "infinity" ? Number.MAX_SAFE_INTEGER : new Date(moment).getTime() + 1;
