import { sql } from "../store/sql.ts";
import type { Running } from "./running.ts";
import type { Shared } from "./shared.ts";

const LOOK_MS = 2_000;

/** Asks every database whether it answers, so that readiness says the truth about it. */
export function watchStores(running: readonly Running[], { readiness, redis, lent }: Shared): Disposable {
  const keeping = running.filter(({ service }) => service.migrations);
  let looking = false;
  const look = async () => {
    readiness.set("redis", redis.up, "not connected", false);
    for (const { service, deps } of keeping) {
      const name = `database ${service.name}`;
      await deps.db.query(sql`select 1`).then(
        () => readiness.set(name, true),
        (error) => readiness.set(name, false, String(error)),
      );
    }
  };
  return lent.timers.every(LOOK_MS, () => {
    if (looking) return;
    looking = true;
    void look().finally(() => {
      looking = false;
    });
  });
}
