import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { PollVotedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { Kind } from "../store/count-delta.ts";
import type { SeedAct } from "./seed-engagement.ts";

/** What an account chose in a poll. */
export interface SeedVote extends SeedAct {
  readonly option: number;
}

/** Votes in polls that this unit of work has made, so that nobody can have closed one before its votes are counted. */
export async function seedVotes(tx: Tx, votes: readonly SeedVote[]): Promise<void> {
  if (votes.length === 0) return;
  const column = <T>(of: (vote: SeedVote) => T): T[] => votes.map(of);
  await tx.query(sql`
    with effect as (insert into vote (voter_id, post_id, options, voted_at)
      select voter, post_id, array[option], at from unnest(${column(({ actorId }) => actorId)}::uuid[],
        ${column(({ postId }) => postId)}::uuid[], ${column(({ option }) => option)}::smallint[], ${column(({ at }) => at)}::timestamptz[])
        as w (voter, post_id, option, at) returning post_id, options),
    voters as (insert into count_delta (post_id, kind, delta)
      select post_id, ${Kind.VOTERS}::smallint, count(*) from effect group by post_id)
    insert into count_delta (post_id, kind, option, delta)
      select post_id, ${Kind.VOTES}::smallint, options[1], count(*) from effect group by post_id, options[1]`);
  for (const { actorId: voterId, postId, authorId, at } of votes)
    tx.publish(PollVotedSchema, { voterId, postId, authorId, votedAt: timestampFromDate(at) });
}
