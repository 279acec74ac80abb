import type { Deps } from "../deps.ts";
import { bucketOf, tagOfBucket } from "../hot/buckets.ts";
import { foundAt, type PackedScores, scoreIn, withScores } from "../rules/packed-scores.ts";

type Needed = Pick<Deps, "peers" | "redis" | "clock" | "log" | "closeness" | "affinities">;

/** So many accounts go into one question. */
const MOST_ASKED = 200;
/** So many are remembered for one viewer. */
const MOST_KEPT = 500;
const KEPT_MS = 15 * 60_000;

/**
 * How close accounts are to a viewer: remembered in Redis for a quarter of an hour, else social-graph is asked, once for
 * all who want to know at the same time. Whom it could not be asked about is missing: that is read as 1, and the page says so
 * (MISSING_SOURCE_AFFINITY).
 */
export async function affinityOf(
  deps: Needed,
  viewerId: string,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (accountIds.length === 0) return NOBODY;
  const now = deps.clock.now().getTime();
  const near = deps.affinities.get(viewerId);
  const known = near && near.until > now ? near.scores : NOBODY;
  if (accountIds.every((id) => known.has(id))) return known;
  const found = new Map<string, number>();
  const kept = await remembered(deps, viewerId);
  const missing = new Map<string, string>();
  for (const id of accountIds) {
    const score = kept && scoreIn(kept, id);
    if (score === undefined) missing.set(id, `${viewerId} ${id}`);
    else found.set(id, score);
  }
  if (missing.size > 0) {
    const asked = await deps.closeness.board(missing, (mine) => ask(deps, viewerId, [...mine.keys()], kept));
    for (const [id, score] of asked.found) found.set(id, score);
  }
  deps.affinities.set(viewerId, { until: (kept ? foundAt(kept) : now) + KEPT_MS, scores: found });
  return found;
}

const NOBODY: ReadonlyMap<string, number> = new Map();

const keyOf = (viewerId: string): string => `timeline:${tagOfBucket(bucketOf(viewerId))}:affinity:${viewerId}`;

/** Undefined where nothing is remembered, or Redis is away. */
async function remembered({ redis, clock }: Needed, viewerId: string): Promise<PackedScores | undefined> {
  if (!redis.up) return undefined;
  const kept = await redis.client.getBuffer(keyOf(viewerId)).catch(() => null);
  return kept && clock.now().getTime() - foundAt(kept) < KEPT_MS ? kept : undefined;
}

async function ask(
  deps: Needed,
  viewerId: string,
  ids: readonly string[],
  kept: PackedScores | undefined,
): Promise<Map<string, number>> {
  const scores = new Map<string, number>();
  const one = async (accountIds: string[]) => {
    const { affinities } = await deps.peers.graph.batchGetAffinity({ viewerId, accountIds });
    for (const { accountId, score } of affinities) scores.set(accountId, score);
  };
  const parts = Array.from({ length: Math.ceil(ids.length / MOST_ASKED) }, (_, part) =>
    ids.slice(part * MOST_ASKED, (part + 1) * MOST_ASKED),
  );
  for (const answer of await Promise.allSettled(parts.map(one)))
    if (answer.status === "rejected") deps.log.warn({ err: answer.reason }, "closeness could not be asked for");
  if (scores.size > 0) await remember(deps, viewerId, scores, kept);
  return scores;
}

/** At worst somebody asks again: two who write at once lose one's scores, and Redis may be away. */
async function remember(
  { redis, clock }: Needed,
  viewerId: string,
  scores: ReadonlyMap<string, number>,
  kept: PackedScores | undefined,
): Promise<void> {
  if (!redis.up) return;
  const now = clock.now().getTime();
  const packed = withScores(kept, scores, now, MOST_KEPT);
  const left = Math.max(1, KEPT_MS - (now - foundAt(packed)));
  await redis.client.set(keyOf(viewerId), packed, "PX", left).catch(() => undefined);
}
