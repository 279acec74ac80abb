import { ActivityTier } from "#gen/skein/graph/v1/counts_pb.ts";
import type { Deps } from "../deps.ts";
import { deliver, type ForBucket, markPulled } from "../hot/deliver.ts";
import { type Outgoing, packAmong, packPage } from "../store/fanout.ts";
import { endJob, type FanoutJob, postponeJob, saveJob, takeJob } from "../store/fanout-jobs.ts";

/** What deliveries to many are made with. */
export type LaneParts = Pick<Deps, "db" | "config" | "ids" | "timers" | "log" | "peers"> & {
  readonly homes: Pick<Deps["homes"], "incarnations" | "bulk">;
};

/** Followers of one author in one turn. */
const PAGE = 2_000;
/** Shorter than a job's lease: whoever is active is not worth losing it. */
const PATIENCE_MS = 3_000;
/** After a failure at the latest: it is Redis or storage that was away, not the entry that is missing. */
const AGAIN = "5 seconds";
/** Asked for their own order only: whoever is active is served first, by social-graph's word. */
const ACTIVE = "active:";
const ALL = "all:";

/**
 * Takes a job, delivers to the next page of its followers, and puts it back behind the others; false if there was none.
 * Social-graph says who comes first, but it is our own edges that everybody is found by: they hold every follow that a home
 * was built or filled for. A follower may be served twice, which changes nothing.
 */
export async function workPage(deps: LaneParts, worker: string, signal: AbortSignal): Promise<boolean> {
  const job = await takeJob(deps.db, worker);
  if (!job) return false;
  try {
    await serve(deps, job, worker, signal);
  } catch (error) {
    await postponeJob(deps.db, worker, job.entryId, AGAIN);
    throw error;
  }
  return true;
}

async function serve(deps: LaneParts, job: FanoutJob, worker: string, signal: AbortSignal): Promise<void> {
  const { db, homes } = deps;
  if (job.tier === undefined) return void (await (job.old ? endJob : postponeJob)(db, worker, job.entryId));
  if (job.tier === 2) {
    await markPulled(deps, homes.bulk);
    return void (await endJob(db, worker, job.entryId));
  }
  const page = job.cursor.startsWith(ALL)
    ? await nextOfAll(deps, job, job.cursor.slice(ALL.length))
    : await nextActive(deps, job, job.cursor.slice(ACTIVE.length), signal);
  await deliver(deps, homes.bulk, page.packed);
  if (page.cursor === undefined) await endJob(db, worker, job.entryId);
  else await saveJob(db, worker, job.entryId, page.cursor, page.followers);
}

interface Page {
  readonly packed: readonly ForBucket[];
  readonly followers: number;
  /** Where it goes on; absent at the end. */
  readonly cursor: string | undefined;
}

async function nextOfAll(deps: LaneParts, job: Outgoing, place: string): Promise<Page> {
  const [bucket, id] = place.split(" ");
  const after = bucket && id ? { bucket: Number(bucket), id } : undefined;
  const { packed, followers, last } = await packPage(deps.db, job, after, PAGE);
  return { packed, followers, cursor: last && followers === PAGE ? `${ALL}${last.bucket} ${last.id}` : undefined };
}

/** Without social-graph it goes on with everybody: late, but to all. */
async function nextActive(
  { db, peers: { graph } }: Pick<LaneParts, "db" | "peers">,
  job: Outgoing,
  cursor: string,
  signal: AbortSignal,
): Promise<Page> {
  const active: string[] = [];
  let reached = "";
  const enough = new AbortController();
  const asked = { accountId: job.actorId, tiers: [ActivityTier.ACTIVE], cursor, chunkSize: 1_000 };
  const bounds = { signal: AbortSignal.any([signal, enough.signal]), timeoutMs: PATIENCE_MS };
  try {
    for await (const chunk of graph.streamFollowerIds(asked, bounds)) {
      active.push(...chunk.followerIds);
      reached = chunk.cursor;
      if (active.length >= PAGE) break;
    }
  } catch {
    reached = "";
  } finally {
    enough.abort();
  }
  const packed = active.length > 0 ? await packAmong(db, job, active) : [];
  return { packed, followers: active.length, cursor: active.length >= PAGE && reached ? `${ACTIVE}${reached}` : ALL };
}
