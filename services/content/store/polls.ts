import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { PollVotedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { type Context, callerOf } from "#mesh/context.ts";
import type { Tx } from "#mesh/store/commit.ts";
import type { Db } from "#mesh/store/database.ts";
import { event } from "#mesh/store/log.ts";
import { sql } from "#mesh/store/sql.ts";

/** A vote as it is kept. */
interface VoteRow {
  readonly options: readonly number[];
}

/**
 * Votes, counts and announces it, in one statement; false if the account has voted or the poll is closed. The poll is held
 * meanwhile, so that it is not closed around a vote that is not counted.
 */
export async function addVote(
  db: Db,
  ctx: Context,
  { id, authorId, options }: { id: string; authorId: string; options: readonly number[] },
): Promise<boolean> {
  const voterId = callerOf(ctx);
  const made = await db.write(ctx, {
    effect: sql`held as (select post_id from poll where author_id = ${authorId} and post_id = ${id} and closed_at is null for key share),
      effect as (insert into vote (voter_id, post_id, options, voted_at)
        select ${voterId}::uuid, post_id, ${[...options]}::smallint[], ${ctx.now}::timestamptz from held
        on conflict do nothing returning post_id, options),
      voter as (insert into count_delta (post_id, kind, delta) select post_id, 5, 1 from effect),
      votes as (insert into count_delta (post_id, kind, option, delta) select post_id, 6, unnest(options), 1 from effect)`,
    publish: [event(PollVotedSchema, { voterId, postId: id, authorId, votedAt: timestampFromDate(ctx.now) })],
  });
  return made.length > 0;
}

/** What an account chose, if it voted. */
export async function voteOf(db: Db, voterId: string, postId: string): Promise<readonly number[] | undefined> {
  const [vote] = await db.query<VoteRow>(
    sql`select options from vote where voter_id = ${voterId} and post_id = ${postId}`,
  );
  return vote?.options;
}

/** A poll whose time is over, with everybody's votes. */
export interface ClosedPoll {
  readonly author_id: string;
  readonly post_id: string;
  readonly ends_at: string;
  readonly voters: string;
  readonly votes: readonly string[];
}

/**
 * Closes polls whose time is over and returns them with their final results. One that is just being voted in, by whoever
 * asked in time, waits for the next round; polls of deleted posts wait for their return. The results are read by a second
 * statement: the first one's snapshot may be older than a vote that ended before the lock was had.
 */
export async function closeDue(tx: Tx, now: Date, most: number): Promise<ClosedPoll[]> {
  const due = await tx.query<{ post_id: string }>(sql`
    with due as (select poll.post_id from poll join post on post.id = poll.post_id and post.state = 'PUBLISHED'
      where poll.closed_at is null and poll.ends_at <= ${now} order by poll.ends_at limit ${most}::int for update of poll skip locked)
    update poll set closed_at = ${now} from due where poll.post_id = due.post_id returning poll.post_id`);
  if (due.length === 0) return [];
  return tx.query<ClosedPoll>(sql`select p.author_id, p.post_id, p.ends_at, v.voters, v.votes[1:p.options] as votes
    from poll p cross join lateral (select count(*) as voters,
      array[count(*) filter (where 0 = any(options)), count(*) filter (where 1 = any(options)),
        count(*) filter (where 2 = any(options)), count(*) filter (where 3 = any(options))] as votes
      from vote where vote.post_id = p.post_id) v
    where p.post_id = any(${due.map(({ post_id }) => post_id)}::uuid[])`);
}
