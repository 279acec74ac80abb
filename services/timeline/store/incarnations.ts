import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";

/** What is known of one bucket's homes: `server` is the Redis that they were last seen in. */
export interface Incarnation {
  readonly bucket: number;
  readonly incarnation: number;
  readonly server: string;
}

/** All that were ever written down. */
export const readIncarnations = (db: Pick<Db, "query">): Promise<Incarnation[]> =>
  db.query(sql`select bucket, incarnation, canary as server from home_incarnation`);

/** Moves buckets from what was read of them to something new; who comes second changes nothing. */
export const bumpIncarnations = (
  db: Pick<Db, "query">,
  moves: readonly { bucket: number; from: number; to: number }[],
  server: string,
): Promise<unknown> =>
  db.query(sql`with moved as (select * from unnest(${moves.map(({ bucket }) => bucket)}::smallint[],
      ${moves.map(({ from }) => from)}::int[], ${moves.map(({ to }) => to)}::int[]) as m (bucket, former, next)),
    begun as (insert into home_incarnation (bucket, incarnation, canary)
      select bucket, next, ${server} from moved where former = 0 on conflict do nothing)
    update home_incarnation h set incarnation = moved.next, canary = ${server}
      from moved where h.bucket = moved.bucket and h.incarnation = moved.former`);

/**
 * Makes homes cold, those of one bucket or all, as soon as the transaction commits and its guards have noticed: for whoever
 * replaces what homes are made of.
 */
export const coolHomes = (tx: Pick<Db, "query">, bucket?: number): Promise<unknown> =>
  tx.query(sql`update home_incarnation set incarnation = incarnation + 1
    where ${bucket ?? null}::smallint is null or bucket = ${bucket ?? null}::smallint`);
