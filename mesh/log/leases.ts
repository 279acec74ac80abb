import type { Logger } from "pino";
import type { Lent } from "../lent.ts";
import type { Db } from "../store/database.ts";
import { sql } from "../store/sql.ts";

/** The parts of some work that this process does. */
export interface Leases extends AsyncDisposable {
  readonly held: ReadonlySet<number>;
  /** Looks now instead of at the next beat. */
  renew(): Promise<void>;
}

/** Called as parts come and go; a part that was lost may already be somebody else's. */
export interface LeaseListener {
  gained(part: number): void;
  lost(part: number): void;
}

const LEASE_MS = 3_000;
const BEAT_MS = 1_000;
const LEASE_S = LEASE_MS / 1_000;
/** A replica that was not heard of for so long is forgotten. */
const FORGET_S = 60;

/**
 * Shares the parts of a work among the replicas of a service, evenly, by rows in its database and the database's time.
 * A lease is an economy: for moments two may believe to hold a part, and the fence is the checkpoint row.
 */
export function holdLeases(
  { db, lent, log }: { db: Db; lent: Lent; log: Logger },
  work: string,
  count: number,
  on: LeaseListener,
): Leases {
  // Replicas that divide the work otherwise, in a rollout, do it apart: leases of both would leave parts to nobody.
  const name = `${work}/${count}`;
  const me = `${name} ${lent.ids.next()}`; // ids grow: the oldest replicas take what cannot be divided
  const held = new Set<number>();
  let expiry: Disposable | undefined;
  let beating: Promise<void> | undefined;
  let closed = false;

  const tell = (now: ReadonlySet<number>) => {
    for (const part of held.difference(now)) {
      held.delete(part);
      on.lost(part);
    }
    for (const part of now.difference(held)) {
      held.add(part);
      on.gained(part);
    }
  };
  async function beat(): Promise<void> {
    // Ours runs out before the database's, which begins to count when the statement arrives there.
    const runsOut = lent.timers.after(LEASE_MS, () => tell(new Set()));
    try {
      const rows = await claim(db, name, me, count);
      if (closed) return runsOut[Symbol.dispose]();
      expiry?.[Symbol.dispose]();
      expiry = runsOut;
      tell(new Set(rows.map(({ part }) => part)));
    } catch (error) {
      runsOut[Symbol.dispose]();
      log.debug({ lease: name, cause: error }, "leases not renewed");
    }
  }
  const renew = (): Promise<void> => {
    if (closed) return Promise.resolve();
    beating ??= beat().finally(() => {
      beating = undefined;
    });
    return beating;
  };
  const timer = lent.timers.every(BEAT_MS, () => void renew());
  void renew();
  return {
    held,
    renew,
    async [Symbol.asyncDispose]() {
      closed = true;
      timer[Symbol.dispose]();
      await beating;
      expiry?.[Symbol.dispose]();
      tell(new Set());
      await release(db, name, me).catch((error) => log.debug({ lease: name, cause: error }, "leases not released"));
    },
  };
}

/**
 * One beat: says that we live, counts who else does, keeps or takes our fair share, and gives back what is more. Parts
 * of which another replica is quicker are simply not among the answer.
 */
const claim = (db: Db, name: string, me: string, count: number): Promise<{ part: number }[]> =>
  db.query(sql`with beat as (insert into replica (id, seen_at) values (${me}, now())
      on conflict (id) do update set seen_at = excluded.seen_at),
    forgotten as (delete from replica where seen_at < now() - make_interval(secs => ${FORGET_S}::int) and id <> ${me}),
    living as (select id from replica where starts_with(id, ${`${name} `}) and id <> ${me}
        and seen_at > now() - make_interval(secs => ${LEASE_S}::int)),
    share as (select ${count}::int / (count(*) + 1)
        + case when count(*) filter (where id < ${me}) < ${count}::int % (count(*) + 1) then 1 else 0 end as parts from living),
    mine as (select part, row_number() over (order by part) <= (select parts from share) as fair
      from lease where name = ${name} and holder = ${me} and part < ${count}::int),
    kept as (update lease set held_until = now() + make_interval(secs => ${LEASE_S}::int)
      from mine where lease.name = ${name} and lease.holder = ${me} and lease.part = mine.part and mine.fair
      returning lease.part),
    returned as (update lease set holder = '', held_until = '-infinity'
      from mine where lease.name = ${name} and lease.holder = ${me} and lease.part = mine.part and not mine.fair),
    free as (select part from generate_series(0, ${count}::int - 1) as part
      where not exists (select 1 from lease where lease.name = ${name} and lease.part = part.part
        and (held_until > now() or holder = ${me}))
      order by part limit greatest(0, (select parts from share) - (select count(*) from mine))),
    taken as (insert into lease (name, part, holder, held_until)
      select ${name}, part, ${me}, now() + make_interval(secs => ${LEASE_S}::int) from free
      on conflict (name, part) do update set holder = excluded.holder, held_until = excluded.held_until
        where lease.held_until < now()
      returning part)
    select part from kept union all select part from taken`);

const release = (db: Db, name: string, me: string): Promise<unknown> =>
  db.query(sql`with gone as (delete from replica where id = ${me})
    update lease set holder = '', held_until = '-infinity' where name = ${name} and holder = ${me}`);
