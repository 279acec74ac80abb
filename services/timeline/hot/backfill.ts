import type { Tx } from "#mesh/store/commit.ts";
import type { Deps } from "../deps.ts";
import { bytesOf } from "../rules/entry-ids.ts";
import { storedOf } from "../store/homes.ts";
import { bucketOf } from "./buckets.ts";
import { BACKFILL, KNOWS } from "./scripts.ts";
import { sendAll } from "./send-all.ts";

/** A home that is to look as if its owner had followed this account all along. */
export interface NewEdge {
  readonly followerId: string;
  readonly followeeId: string;
}

/** Followees whose entries are in memory at once. */
const FOLLOWEES = 100;

/**
 * Brings what followees have into the homes of those who have begun to follow them, where these are there. All of what a
 * home has room for, not the newest few: a hole in a home would be a post that nobody finds. The edges are in storage by now.
 */
export async function backfill(
  deps: Pick<Deps, "homes" | "config">,
  tx: Pick<Tx, "query">,
  edges: readonly NewEdge[],
): Promise<void> {
  const { homes, config } = deps;
  const followers = [...new Set(edges.map(({ followerId }) => followerId))];
  const asked = followers.map((id) => ({ bucket: bucketOf(id), args: [bytesOf(id)], id }));
  const there = new Set<string>();
  await sendAll(deps, homes.small, KNOWS, asked, ({ id }, known) => void (known === 1 && there.add(id)));
  const by = Map.groupBy(
    edges.filter(({ followerId }) => there.has(followerId)),
    ({ followeeId }) => followeeId,
  );
  const followees = [...by.keys()];
  for (let from = 0; from < followees.length; from += FOLLOWEES) {
    const stored = await storedOf(tx, followees.slice(from, from + FOLLOWEES), config.homeEntries);
    const commands = [...stored].flatMap(([followeeId, ids]) =>
      ids.length === 0
        ? []
        : (by.get(followeeId) ?? []).map(({ followerId }) => ({
            bucket: bucketOf(followerId),
            args: [bytesOf(followerId), config.homeEntries, ids],
          })),
    );
    await sendAll(deps, homes.small, BACKFILL, commands);
  }
}
