import { create, fromBinary } from "@bufbuild/protobuf";
import { ContentFilterSchema } from "#gen/skein/content/v1/content_filter_pb.ts";
import { type TimelineSettings, TimelineSettingsSchema } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { compileFilters, type Filters } from "#mesh/judging/filter.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import type { Remembered } from "./known-viewers.ts";
import type { Trust } from "./trust.ts";

/** What reading a timeline takes to know of the one who reads it. */
export interface Viewer {
  readonly accountId: string;
  readonly settings: TimelineSettings;
  /** Ready for use; undefined if there are none. Expiry is looked at when they are held against a post. */
  readonly filters: Filters | undefined;
  /** Changes with every change of the filters; empty if there are none. */
  readonly filterEpoch: string;
  /** Followed tags, folded. */
  readonly tags: readonly string[];
  /** Followed accounts, or the viewer, that may have posts which were not delivered, because so many follow them. */
  readonly pullSet: readonly string[];
  /** The newest entries of followed accounts whose delivery to many is still under way. */
  readonly arriving: readonly string[];
  /** How often the viewer wanted more of an author, less how often less. */
  readonly feedback: ReadonlyMap<string, number>;
  /** Those of its lists that keep their members out of home. */
  readonly exclusiveLists: readonly string[];
}

interface Row {
  settings: Buffer | null;
  tags: string | null;
  lists: string | null;
  edges: string;
  tiers: string;
  pulled: string | null;
  arriving: string | null;
  feedback: string | null;
  filter_epoch: string;
  filters: Buffer | null;
}

/** Deliveries that wait behind a large one: more of them than that are found in storage only. */
const MOST_ARRIVING = 200;

/** From memory where that may be believed, otherwise by a statement. */
export async function readViewer(
  deps: Pick<Deps, "db" | "clock" | "viewers">,
  viewerId: string,
  trust?: Trust,
): Promise<Viewer> {
  if (trust?.viewer) return trust.viewer;
  const mark = trust?.mark;
  const viewer = await askForViewer(deps, viewerId);
  if (trust && trust.mark === mark) trust.viewer = viewer;
  return viewer;
}

/** One statement. What is large, or takes long to find, comes only if it has changed since this process saw it last. */
async function askForViewer(
  { db, clock, viewers }: Pick<Deps, "db" | "clock" | "viewers">,
  viewerId: string,
): Promise<Viewer> {
  const known = viewers.get(viewerId, clock.now());
  const [row] = await db.query<Row>(sql`
    with me as materialized (select ${viewerId}::uuid as id, ${known?.edges ?? "-1"}::bigint as edges,
      ${known?.tiers ?? "-1"}::bigint as tiers, ${known?.filterEpoch ?? "?"}::text as filters)
    select s.settings, coalesce(f.version, 0) as edges, e.epoch as tiers,
      (select string_agg(tag, ' ' order by tag) from tag_follow where account_id = (select id from me)) as tags,
      (select string_agg(list_id::text, ' ') from list where owner_id = (select id from me) and exclusive) as lists,
      case when f.version is not distinct from nullif(me.edges, 0) and e.epoch = me.tiers then null
        else (select coalesce(string_agg(p.id::text, ' '), '') from (select o.followee_id as id from fanout_tier t
            join follow o on o.followee_id = t.account_id and o.follower_id = (select id from me) and not o.hide_from_home
          union select account_id from fanout_tier where account_id = (select id from me)) as p)
      end as pulled,
      (select string_agg(j.entry_id::text, ' ') from (select j.entry_id from fanout_job j
        join follow o on o.followee_id = j.actor_id and o.follower_id = (select id from me) and not o.hide_from_home
        order by j.entry_id desc limit ${MOST_ARRIVING}::int) as j) as arriving,
      (select string_agg(b.author_id || ':' || b.balance, ' ') from (select author_id, sum(case kind when 1 then 1 else -1 end) as balance
        from feedback where account_id = (select id from me) and kind in (1, 2) group by author_id) as b) as feedback,
      c.epoch as filter_epoch,
      case when c.epoch <> me.filters then (select string_agg(int4send(length(filter)) || filter, '' order by filter_id)
        from content_filter where account_id = (select id from me)) end as filters
    from me cross join tier_epoch e
      left join timeline_settings s on s.account_id = me.id
      left join following f on f.account_id = me.id
      cross join lateral (select coalesce(string_agg(filter_id || ':' || version, ' ' order by filter_id), '') as epoch
        from content_filter where account_id = me.id) as c`);
  if (!row) throw new Error("the row of epochs is gone");
  const now = remembered(viewerId, row, known);
  if (now !== known) viewers.keep(viewerId, now, clock.now());
  return {
    accountId: viewerId,
    settings: row.settings ? fromBinary(TimelineSettingsSchema, row.settings) : create(TimelineSettingsSchema),
    filters: now.filters,
    filterEpoch: now.filterEpoch,
    tags: row.tags?.split(" ") ?? [],
    pullSet: now.pullSet,
    arriving: row.arriving?.split(" ") ?? [],
    feedback: row.feedback ? feedbackIn(row.feedback) : NO_FEEDBACK,
    exclusiveLists: row.lists?.split(" ") ?? [],
  };
}

const NO_FEEDBACK: ReadonlyMap<string, number> = new Map();

const feedbackIn = (text: string): ReadonlyMap<string, number> =>
  new Map(text.split(" ").map((one) => [one.slice(0, 36), Number(one.slice(37))]));

function remembered(viewerId: string, row: Row, known: Remembered | undefined): Remembered {
  const sameFilters = known?.filterEpoch === row.filter_epoch;
  if (known && sameFilters && row.pulled === null) return known;
  return {
    edges: row.edges,
    tiers: row.tiers,
    pullSet: row.pulled === null ? (known?.pullSet ?? []) : row.pulled.split(" ").filter(Boolean),
    filterEpoch: row.filter_epoch,
    filters: sameFilters ? known.filters : filtersIn(viewerId, row.filters),
  };
}

/** Content filters, each behind its length. */
function filtersIn(accountId: string, records: Buffer | null): Filters | undefined {
  if (!records) return undefined;
  const kept = [];
  for (let at = 0; at < records.length; ) {
    const end = at + 4 + records.readInt32BE(at);
    const { id, rule } = fromBinary(ContentFilterSchema, records.subarray(at + 4, end));
    if (rule) kept.push({ id, rule });
    at = end;
  }
  return compileFilters(accountId, kept);
}
