import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import type { Query } from "./query.ts";

/** How many more edges of each kind an account may have. */
export interface Allowance {
  readonly follows: number;
  readonly blocks: number;
  readonly mutes: number;
}

/** What is left to an account; requests count as follows, and mutes that have expired until they are swept. */
export async function allowanceOf(
  query: Query,
  { mostFollows, mostBlocks }: Pick<Deps["config"], "mostFollows" | "mostBlocks">,
  accountId: string,
): Promise<Allowance> {
  const [row] = await query<Record<keyof Allowance, number>>(sql`select
    (select count(*)::int from follow where follower_id = ${accountId}) as follows,
    (select count(*)::int from block where blocker_id = ${accountId}) as blocks,
    (select count(*)::int from mute where muter_id = ${accountId}) as mutes`);
  const left = (most: number, used = 0) => Math.max(0, most - used);
  return {
    follows: left(mostFollows, row?.follows),
    blocks: left(mostBlocks, row?.blocks),
    mutes: left(mostBlocks, row?.mutes),
  };
}
