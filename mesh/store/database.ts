import { AsyncLocalStorage } from "node:async_hooks";
import type { EntityManager } from "@mikro-orm/postgresql";
import { MikroORM } from "@mikro-orm/postgresql";
import type { Pool, PoolClient, QueryConfig, QueryResult } from "pg";
import { type Context, current, spend } from "../context.ts";
import { createCommit, type EntityTx, type Tx, type Write } from "./commit.ts";
import { translate } from "./database-failure.ts";
import type { Entities } from "./entities.ts";
import { gathered } from "./gathered.ts";
import type { Place } from "./log.ts";
import { reclaimLost } from "./lost-connections.ts";
import { connect } from "./provision.ts";
import { type Sql, sql } from "./sql.ts";
import type { SharedWrite } from "./together.ts";
import { type Opening, transact } from "./transact.ts";

/** A service's own database. */
export interface Db extends AsyncDisposable {
  /** Runs one prepared statement; counted, and cancelled in the server when the call ends. */
  query<Row>(statement: Sql): Promise<Row[]>;
  /** An effect and its log entries in one statement; returns the rows of the effect, none if nothing happened. */
  write<Row = unknown>(context: Context | undefined, write: Write): Promise<Row[]>;
  /** Like write, in one statement with others of its kind that come at the same moment: each happens, or does not, for itself. */
  writeTogether<Row = unknown, Item = never>(context: Context | undefined, write: SharedWrite<Item>): Promise<Row[]>;
  /** Runs a unit of work in one transaction: idempotency claim first, log entries and recorded answer last. */
  commit<A>(context: Context | undefined, work: (tx: EntityTx) => Promise<A>): Promise<A>;
  /** Like commit, for answers that hold tokens: `again` proves the caller anew for the subject that `work` named. */
  commitOnce<A>(
    context: Context,
    work: (tx: EntityTx) => Promise<{ subject: string; answer: A }>,
    again: (subject: string) => Promise<A>,
  ): Promise<A>;
  /**
   * One transaction that belongs to no call: no idempotency, no entities, nothing but its statements and its events. What
   * it begins with is sent with its first statement; without any there is no transaction.
   */
  transact<A>(work: (tx: Tx) => Promise<A>, opening?: Opening): Promise<A>;
  /** A fresh unit of work for reads through entities. */
  em(): EntityManager;
  /** Fires after each commit that wrote log entries, with the last of each partition. */
  onLogged(listener: (places: readonly Place[]) => void): void;
  /** Changes when the database was restored. */
  incarnation(): Promise<string>;
  /** Where it is, for the rare work that needs a connection of its own. */
  readonly url: string;
  readonly orm: MikroORM;
}

/** How a database is opened. */
export interface DatabaseOptions {
  readonly url: string;
  readonly service: string;
  readonly entities: Entities;
  readonly connections: number;
}

const GUARDS = "-c timezone=UTC -c statement_timeout=30s -c lock_timeout=5s -c idle_in_transaction_session_timeout=15s";
// Statements have names and are prepared once. Left to itself, PostgreSQL plans those that are given lists anew each time,
// which takes several times as long as running them; written for indexes, they need no look at the values. Those that do
// have no name.
const PLANS = "-c plan_cache_mode=force_generic_plan";

/** Opens the data role's pool; nothing is connected until the first statement. */
export async function openDatabase({ url, service, entities, connections }: DatabaseOptions): Promise<Db> {
  let pool: Pool | undefined;
  const orm = await MikroORM.init({
    clientUrl: url,
    entities: [...entities],
    discovery: { warnWhenNoEntities: false },
    ensureDatabase: false,
    debug: false,
    // Every statement that the ORM makes passes here; ours are counted where they are made.
    onQuery: (text) => {
      spend("sql");
      return text;
    },
    driverOptions: {
      max: connections,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 30_000,
      pipeline: true, // statements of one transaction need not wait for one another
      application_name: `skein ${service}`,
      options: `${GUARDS} ${PLANS}`,
      onPoolCreated: (made: Pool) => {
        pool = made;
        reclaimLost(made);
      },
    },
  });
  await orm.connect();
  if (!pool) throw new Error("the driver made no pool");
  const held = pool;
  const cancel = async (pid: number) => {
    await using control = await connect(url); // never out of the pool: it may be full of what is to be cancelled
    await control.query("select pg_cancel_backend($1)", [pid]);
  };
  const open = new AsyncLocalStorage<boolean>();
  const query = async <Row>(statement: Sql) => {
    // With every connection in a transaction that waits for one more, nobody would ever get on.
    if (open.getStore()) throw new Error("a transaction is open: its statements go through tx.query");
    return run<Row>(held, statement, cancel, current()?.signal);
  };
  const logged: ((places: readonly Place[]) => void)[] = [];
  const announce = (places: readonly Place[], context: Context | undefined) => {
    if (places.length === 0) return;
    for (const { partition, seq } of places) context?.noted.wrote.push({ partition, seq });
    for (const listener of logged) listener(places);
  };
  let known: Promise<string> | undefined;
  const incarnation = () => {
    known ??= query<{ id: string }>(sql`select id from incarnation order by since desc limit 1`).then(
      ([row]) => row?.id ?? "",
      (error) => {
        known = undefined;
        throw error;
      },
    );
    return known;
  };
  const em = () => {
    const signal = current()?.signal;
    return orm.em.fork(signal ? { signal, inflightQueryAbortStrategy: "cancel query" } : {});
  };
  return {
    orm,
    url,
    query,
    em,
    incarnation,
    onLogged: (listener) => void logged.push(listener),
    transact: (work, opening) => transact({ pool: held, open, announce }, work, opening),
    ...createCommit({ service, em, query, open, announce }),
    async [Symbol.asyncDispose]() {
      await orm.close(true);
      if (!held.ending) await held.end(); // the ORM closes a pool only if it has used it itself
    },
  };
}

async function run<Row>(
  pool: Pool,
  { name, text, values }: Sql,
  cancel: (pid: number) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<Row[]> {
  spend("sql");
  let client: PoolClient | undefined;
  let cancelling: Promise<void> | undefined;
  const giveUp = () => {
    const pid = (client as { processID?: number } | undefined)?.processID;
    if (pid) cancelling = cancel(pid).catch(() => undefined); // it then runs into its time limit instead
  };
  try {
    signal?.throwIfAborted();
    client = await pool.connect();
    signal?.throwIfAborted();
    signal?.addEventListener("abort", giveUp, { once: true });
    const asked = { name, text, values: [...values] };
    const { rows } = await (name === "" ? plannedForValues(client, asked) : client.query(asked));
    return rows as Row[];
  } catch (error) {
    throw translate(error);
  } finally {
    signal?.removeEventListener("abort", giveUp);
    // The connection goes back only when the cancellation is through: it must not hit the next statement.
    await cancelling;
    client?.release();
  }
}

/** In one packet: how the connection plans is changed, and changed back, around the statement. */
async function plannedForValues(client: PoolClient, asked: QueryConfig): Promise<QueryResult> {
  const [, answer] = await gathered(client, () =>
    Promise.allSettled([
      client.query("set plan_cache_mode = force_custom_plan"),
      client.query(asked),
      client.query("reset plan_cache_mode"),
    ]),
  );
  if (answer.status === "rejected") throw answer.reason;
  return answer.value;
}
