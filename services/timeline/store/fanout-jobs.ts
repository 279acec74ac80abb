import type { Tx } from "#mesh/store/commit.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Outgoing } from "./fanout.ts";

type Query = Pick<Tx, "query">;

/** A delivery to many, in somebody's hands for a while. `tier` is missing while nobody knows the entry. */
export interface FanoutJob extends Outgoing {
  readonly cursor: string;
  readonly tier: number | undefined;
  readonly old: boolean;
}

/** A worker that does not come back loses its job after so long. */
const LEASE_S = 10;
/** An entry that nobody knows of after so long was taken back, or never came to be. */
const FORGET = "1 day";

/** Notes deliveries to be made; those that are noted already stay as they are. */
export async function addJobs(tx: Query, outgoing: readonly Outgoing[]): Promise<void> {
  if (outgoing.length === 0) return;
  await tx.query(sql`insert into fanout_job (entry_id, actor_id, created_at, taken_until)
    select entry_id, actor_id, now(), now() from unnest(${outgoing.map(({ entryId }) => entryId)}::uuid[],
      ${outgoing.map(({ actorId }) => actorId)}::uuid[]) as o (entry_id, actor_id) on conflict do nothing`);
}

/** Takes the job that has waited longest for a turn: so each author gets a page in turn. */
export async function takeJob(db: Pick<Db, "query">, worker: string): Promise<FanoutJob | undefined> {
  const [row] = await db.query<{
    entry_id: string;
    actor_id: string;
    cursor: string;
    tier: number | null;
    old: boolean;
  }>(sql`
    update fanout_job j set taken_by = ${worker}, taken_until = now() + make_interval(secs => ${LEASE_S})
    from (select entry_id from fanout_job where taken_until <= now() order by taken_until, entry_id
      limit 1 for update skip locked) as next
    where j.entry_id = next.entry_id
    returning j.entry_id, j.actor_id, j.cursor, j.created_at < now() - ${FORGET}::interval as old,
      (select tier from entry e where e.entry_id = j.entry_id) as tier`);
  if (!row) return undefined;
  const { entry_id, actor_id, cursor, tier, old } = row;
  return { entryId: entry_id, actorId: actor_id, cursor, tier: tier ?? undefined, old };
}

/** Goes on behind the cursor at the next turn, which comes after everybody else's; not at all if it was taken away. */
export const saveJob = (db: Pick<Db, "query">, worker: string, entryId: string, cursor: string, followers: number) =>
  db.query(sql`update fanout_job set cursor = ${cursor}, delivered = delivered + ${followers}::int, taken_by = null,
    taken_until = now() where entry_id = ${entryId} and taken_by = ${worker}`);

/** Waits as long as it has waited already, an hour at most, or what is said. */
export const postponeJob = (db: Pick<Db, "query">, worker: string, entryId: string, longest = "1 hour") =>
  db.query(sql`update fanout_job set taken_by = null,
      taken_until = now() + least(greatest(now() - created_at, interval '100 ms'), ${longest}::interval)
    where entry_id = ${entryId} and taken_by = ${worker}`);

/** Done with. */
export const endJob = (db: Pick<Db, "query">, worker: string, entryId: string) =>
  db.query(sql`delete from fanout_job where entry_id = ${entryId} and taken_by = ${worker}`);

/** How much is waiting, and an account's own share in it. */
export async function readFanout(db: Pick<Db, "query">, accountId: string | undefined, horizon: string) {
  const [row] = await db.query<{
    jobs: string;
    oldest_ms: string | null;
    tier: number | null;
    followers: string;
    pulled: string;
  }>(sql`
    select (select count(*) from fanout_job) as jobs,
      (select floor(extract(epoch from now() - min(created_at)) * 1000)::bigint from fanout_job) as oldest_ms,
      (select tier from fanout_tier where account_id = ${accountId ?? null}::uuid) as tier,
      (select count(*) from follow where followee_id = ${accountId ?? null}::uuid) as followers,
      (select count(distinct actor_id) from entry where tier = 2 and entry_id > ${horizon}::uuid) as pulled`);
  return {
    jobs: BigInt(row?.jobs ?? 0),
    oldestMs: row?.oldest_ms ? Number(row.oldest_ms) : undefined,
    pulled: row?.tier === 2,
    followers: BigInt(row?.followers ?? 0),
    pulledAuthors: BigInt(row?.pulled ?? 0),
  };
}
