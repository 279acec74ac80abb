import type { AsyncLocalStorage } from "node:async_hooks";
import type { Pool, PoolClient } from "pg";
import type { Context } from "../context.ts";
import type { Tx } from "./commit.ts";
import { lostRace, translate } from "./database-failure.ts";
import { gathered } from "./gathered.ts";
import { type Entry, event, type Place, writeEntries } from "./log.ts";
import type { Sql } from "./sql.ts";

const ATTEMPTS = 4;

interface Parts {
  readonly pool: Pool;
  readonly open: AsyncLocalStorage<boolean>;
  readonly announce: (places: readonly Place[], context: Context | undefined) => void;
}

/** What a transaction begins with. It is sent with the first statement of the work, and only if there is one. */
export interface Opening {
  readonly statement: Sql;
  /** Looks at its rows; throws if the work must not go on. */
  readonly check: (rows: readonly unknown[]) => void;
}

/** A transaction under way: how its beginning went is known when the first answer is. */
interface Begun {
  readonly client: PoolClient;
  readonly opened: Promise<unknown>;
}

/**
 * Runs work in one transaction on the bare driver: what consumers do hundreds of times a second needs no ORM around it.
 * Statements that are asked for at one moment travel together; work that asks for none costs nothing.
 */
export async function transact<A>(
  { pool, open, announce }: Parts,
  work: (tx: Tx) => Promise<A>,
  opening?: Opening,
): Promise<A> {
  for (let attempt = 1; ; attempt++) {
    const entries: Entry[] = [];
    const endings: (() => void)[] = [];
    let begun: Promise<Begun> | undefined;
    let over = false;
    const query = async <Row>(statement: Sql): Promise<Row[]> => {
      if (!over) begun ??= begin(pool, opening);
      const { client, opened } = (await begun) ?? {};
      // One part of the work failed and another went on: the connection is somebody else's by now.
      if (over || !client) throw new Error("the transaction is over");
      const asked = ask<Row>(client, statement);
      asked.catch(() => undefined); // if the beginning went wrong, that is what there is to say
      await opened;
      return asked;
    };
    const tx: Tx = {
      query,
      publish: (schema, init, trace) => void entries.push(event(schema, init, trace)),
      ended: (then) => void endings.push(then),
    };
    let broken = false;
    try {
      const answer = await open.run(true, () => work(tx));
      const places = await writeEntries(query, entries, "");
      over = true;
      if (begun) await commit(await begun);
      announce(places, undefined);
      for (const then of endings) then();
      return answer;
    } catch (error) {
      over = true;
      const client = await begun?.then(
        (made) => made.client,
        () => undefined,
      );
      await client?.query("rollback").catch(() => {
        broken = true; // the connection went with the transaction
      });
      if (!broken) for (const then of endings) then();
      if (!lostRace(error) || attempt === ATTEMPTS) throw translate(error);
    } finally {
      await begun?.then(
        ({ client }) => client.release(broken),
        () => undefined,
      );
    }
  }
}

async function begin(pool: Pool, opening: Opening | undefined): Promise<Begun> {
  const client = await pool.connect();
  const began = gathered(client, () => client.query("begin"));
  const moved = opening && ask(client, opening.statement).then(opening.check);
  const opened = began.then(() => moved);
  for (const one of [moved, opened]) one?.catch(() => undefined); // whoever asks something hears of it
  return { client, opened };
}

const ask = async <Row>(client: PoolClient, { name, text, values }: Sql): Promise<Row[]> =>
  (await gathered(client, () => client.query({ name, text, values: [...values] }))).rows as Row[];

async function commit({ client, opened }: Begun): Promise<void> {
  await opened;
  const { command } = await client.query("commit");
  if (command !== "COMMIT") throw new Error("a statement of the transaction failed, and nobody minded");
}
