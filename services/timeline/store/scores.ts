import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import { baseScore, type Factors, ownBase, type Signals } from "../rules/base-score.ts";
import type { Kept } from "../scoring/signal-memory.ts";

/** What was not counted for its window yet is read as it is now, and remembered so long. */
const UNCOUNTED_MS = 5_000;

type Needs = Pick<Deps, "db" | "clock" | "ranking" | "signals">;

/**
 * Base scores of posts for the window that begins at `windowMs`: as they were counted for it, or as they are now where
 * that has not happened yet; for a viewer with factors of their own, theirs. Posts that nobody knows are not in the
 * answer. At most one statement, and none where this process has been asked before.
 */
export async function readScores(
  deps: Needs,
  postIds: readonly string[],
  windowMs: number,
  factors?: Factors,
): Promise<ReadonlyMap<string, number>> {
  const kept = await readKept(deps, postIds, windowMs);
  const weights = deps.ranking.now;
  const scores = new Map<string, number>();
  for (const [id, one] of kept) {
    if (ownBase(factors)) {
      scores.set(id, baseScore(one.signals, windowMs, weights, factors));
      continue;
    }
    if (one.score?.version !== weights.version)
      one.score = { version: weights.version, value: baseScore(one.signals, windowMs, weights) };
    scores.set(id, one.score.value);
  }
  return scores;
}

/** What those scores are made of. */
export async function readSignals(
  deps: Needs,
  postIds: readonly string[],
  windowMs: number,
): Promise<ReadonlyMap<string, Signals>> {
  const kept = await readKept(deps, postIds, windowMs);
  return new Map([...kept].map(([id, { signals }]) => [id, signals]));
}

interface Row {
  post_id: string;
  created_ms: number;
  counted: boolean;
  likes: number;
  replies: number;
  shares: number;
  moderation: number;
}

async function readKept({ db, clock, ranking, signals }: Needs, postIds: readonly string[], windowMs: number) {
  const now = clock.now().getTime();
  const memory = signals.of(windowMs, ranking.round?.windowMs === windowMs ? ranking.round.round : 0);
  const found = new Map<string, Kept>();
  const missing: string[] = [];
  for (const id of postIds) {
    const kept = memory.get(id);
    if (kept && kept.until > now) found.set(id, kept);
    else missing.push(id);
  }
  if (missing.length === 0) return found;
  const rows = await db.query<Row>(sql`
    select p.post_id, extract(epoch from p.created_at)::float8 * 1000 as created_ms, s.post_id is not null as counted,
      coalesce(s.likes, c.likes, 0)::float8 as likes, coalesce(s.replies, c.replies, 0)::float8 as replies,
      coalesce(s.shares, c.shares, 0)::float8 as shares, coalesce(s.moderation, 0) as moderation
    from post p left join post_signal s on s.window_at = ${new Date(windowMs)} and s.post_id = p.post_id
      left join post_count c on c.post_id = p.post_id
    where p.post_id = any(${missing}::uuid[])`);
  for (const { post_id, created_ms, counted, likes, replies, shares, moderation } of rows) {
    const counts = { likes, replies, shares, moderation, createdMs: Math.round(created_ms) };
    const kept: Kept = { signals: counts, until: counted ? Infinity : now + UNCOUNTED_MS, score: undefined };
    memory.set(post_id, kept);
    found.set(post_id, kept);
  }
  return found;
}
