import type { Lent } from "../lent.ts";
import type { Db } from "../store/database.ts";
import { sql } from "../store/sql.ts";
import type { Running } from "./running.ts";
import type { Shared } from "./shared.ts";

const LOOK_MS = 2_000;
const PATIENCE_MS = 1_500;

/** Asks every database whether it answers, so that readiness says the truth about it. */
export function watchStores(running: readonly Running[], { readiness, redis, lent }: Shared): Disposable {
  const keeping = running.filter(({ service }) => service.migrations);
  let looking = false;
  const look = async () => {
    readiness.set("redis", redis.up, "not connected", false);
    const asked = keeping.map(({ service, deps }) => {
      const name = `database ${service.name}`;
      return answers(deps.db, lent).then(
        () => readiness.set(name, true),
        (error) => readiness.set(name, false, String(error)),
      );
    });
    await Promise.all(asked);
  };
  return lent.timers.every(LOOK_MS, () => {
    if (looking) return;
    looking = true;
    void look().finally(() => {
      looking = false;
    });
  });
}

/** A server that hangs answers nothing at all, not even an error. */
async function answers(db: Db, { timers }: Pick<Lent, "timers">): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  using _patience = timers.after(PATIENCE_MS, () => reject(new Error(`no answer within ${PATIENCE_MS} ms`)));
  await Promise.race([db.query(sql`select 1`), promise]);
}
