import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { HotWrite } from "../hot/keep-script.ts";
import { packShare, SHARE_GONE } from "../hot/layout.ts";
import { placeEntries } from "./posts.ts";

/** A share, or that it was taken back: then it has no moment. */
export interface ShareChange {
  readonly shareId: string;
  readonly sharerId: string;
  readonly postId: string;
  readonly authorId: string;
  readonly shard: number;
  readonly at?: Date | undefined;
}

/** Places shares in timelines, or takes them away; returns their copies. */
export async function storeShares(
  tx: Pick<Tx, "query">,
  shares: readonly ShareChange[],
  how: { again: boolean },
): Promise<HotWrite[]> {
  if (shares.length === 0) return [];
  const made = shares.flatMap(({ at, shareId, sharerId, postId, authorId, shard }) =>
    at ? [{ id: shareId, actorId: sharerId, postId, authorId, shard, share: true, reply: false, at }] : [],
  );
  const gone = shares.filter(({ at }) => !at).map(({ shareId }) => shareId);
  await placeEntries(tx, made, how);
  if (gone.length > 0) await tx.query(sql`delete from entry where entry_id = any(${gone}::uuid[])`);
  return [
    ...gone.map((id) => ({ id, share: SHARE_GONE })),
    ...made.map(({ id, postId, actorId, at }) => ({ id, share: packShare({ postId, actorId, atMs: at.getTime() }) })),
  ];
}
