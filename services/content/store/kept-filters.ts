import { fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import {
  type ContentFilterSchema,
  type FilterRule,
  FilterRuleSchema,
} from "#gen/skein/content/v1/content_filter_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { stampOf } from "./moment.ts";
import type { Query } from "./query.ts";

/** A content filter as it is kept. */
export interface FilterRow {
  readonly id: string;
  readonly version: string;
  readonly rule: Buffer;
  readonly created_at: string;
  readonly updated_at: string;
}

/** What is to be kept of a filter. */
export interface FilterChange {
  readonly id: string;
  readonly accountId: string;
  readonly rule: FilterRule;
  readonly now: Date;
}

const columns = ({ rule }: FilterChange) => ({
  bytes: Buffer.from(toBinary(FilterRuleSchema, rule)),
  expiresAt: rule.expiresAt ? timestampDate(rule.expiresAt) : null,
});

/** Keeps a new filter unless the account, which is held, has `most` of them. */
export async function keepFilter({ query }: Tx, change: FilterChange, most: number): Promise<FilterRow | undefined> {
  const { id, accountId, now } = change;
  const { bytes, expiresAt } = columns(change);
  const [row] = await query<FilterRow>(sql`
    insert into content_filter (account_id, id, shard, rule, expires_at, created_at, updated_at)
    select ${accountId}::uuid, ${id}::uuid, ${partitionOf(accountId)}::smallint, ${bytes}::bytea, ${expiresAt}::timestamptz,
      ${now}::timestamptz, ${now}::timestamptz
    where (select count(*) from content_filter where account_id = ${accountId}) < ${most}::int
    returning id, version, rule, created_at, updated_at`);
  return row;
}

/** Replaces a filter if it has this version; 0 asks for none. */
export async function replaceFilter(
  { query }: Tx,
  change: FilterChange,
  version: bigint,
): Promise<FilterRow | undefined> {
  const { id, accountId, now } = change;
  const { bytes, expiresAt } = columns(change);
  const [row] = await query<FilterRow>(sql`
    update content_filter set rule = ${bytes}, expires_at = ${expiresAt}, version = version + 1, updated_at = ${now}
    where account_id = ${accountId} and id = ${id} and (${version}::numeric = 0 or version = ${version}::numeric)
    returning id, version, rule, created_at, updated_at`);
  return row;
}

/** The version that a filter has now; undefined if there is none. */
export async function versionOfFilter(query: Query, accountId: string, id: string): Promise<bigint | undefined> {
  const [row] = await query<{ version: string }>(
    sql`select version from content_filter where account_id = ${accountId} and id = ${id}`,
  );
  return row && BigInt(row.version);
}

/** An account's filters after a place, newest first. */
export function listFilters(
  query: Query,
  { accountId, after: [moment, id], most }: { accountId: string; after: readonly [string, string]; most: number },
): Promise<FilterRow[]> {
  return query(sql`select id, version, rule, created_at, updated_at from content_filter
    where account_id = ${accountId} and (created_at, id) < (${moment}::timestamptz, ${id}::uuid)
    order by created_at desc, id desc limit ${most}::int`);
}

/** The message that the owner gets, and that is announced. */
export const filterOf = (row: FilterRow): MessageInitShape<typeof ContentFilterSchema> => ({
  id: row.id,
  rule: fromBinary(FilterRuleSchema, row.rule),
  createdAt: stampOf(row.created_at),
  updatedAt: stampOf(row.updated_at),
  version: BigInt(row.version),
});
