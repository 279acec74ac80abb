import type { Job } from "../service.ts";
import type { Db } from "../store/database.ts";
import { sql } from "../store/sql.ts";

const HOUR_MS = 3_600_000;

/** What every service with a database keeps tidy: days of the log, idempotency records older than 24 hours. */
export const housekeeping = (logDays: number): Job<{ db: Db }>[] => [
  {
    name: "keep-log",
    everyMs: HOUR_MS,
    run: async ({ db }) => void (await db.query(sql`select keep_log(${logDays}::int)`)),
  },
  {
    name: "sweep-replays",
    everyMs: HOUR_MS,
    run: async ({ db }) => void (await db.query(sql`delete from replay where at < now() - interval '24 hours'`)),
  },
];
