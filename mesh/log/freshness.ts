import { PARTITIONS } from "../partition.ts";
import type { Db } from "../store/database.ts";
import { sql } from "../store/sql.ts";
import type { Heads } from "./courier.ts";
import type { Feed } from "./feed.ts";
import type { ConsumerRunner } from "./runner.ts";

/** Up to when everything that a source announced has been applied. */
export interface Freshness {
  /** Compares positions with the heads that were told; cheap, called often. */
  look(): void;
  /** What this process knows, of the partitions that it works on. */
  readonly here: Date;
  /** Over all replicas, as long as every partition is this one's. */
  readonly known: Date | undefined;
  /** Over all replicas; asks the database where it must. */
  asOf(): Promise<Date>;
}

const LONG_AGO = new Date(0);

/** Follows one consumer in one source. */
export function followFreshness(runner: ConsumerRunner, feed: Feed, db: Db): Freshness {
  let awaited: Heads | undefined;
  let fresh = LONG_AGO;
  let tenure: number | undefined;
  let alone = false;
  // A partition that has just become ours may be far behind: until all of them were looked at nothing is fresh.
  const here = (): Date => (runner.tenure === tenure ? fresh : LONG_AGO);
  const reached = ({ heads }: Heads): boolean =>
    heads.every((head, partition) => (runner.position(partition) ?? head) >= head);
  const everywhere = (): boolean => {
    for (let partition = 0; partition < PARTITIONS; partition++)
      if (runner.position(partition) === undefined) return false;
    return true;
  };
  // What the last look found stays true, whoever takes a partition over meanwhile: no position goes back.
  const known = (): Date | undefined => ((runner.tenure === tenure ? alone : everywhere()) ? here() : undefined);
  return {
    get here() {
      return here();
    },
    get known() {
      return known();
    },
    look() {
      alone = everywhere(); // here and not in every call: it goes through all partitions
      if (runner.tenure === undefined) return;
      if (runner.tenure !== tenure) [tenure, fresh, awaited] = [runner.tenure, LONG_AGO, undefined];
      if (awaited && reached(awaited)) {
        if (awaited.at > fresh) fresh = awaited.at;
        awaited = undefined;
      }
      // One set of heads at a time: those of a second later would never all be reached under load.
      if (!awaited && feed.heads && feed.heads.at > fresh) awaited = feed.heads;
    },
    async asOf() {
      const at = known();
      if (at) return at;
      const [row] = await db.query<{ at: string | null }>(sql`select min(fresh_as_of) as at from consumer_state
        where consumer = ${runner.consumer.name} and source = ${runner.source}`);
      return row?.at ? new Date(row.at) : LONG_AGO;
    },
  };
}

/** Writes down what this process knows, for the other replicas and for whoever asks there. */
export async function saveFreshness(
  db: Db,
  known: readonly { runner: ConsumerRunner; incarnation: string; fresh: Freshness }[],
  parts: ReadonlySet<number>,
): Promise<void> {
  if (known.length === 0 || parts.size === 0) return;
  await db.query(sql`insert into consumer_state (consumer, source, part, incarnation, fresh_as_of, stuck)
    select k.consumer, k.source, part, k.incarnation, k.fresh, k.stuck
    from unnest(${known.map(({ runner }) => runner.consumer.name)}::text[], ${known.map(({ runner }) => runner.source)}::text[],
      ${known.map(({ incarnation }) => incarnation)}::text[], ${known.map(({ fresh }) => fresh.here)}::timestamptz[],
      ${known.map(({ runner }) => runner.stuck)}::text[]) as k (consumer, source, incarnation, fresh, stuck),
      unnest(${[...parts]}::smallint[]) as part
    on conflict (consumer, source, part) do update set incarnation = excluded.incarnation,
      fresh_as_of = greatest(consumer_state.fresh_as_of, excluded.fresh_as_of),
      stuck = case when excluded.stuck = '' then consumer_state.stuck else excluded.stuck end`);
}
