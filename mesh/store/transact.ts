import type { AsyncLocalStorage } from "node:async_hooks";
import type { Pool } from "pg";
import type { Context } from "../context.ts";
import type { Tx } from "./commit.ts";
import { lostRace, translate } from "./database-failure.ts";
import { type Entry, event, type Place, writeEntries } from "./log.ts";
import type { Sql } from "./sql.ts";

const ATTEMPTS = 4;

interface Parts {
  readonly pool: Pool;
  readonly open: AsyncLocalStorage<boolean>;
  readonly announce: (places: readonly Place[], context: Context | undefined) => void;
}

/** Runs work in one transaction on the bare driver: what consumers do hundreds of times a second needs no ORM around it. */
export async function transact<A>({ pool, open, announce }: Parts, work: (tx: Tx) => Promise<A>): Promise<A> {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect().catch((error) => {
      throw translate(error);
    });
    let broken = false;
    const endings: (() => void)[] = [];
    try {
      const entries: Entry[] = [];
      const query = async <Row>({ name, text, values }: Sql): Promise<Row[]> =>
        (await client.query({ name, text, values: [...values] })).rows as Row[];
      const tx: Tx = {
        query,
        publish: (schema, init, trace) => void entries.push(event(schema, init, trace)),
        ended: (then) => void endings.push(then),
      };
      await client.query("begin");
      const answer = await open.run(true, () => work(tx));
      const places = await writeEntries(query, entries, "");
      await client.query("commit");
      announce(places, undefined);
      for (const then of endings) then();
      return answer;
    } catch (error) {
      await client.query("rollback").catch(() => {
        broken = true; // the connection went with the transaction
      });
      if (!broken) for (const then of endings) then();
      if (!lostRace(error) || attempt === ATTEMPTS) throw translate(error);
    } finally {
      client.release(broken);
    }
  }
}
