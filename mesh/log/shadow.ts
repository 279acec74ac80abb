import pg from "pg";
import type { Keeps, KeptTable } from "../consumer.ts";
import type { Tx } from "../store/commit.ts";
import type { Db } from "../store/database.ts";
import { translate } from "../store/database-failure.ts";
import { connect } from "../store/provision.ts";
import type { Sql } from "../store/sql.ts";

/**
 * Copies of a consumer's tables, empty at first, seen by one connection in their place: temporary tables, which hide
 * those of the same name. They are not logged, and gone with the connection whatever becomes of this process.
 */
export interface Shadow extends AsyncDisposable {
  readonly tables: readonly ShadowTable[];
  /** Work on the copies; whoever tries to write anything else is refused by the database. */
  build<A>(work: (tx: Tx) => Promise<A>): Promise<A>;
  /** Work on the real tables, by their plain names; the copies are there as `pg_temp.<name>`. */
  replace<A>(work: (tx: Tx) => Promise<A>): Promise<A>;
}

/** A table and its columns, their names as SQL wants them. */
export interface ShadowTable extends KeptTable {
  readonly name: string;
  /** Where the keys of rows that differ are put, with a number. */
  readonly differing: string;
  readonly keys: readonly string[];
  readonly compared: readonly string[];
  readonly copied: readonly string[];
  /** Those that are copied if the row is new. */
  readonly decisions: readonly string[];
}

/** Times arrive as text, as they do from the pool. */
const TIMES = [1082, 1114, 1184, 1186];
// Of a statement over a whole partition; and of a transaction while the owner is asked for more.
const SETTINGS = `set application_name to 'skein shadow'; set timezone to 'UTC'; set statement_timeout to '10min';
  set lock_timeout to '10s'; set idle_in_transaction_session_timeout to '60s'; set temp_buffers to '32MB'`;

/** Makes the copies, on a connection beyond the pool. */
export async function openShadow(
  db: Db,
  keeps: Keeps<never>,
  partition: number,
  signal?: AbortSignal,
): Promise<Shadow> {
  const client = await connect(db.url).catch((error) => {
    throw translate(error);
  });
  const close = () => client.end().catch(() => undefined);
  signal?.addEventListener("abort", close, { once: true });
  for (const oid of TIMES) client.setTypeParser(oid, String);
  // No names: a statement prepared for a connection that lives so shortly is worth nothing.
  const query = async <Row>({ text, values }: Sql): Promise<Row[]> =>
    (await client.query({ text, values: [...values] })).rows as Row[];
  // What a handler announces is announced when it handles the event for good.
  const tx: Tx = { query, publish: () => undefined, ended: () => undefined };
  const within = async <A>(begin: string, work: (tx: Tx) => Promise<A>): Promise<A> => {
    try {
      await client.query(begin);
      const answer = await work(tx);
      await client.query("commit");
      return answer;
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      signal?.throwIfAborted();
      throw translate(error);
    }
  };
  try {
    await client.query(SETTINGS);
    for (const sequence of keeps.sequences ?? [])
      await client.query(`create temporary sequence ${pg.escapeIdentifier(sequence)}`);
    for (const table of [...keeps.tables.map((one) => one.table), ...(keeps.besides ?? [])]) await copyOf(query, table);
    const tables: ShadowTable[] = [];
    for (const one of keeps.tables) tables.push(await prepared(query, one));
    for (const statement of keeps.prepare?.(partition) ?? []) await query(statement);
    return {
      tables,
      // Temporary tables may be written in a transaction that only reads.
      build: (work) => within("begin transaction read only", work),
      replace: (work) => within("begin; set local search_path to public, pg_temp", work),
      async [Symbol.asyncDispose]() {
        signal?.removeEventListener("abort", close);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw translate(error);
  }
}

/** An empty table like another one. What draws its default from a sequence stays empty: real sequences are not drawn from. */
async function copyOf(query: Tx["query"], table: string): Promise<void> {
  const name = pg.escapeIdentifier(table);
  await query(plain(`create temporary table ${name} (like public.${name} including all)`));
  const drawn = await query<{ column: string }>(
    plain(
      `select a.attname::text as column from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
        where d.adrelid = format('pg_temp.%I', $1::text)::regclass and pg_get_expr(d.adbin, d.adrelid) like 'nextval(%'`,
      table,
    ),
  );
  for (const { column } of drawn) {
    const its = `alter ${pg.escapeIdentifier(column)}`;
    await query(plain(`alter table pg_temp.${name} ${its} drop not null, ${its} drop default`));
  }
}

/** Looks at a table's columns, and makes room for the keys of rows that differ. */
async function prepared(query: Tx["query"], one: KeptTable): Promise<ShadowTable> {
  const found = await query<{ column: string; generated: boolean; place: number | null }>(
    plain(
      `select a.attname::text as column, a.attgenerated <> '' as generated,
          array_position(string_to_array(i.indkey::text, ' ')::int[], a.attnum::int) as place
        from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
        where a.attrelid = format('public.%I', $1::text)::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`,
      one.table,
    ),
  );
  const keys = found.filter(({ place }) => place !== null).sort((a, b) => (a.place ?? 0) - (b.place ?? 0));
  if (keys.length === 0) throw new Error(`${one.table} has no primary key: it cannot be built beside itself`);
  const { table, decided = [], stamps = [], loose = [] } = one;
  const names = (some: typeof found) => some.map(({ column }) => pg.escapeIdentifier(column));
  const said = found.filter(({ column }) => ![...decided, ...stamps].includes(column));
  const key = names(keys);
  const differing = pg.escapeIdentifier(`differing ${table}`);
  const name = pg.escapeIdentifier(table);
  await query(
    plain(
      `create temporary table ${differing} as select 0::bigint as n, ${key.join(", ")} from public.${name} with no data`,
    ),
  );
  return {
    ...one,
    ...{ name, differing, keys: key, decisions: decided.map((column) => pg.escapeIdentifier(column)) },
    compared: names(said.filter(({ column }) => !loose.includes(column))),
    copied: names(said.filter(({ generated }) => !generated)),
  };
}

/** A statement whose names come from code and catalogue: tables cannot be parameters. */
export const plain = (text: string, ...values: unknown[]): Sql => ({ text, values, name: "" });
