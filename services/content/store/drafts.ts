import { fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { DraftSchema } from "#gen/skein/content/v1/draft_service_pb.ts";
import { type NewPost, NewPostSchema } from "#gen/skein/content/v1/new_post_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { stampOf } from "./moment.ts";
import type { Query } from "./query.ts";

/** A draft as it is kept. Moments are PostgreSQL's own words, exact to the microsecond. */
export interface DraftRow {
  readonly id: string;
  readonly version: string;
  readonly content: Buffer;
  readonly created_at: string;
  readonly updated_at: string;
}

/** What somebody writes, as it is kept. */
export const contentOf = (post: NewPost): Buffer => Buffer.from(toBinary(NewPostSchema, post));

/** What somebody wrote, from what was kept of it. */
export const newPostIn = (content: Uint8Array): NewPost => fromBinary(NewPostSchema, content);

/** Keeps a draft unless the account, which is held, has `most` of them. */
export async function keepDraft(
  { query }: Tx,
  { id, accountId, post, now }: { id: string; accountId: string; post: NewPost; now: Date },
  most: number,
): Promise<DraftRow | undefined> {
  const [row] = await query<DraftRow>(sql`
    insert into draft (account_id, id, content, created_at, updated_at)
    select ${accountId}::uuid, ${id}::uuid, ${contentOf(post)}::bytea, ${now}::timestamptz, ${now}::timestamptz
    where (select count(*) from draft where account_id = ${accountId}) < ${most}::int
    returning id, version, content, created_at, updated_at`);
  return row;
}

/** Replaces a draft if it has this version; 0 asks for none. */
export async function replaceDraft(
  { query }: Tx,
  { id, accountId, post, now, version }: { id: string; accountId: string; post: NewPost; now: Date; version: bigint },
): Promise<DraftRow | undefined> {
  const [row] = await query<DraftRow>(sql`
    update draft set content = ${contentOf(post)}, version = version + 1, updated_at = greatest(updated_at, ${now})
    where account_id = ${accountId} and id = ${id} and (${version}::numeric = 0 or version = ${version}::numeric)
    returning id, version, content, created_at, updated_at`);
  return row;
}

/** The version that a draft has now; undefined if there is none. */
export async function versionOfDraft(query: Query, accountId: string, id: string): Promise<bigint | undefined> {
  const [row] = await query<{ version: string }>(
    sql`select version from draft where account_id = ${accountId} and id = ${id}`,
  );
  return row && BigInt(row.version);
}

/** Forgets a draft. */
export async function forgetDraft(query: Query, accountId: string, id: string): Promise<void> {
  await query(sql`delete from draft where account_id = ${accountId} and id = ${id}`);
}

/** An account's drafts after a place, latest change first. */
export function listDrafts(
  query: Query,
  { accountId, after: [moment, id], most }: { accountId: string; after: readonly [string, string]; most: number },
): Promise<DraftRow[]> {
  return query(sql`select id, version, content, created_at, updated_at from draft
    where account_id = ${accountId} and (updated_at, id) < (${moment}::timestamptz, ${id}::uuid)
    order by updated_at desc, id desc limit ${most}::int`);
}

/** The message that the author gets. */
export const draftOf = (row: DraftRow): MessageInitShape<typeof DraftSchema> => ({
  id: row.id,
  post: newPostIn(row.content),
  createdAt: stampOf(row.created_at),
  updatedAt: stampOf(row.updated_at),
  version: BigInt(row.version),
});

/** What is in a draft; undefined if there is none. */
export async function readDraft(query: Query, accountId: string, id: string): Promise<Buffer | undefined> {
  const [row] = await query<{ content: Buffer }>(
    sql`select content from draft where account_id = ${accountId} and id = ${id}`,
  );
  return row?.content;
}

/** Forgets a draft that was published, unless it changed after that: then it goes on as another draft. */
export async function settleDraft(
  query: Query,
  { accountId, id, publishedAt, newId }: { accountId: string; id: string; publishedAt: Date; newId: string },
): Promise<void> {
  await query(sql`
    with gone as (delete from draft where account_id = ${accountId} and id = ${id} and updated_at <= ${publishedAt})
    update draft set id = ${newId} where account_id = ${accountId} and id = ${id} and updated_at > ${publishedAt}`);
}
