import pg from "pg";
import type { Consumer, Keeps } from "../consumer.ts";
import type { Tx } from "../store/commit.ts";
import { sql } from "../store/sql.ts";
import { plain, type Shadow, type ShadowTable } from "./shadow.ts";

/** So many rows are replaced at once: so long do locks around them last that somebody else may want. */
const CHUNK = 2_000;

/** Which partition of which consumer, and where its copy stands. */
export interface Swap {
  readonly consumer: Consumer<unknown>;
  readonly keeps: Keeps<unknown>;
  readonly deps: unknown;
  readonly source: string;
  readonly partition: number;
  readonly seq: bigint;
}

/**
 * Makes the rows of a partition equal to their copies and sets the consumer's position to theirs, in one transaction:
 * readers see all or nothing of it. Rows that are equal already are not touched. Returns how many were not, or where the
 * consumer stands if it is ahead of the copy: then nothing was done.
 */
export const swap = (shadow: Shadow, what: Swap): Promise<number | bigint> =>
  shadow.replace(async (tx) => {
    const { consumer, source, partition, seq } = what;
    // Whoever moves the position from another process waits here, and then finds that it was moved.
    const [stood] = await tx.query<{ seq: string }>(sql`insert into consumer_position (consumer, source, partition, seq)
      values (${consumer.name}, ${source}, ${partition}, 0)
      on conflict (consumer, source, partition) do update set seq = consumer_position.seq returning seq`);
    const before = BigInt(stood?.seq ?? 0);
    if (before > seq) return before;
    let repaired = 0;
    for (const table of shadow.tables) repaired += await replaceRows(tx, table, what);
    // What waits as a letter is in the rows already, and must not be redriven into them.
    await tx.query(sql`delete from dead_letter where consumer = ${consumer.name} and source = ${source}
      and partition = ${partition} and seq <= ${seq}`);
    await tx.query(sql`update consumer_position set seq = ${seq}
      where consumer = ${consumer.name} and source = ${source} and partition = ${partition}`);
    return repaired;
  });

async function replaceRows(tx: Tx, table: ShadowTable, { keeps, deps, partition }: Swap): Promise<number> {
  const { name, keys, compared, decisions, stamps = [] } = table;
  const differing = `pg_temp.${table.differing}`;
  const same = (one: string, other: string) => keys.map((key) => `${one}.${key} = ${other}.${key}`).join(" and ");
  const listed = (row: string, names: readonly string[]) => names.map((one) => `${row}.${one}`).join(", ");
  const equal = `row(${listed("s", compared)}) is not distinct from row(${listed("l", compared)})`;
  await tx.query(plain(`analyze pg_temp.${name}`));
  await tx.query(plain(`delete from ${differing}`)); // of an attempt that came too early
  // First those that are to go: what comes may have their place in another unique index.
  await tx.query(
    plain(
      `insert into ${differing} select row_number() over (), ${listed("l", keys)} from public.${name} l where l.shard = $1
        and not coalesce(${table.own ?? "false"}, false) and not exists (select 1 from pg_temp.${name} s where ${same("s", "l")})`,
      partition,
    ),
  );
  const [counted] = await tx.query<{ all: number }>(
    plain(`with gone as (select count(*) as rows from ${differing}),
      others as (insert into ${differing} select gone.rows + row_number() over (), ${listed("s", keys)}
        from gone, pg_temp.${name} s where not exists (select 1 from public.${name} l where ${same("s", "l")} and ${equal})
        returning 1)
      select ((select rows from gone) + (select count(*) from others))::int as all`),
  );
  const all = counted?.all ?? 0;
  const set = [
    ...table.copied.filter((one) => !keys.includes(one)).map((one) => `${one} = excluded.${one}`),
    ...stamps.map((one) => `${pg.escapeIdentifier(one)} = default`),
  ].join(", ");
  const copied = [...table.copied, ...decisions];
  for (let from = 0; from < all; from += CHUNK) {
    const chunk = `d.n > ${from} and d.n <= ${from + CHUNK}`;
    const rows = await tx.query<{ key: string }>(
      plain(`select concat_ws(' ', ${listed("d", keys)}) as key from ${differing} d where ${chunk}`),
    );
    const replace = async () => {
      await tx.query(
        plain(`delete from public.${name} l using ${differing} d where ${chunk} and ${same("l", "d")}
          and not exists (select 1 from pg_temp.${name} s where ${same("s", "l")})`),
      );
      await tx.query(
        plain(`insert into public.${name} (${copied.join(", ")}) select ${listed("s", copied)} from pg_temp.${name} s
          join ${differing} d on ${same("s", "d")} where ${chunk} order by ${listed("s", keys)}
          on conflict (${keys.join(", ")}) do ${set ? `update set ${set}` : "nothing"}`),
      );
    };
    const replacing = { tx, partition, table: table.table, keys: rows.map(({ key }) => key) };
    if (keeps.around) await keeps.around(replacing, replace, deps);
    else await replace();
  }
  return all;
}
