import { AccountDeactivatedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { event, writeEntries } from "#mesh/store/log.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import { type Ground, rawConnection } from "./ground.ts";

/** `LAB_EVENTS=100000 LAB_SEED=... npm test -- lab/faults` is the long run. */
export const EVENTS = Number(process.env.LAB_EVENTS ?? 4_000);
export const SEED = Number(process.env.LAB_SEED ?? 20261121);
const ACCOUNTS = 500;
export const account = (n: number) => `0193aaaa-0000-7000-8000-${String(n).padStart(12, "0")}`;

/** Writes events of random accounts, several in one statement now and then; returns how many were acknowledged. */
export async function announce(ground: Ground, count: number, chance: () => number): Promise<number> {
  let left = count;
  let written = 0;
  const writer = async () => {
    while (left > 0) {
      const many = Math.min(left, 1 + Math.floor(chance() * 8));
      left -= many;
      const accountId = account(Math.floor(chance() * ACCOUNTS));
      const publish = Array.from({ length: many }, () => event(AccountDeactivatedSchema, { accountId }));
      await ground.made.write(undefined, {
        effect: sql`effect as (insert into made (subject) select ${accountId} from generate_series(1, ${many}::int) returning 1)`,
        publish,
      });
      written += many;
    }
  };
  await Promise.all(Array.from({ length: 16 }, writer));
  return written;
}

/** What the listener wrote down against what the announcer's log says. */
export async function compare(ground: Ground) {
  const [log] = await ground.made.query<{ events: number; gaps: number }>(sql`
    select count(*)::int as events, count(*) filter (where seq <> place)::int as gaps
    from (select seq, row_number() over (partition by partition order by seq) as place from log) l`);
  const [made] = await ground.made.query<{ rows: number }>(sql`select count(*)::int as rows from made`);
  const [heard] = await ground.heard.query<{ effects: number; distinct: number; disorder: number }>(sql`
    select count(*)::int as effects, count(distinct (source_partition, seq))::int as distinct,
      count(*) filter (where seq <= before)::int as disorder
    from (select source_partition, seq, lag(seq) over (partition by subject order by place) as before from effect) e`);
  return { ...log, made: made?.rows, ...heard };
}

/** Transactions that hold their positions for a while before they commit, 64 at once. */
export async function announceLate(
  ground: Ground,
  count: number,
  chance: () => number,
  longestMs: number,
): Promise<number> {
  let left = count;
  let written = 0;
  const writer = async () => {
    await using client = await rawConnection(ground.namespace);
    const query = async <Row>({ text, values }: Sql) => (await client.query(text, [...values])).rows as Row[];
    while (left > 0) {
      const many = Math.min(left, 20);
      left -= many;
      const accountId = account(Math.floor(chance() * ACCOUNTS));
      const entries = Array.from({ length: many }, () => event(AccountDeactivatedSchema, { accountId }));
      await client.query("begin");
      await client.query("insert into made (subject) select $1 from generate_series(1, $2::int)", [accountId, many]);
      await writeEntries(query, entries, "");
      await client.query("select pg_sleep($1)", [(chance() * longestMs) / 1000]);
      await client.query(chance() < 0.1 ? "rollback" : "commit").then(({ command }) => {
        if (command === "COMMIT") written += many;
      });
    }
  };
  await Promise.all(Array.from({ length: 64 }, writer));
  return written;
}

/** One line for whoever repeats a run. */
export const report = (what: object) => process.stderr.write(`${JSON.stringify({ seed: SEED, ...what })}\n`);
