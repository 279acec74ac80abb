import type { Digest } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { type Sql, sql } from "../store/sql.ts";

/**
 * The rows of a kind in one partition in words that an owner and a projection write alike: column `key` names a row,
 * `says` tells what is compared of it; both are text.
 */
export type InWords = (partition: number) => Sql;

/** A moment in words; `column` is a name out of code. Messages carry moments to the millisecond, and so do projections. */
export const inMs = (column: string): Sql => ({
  ...{ text: `trunc(extract(epoch from ${column}) * 1000)::bigint`, values: [], name: column },
});

/** Ranges that the hash of a key falls into: so far a difference is narrowed down before anybody reads rows. */
export const RANGES = 256;

/** What rows come to, and where the log stood for whoever looked. */
export interface Digested {
  readonly seq: bigint;
  readonly sums: readonly bigint[];
  readonly rows: readonly number[];
}

/** One range, or none: a set without rows has a position too. */
export interface RangeRow {
  readonly seq: string | null;
  readonly range: number | null;
  readonly rows: number | null;
  readonly sum: string | null;
}

/** One statement, hence one view of everything: where the log stands (column `seq`), and what the rows come to then. */
export const digestOf = (position: Sql, words: Sql): Sql => sql`select at.seq, d.range, d.rows, d.sum
  from (select (${position}) as seq) as at left join (
    select ('x' || substr(md5(w.key), 1, 2))::bit(8)::int as range, count(*)::int as rows,
      sum(('x' || substr(md5(w.key || chr(31) || w.says), 1, 16))::bit(64)::bigint)::text as sum
    from (${words}) as w group by 1) as d on true`;

/** Puts the ranges in their places. */
export function digested(found: readonly RangeRow[]): Digested {
  const sums = new Array<bigint>(RANGES).fill(0n);
  const rows = new Array<number>(RANGES).fill(0);
  for (const one of found) {
    if (one.range === null) continue;
    sums[one.range] = BigInt.asUintN(64, BigInt(one.sum ?? 0));
    rows[one.range] = one.rows ?? 0;
  }
  return { seq: BigInt(found[0]?.seq ?? 0), sums, rows };
}

/** The ranges in which two sides differ. */
export const differing = (one: Pick<Digest, "sums" | "rows">, other: Pick<Digested, "sums" | "rows">): number[] =>
  Array.from({ length: RANGES }, (_, range) => range).filter(
    (range) => one.sums[range] !== other.sums[range] || one.rows[range] !== other.rows[range],
  );

/** How many rows there are in all. */
export const rowsIn = ({ rows }: { readonly rows: readonly number[] }): number =>
  rows.reduce((sum, one) => sum + one, 0);
