import type { MessageInitShape } from "@bufbuild/protobuf";
import { type ScheduledPostSchema, ScheduledPost_State as State } from "#gen/skein/content/v1/draft_service_pb.ts";
import type { NewPost } from "#gen/skein/content/v1/new_post_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { contentOf, newPostIn } from "./drafts.ts";
import { stampOf } from "./moment.ts";
import type { Query } from "./query.ts";

/** A post that waits, as it is kept. */
export interface ScheduledRow {
  readonly id: string;
  readonly content: Buffer;
  readonly due_at: string;
  readonly state: "WAITING" | "PUBLISHING" | "PUBLISHED" | "FAILED";
  readonly failure: string;
  readonly post_id: string | null;
  readonly created_at: string;
}

/** Keeps a post for later, and forgets the draft it comes from; not if `most` of the account, which is held, wait already. */
export async function keepScheduled(
  { query }: Tx,
  wish: { id: string; accountId: string; post: NewPost; publishAt: Date; now: Date; draftId: string | null },
  most: number,
): Promise<ScheduledRow | undefined> {
  const { id, accountId, post, publishAt, now, draftId } = wish;
  const [row] = await query<ScheduledRow>(sql`
    with made as (insert into scheduled_post (account_id, id, content, due_at, next_at, created_at)
      select ${accountId}::uuid, ${id}::uuid, ${contentOf(post)}::bytea, ${publishAt}::timestamptz, ${publishAt}::timestamptz, ${now}::timestamptz
      where (select count(*) from scheduled_post where account_id = ${accountId} and state in ('WAITING', 'PUBLISHING')) < ${most}::int
      returning id, content, due_at, state, failure, post_id, created_at),
    gone as (delete from draft d using made where d.account_id = ${accountId} and d.id = ${draftId}::uuid)
    select * from made`);
  return row;
}

/** Names another time for a post that waits or failed; undefined if there is none such. */
export async function putOff(
  query: Query,
  { accountId, id, publishAt }: { accountId: string; id: string; publishAt: Date },
): Promise<ScheduledRow | undefined> {
  const [row] = await query<ScheduledRow>(sql`
    update scheduled_post set due_at = ${publishAt}, next_at = ${publishAt}, state = 'WAITING', attempts = 0, failure = ''
    where account_id = ${accountId} and id = ${id} and state in ('WAITING', 'FAILED')
    returning id, content, due_at, state, failure, post_id, created_at`);
  return row;
}

/** Where a scheduled post stands; undefined if there is none. */
export async function stateOfScheduled(
  query: Query,
  accountId: string,
  id: string,
): Promise<ScheduledRow["state"] | undefined> {
  const [row] = await query<Pick<ScheduledRow, "state">>(
    sql`select state from scheduled_post where account_id = ${accountId} and id = ${id}`,
  );
  return row?.state;
}

/** Forgets a post that waits or failed; says what it was if that was too late. */
export async function cancelScheduled(query: Query, accountId: string, id: string): Promise<"DONE" | "TOO_LATE"> {
  const rows = await query(sql`
    with gone as (delete from scheduled_post where account_id = ${accountId} and id = ${id} and state in ('WAITING', 'FAILED') returning id)
    select 1 from scheduled_post s where s.account_id = ${accountId} and s.id = ${id} and not exists (select 1 from gone)`);
  return rows.length === 0 ? "DONE" : "TOO_LATE";
}

/** What of an account waits or failed after a place, soonest first. */
export function listScheduled(
  query: Query,
  { accountId, after: [moment, id], most }: { accountId: string; after: readonly [string, string]; most: number },
): Promise<ScheduledRow[]> {
  return query(sql`select id, content, due_at, state, failure, post_id, created_at from scheduled_post
    where account_id = ${accountId} and state <> 'PUBLISHED' and (due_at, id) > (${moment}::timestamptz, ${id}::uuid)
    order by due_at, id limit ${most}::int`);
}

/** The message that the owner gets. That the job has taken a post up is nothing that lasts. */
export const scheduledOf = (row: ScheduledRow): MessageInitShape<typeof ScheduledPostSchema> => ({
  id: row.id,
  post: newPostIn(row.content),
  publishAt: stampOf(row.due_at),
  state: row.state === "PUBLISHING" ? State.WAITING : State[row.state],
  failureReason: row.failure,
  createdAt: stampOf(row.created_at),
  postId: row.post_id ?? "",
});

/** A post whose time has come. */
export interface DuePost {
  readonly id: string;
  readonly accountId: string;
  readonly content: Buffer;
  /** This attempt included. */
  readonly attempts: number;
  readonly dueAt: Date;
  /** Where the author's account stands; undefined if identity's word has not arrived. */
  readonly account: string | undefined;
}

/**
 * Takes up posts that are due, also those whose publishing was broken off a while ago: nobody can cancel them any more,
 * and the key they are published under lets it happen once.
 */
export async function takeDuePosts(
  query: Query,
  { now, holdMs, most }: { now: Date; holdMs: number; most: number },
): Promise<DuePost[]> {
  type Row = Pick<DuePost, "id" | "content" | "attempts"> & {
    account_id: string;
    due_at: string;
    account: string | null;
  };
  const rows = await query<Row>(sql`
    update scheduled_post s set state = 'PUBLISHING', attempts = s.attempts + 1, next_at = ${new Date(now.getTime() + holdMs)}
    from (select account_id, id from scheduled_post where state in ('WAITING', 'PUBLISHING') and next_at <= ${now}
      order by next_at, id limit ${most}::int for update skip locked) as due
    where s.account_id = due.account_id and s.id = due.id
    returning s.id, s.account_id, s.content, s.attempts, s.due_at, (select state from account a where a.id = s.account_id) as account`);
  return rows.map(({ id, account_id, content, attempts, due_at, account }) => ({
    ...{ id, accountId: account_id, content, attempts, dueAt: new Date(due_at), account: account ?? undefined },
  }));
}

/** What became of posts that were taken up: published, failed for good, or to be tried again. */
export type Outcome = Pick<DuePost, "id" | "accountId"> & {
  readonly postId?: string;
  readonly reason?: string;
  readonly again?: Date;
};

/** Notes what became of posts that were taken up. */
export async function noteOutcomes(query: Query, outcomes: readonly Outcome[]): Promise<void> {
  await query(sql`
    update scheduled_post s set post_id = o.post_id, failure = coalesce(o.reason, ''), next_at = coalesce(o.again, s.next_at),
      state = case when o.post_id is not null then 'PUBLISHED' when o.reason is not null then 'FAILED' else 'WAITING' end
    from unnest(${outcomes.map(({ accountId }) => accountId)}::uuid[], ${outcomes.map(({ id }) => id)}::uuid[],
      ${outcomes.map(({ postId = null }) => postId)}::uuid[], ${outcomes.map(({ reason = null }) => reason)}::text[],
      ${outcomes.map(({ again = null }) => again)}::timestamptz[]) as o (account_id, id, post_id, reason, again)
    where s.account_id = o.account_id and s.id = o.id and s.state = 'PUBLISHING'`);
}

/** Forgets what was published long ago: it is only kept to say so. */
export async function dropPublished(query: Query, before: Date): Promise<void> {
  await query(sql`delete from scheduled_post where state = 'PUBLISHED' and due_at < ${before}`);
}
