import { inject } from "vitest";
import { AccountDeactivatedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { openKeyring } from "../identity/keyring.ts";
import { logHeads } from "../log/read-log.ts";
import { type Db, openDatabase } from "../store/database.ts";
import { event } from "../store/log.ts";
import { urlsOf } from "../store/provision.ts";
import { sql } from "../store/sql.ts";
import { copyDatabases, dropDatabases } from "./databases.ts";
import { toy } from "./toy.ts";

/** A service's database without the service. */
export interface OwnLog extends AsyncDisposable {
  readonly db: Db;
  /** The same database as another process has it. */
  another(): Promise<Db>;
  /** Logs so many events about different accounts, in one transaction, or one after the other. */
  announce(count: number): Promise<void>;
  announceSingly(count: number): Promise<void>;
  /** Sum of the positions of all partitions. */
  written(): Promise<number>;
  carried(): Promise<number>;
}

const services = [toy("identity", [IdentityService], {})];
const person = (n: number) => `0193aaaa-0000-7000-8000-${String(n).padStart(12, "0")}`;

/** Opens a private copy of a toy's database. */
export async function openOwnLog(prefix: string): Promise<OwnLog> {
  const servers = inject("servers");
  await using unfinished = new AsyncDisposableStack();
  unfinished.defer(() => dropDatabases(services, servers.postgres, prefix));
  await copyDatabases(services, servers, prefix);
  const { data } = urlsOf(servers.postgres, prefix, openKeyring(servers.keys, "identity"));
  const open = () => openDatabase({ url: data, service: "identity", entities: [], connections: 4 });
  const db = unfinished.use(await open());
  const scope = unfinished.move();
  let next = 0;
  const sum = (numbers: readonly bigint[]) => Number(numbers.reduce((total, one) => total + one, 0n));
  return {
    db,
    another: async () => scope.use(await open()),
    announce: (count) =>
      db.commit(undefined, async (tx) => {
        for (let n = 0; n < count; n++) tx.publish(AccountDeactivatedSchema, { accountId: person(next++) });
      }),
    async announceSingly(count) {
      for (let n = 0; n < count; n++) {
        const publish = [event(AccountDeactivatedSchema, { accountId: person(next++) })];
        await db.write(undefined, { effect: sql`effect as (select 1 as one)`, publish });
      }
    },
    written: async () => sum(await logHeads(db.query)),
    async carried() {
      const rows = await db.query<{ seq: string }>(sql`select seq from relay_position`);
      return sum(rows.map(({ seq }) => BigInt(seq)));
    },
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}
