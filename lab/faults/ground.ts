import { inject } from "vitest";
import { openKeyring } from "#mesh/identity/keyring.ts";
import { type Db, openDatabase } from "#mesh/store/database.ts";
import { connect, urlsOf } from "#mesh/store/provision.ts";
import { sql } from "#mesh/store/sql.ts";
import { copyDatabases, dropDatabases } from "#mesh/testing/databases.ts";
import { freePort } from "../../cli/servers/port.ts";
import { pair } from "./pair.ts";
import { type Kept, keepWorker } from "./process.ts";

/** The pair in processes of their own, and a look into their databases. */
export interface Ground extends AsyncDisposable {
  readonly namespace: string;
  readonly announcer: Kept;
  readonly listener: Kept;
  /** The announcer's database: what is written here, the relay of its process carries. */
  readonly made: Db;
  readonly heard: Db;
  /** Where the announcer is called. */
  readonly url: string;
  /** Another replica of the listener. */
  secondListener(): Promise<Kept>;
  /** Waits until the listener stands where the log ends. */
  settled(withinMs: number): Promise<void>;
}

/** What may differ from the usual; `fault` is where the first few lives end. */
export interface GroundOptions {
  readonly env?: Record<string, string>;
  readonly fault?: string;
  readonly faults?: number;
}

/** Starts both on fresh databases. */
export async function startGround({ env: more = {}, fault = "", faults = 3 }: GroundOptions = {}): Promise<Ground> {
  const { postgres, redis, nats, keys } = inject("servers");
  const namespace = `f_${crypto.randomUUID().slice(0, 8)}`;
  await using scope = new AsyncDisposableStack();
  await copyDatabases(pair, { postgres, keys }, `${namespace}_`);
  scope.defer(() => dropDatabases(pair, postgres, `${namespace}_`));
  const port = await freePort();
  const env = {
    ...{ DATABASE_URL: postgres, REDIS_URL: redis, NATS_URL: nats, SKEIN_KEYS: keys, SKEIN_NAMESPACE: namespace },
    ...{ DATABASE_PREFIX: `${namespace}_`, ADMIN_PORT: "-1", LOG_LEVEL: process.env.TEST_LOG ?? "silent", ...more },
  };
  const keep = (name: string, own: Record<string, string>) =>
    scope.use(keepWorker(name, (deaths) => ({ ...env, ...own, ...(fault && deaths < faults && { FAULT_AT: fault }) })));
  const peers = { MESH_PEERS: `identity=http://127.0.0.1:${port}` };
  const announcer = keep("identity", { MESH_PORT: String(port) });
  const listener = keep("content", peers);
  const open = (service: string, connections: number) => {
    const { data: url } = urlsOf(postgres, `${namespace}_`, openKeyring(keys, service));
    return openDatabase({ url, service, entities: [], connections });
  };
  const made = scope.use(await open("identity", 66));
  const heard = scope.use(await open("content", 2));
  await Promise.all([announcer.ready(), listener.ready()]);
  const owned = scope.move();
  return {
    ...{ namespace, url: `http://127.0.0.1:${port}`, announcer, listener, made, heard },
    async secondListener() {
      const second = owned.use(keepWorker("content", () => ({ ...env, ...peers })));
      await second.ready();
      return second;
    },
    async settled(withinMs) {
      const heads = await made.query<Row>(sql`select partition, seq from log_head where seq > 0`);
      await expectWithin(withinMs, async () => {
        const rows = await heard.query<Row>(sql`select partition, seq from consumer_position where seq > 0`);
        const at = new Map(rows.map(({ partition, seq }) => [partition, seq]));
        const behind = heads.filter(({ partition, seq }) => at.get(partition) !== seq);
        return behind.length === 0 ? undefined : `${behind.length} partitions are not where the log ends`;
      });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface Row {
  readonly partition: number;
  readonly seq: string;
}

async function expectWithin(ms: number, wrong: () => Promise<string | undefined>): Promise<void> {
  const end = performance.now() + ms;
  for (;;) {
    const words = await wrong();
    if (!words) return;
    if (performance.now() > end) throw new Error(`${words}, after ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A connection of its own to the announcer's database, for transactions that hold back their commit. */
export const rawConnection = (namespace: string) => {
  const { postgres, keys } = inject("servers");
  return connect(urlsOf(postgres, `${namespace}_`, openKeyring(keys, "identity")).data);
};
