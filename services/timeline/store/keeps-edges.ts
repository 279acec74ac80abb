import type { Keeps, Replacing } from "#mesh/consumer.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import { coolHomes } from "./incarnations.ts";

/** Where social-graph's facts are kept. Tier 1 is our own memory of accounts that were pulled once. */
export const keepsEdges: Keeps<Deps> = {
  tables: [
    { table: "follow" },
    { table: "block" },
    { table: "mute" },
    { table: "locked" },
    { table: "list" },
    { table: "list_member" },
    { table: "fanout_tier", decided: ["changed_at"], own: "l.tier = 1" },
  ],
  besides: ["following", "tier_epoch"],
  async around(replacing, replace, { clock }) {
    if (replacing.table === "fanout_tier") return replaceTiers(replacing, replace, clock.now());
    await replace();
    if (replacing.table !== "follow") return;
    await lookAgain(replacing);
    await coolHomes(replacing.tx, replacing.partition); // they may lack what was posted by whom nobody knew to be followed
  },
};

/** Whoever remembers an account's followees looks again. */
async function lookAgain({ tx, keys, partition }: Replacing): Promise<void> {
  const accounts = [...new Set(keys.map((key) => key.split(" ")[0] ?? ""))].sort();
  await tx.query(sql`insert into following (account_id, shard, version)
    select a.id, ${partition}::smallint, 1 from unnest(${accounts}::uuid[]) as a (id) order by a.id
    on conflict (account_id) do update set version = following.version + 1`);
}

/** An account that is pulled no more keeps a row: what it posted meanwhile stays pulled. */
async function replaceTiers(
  { tx, keys, partition }: Replacing,
  replace: () => Promise<void>,
  now: Date,
): Promise<void> {
  await tx.query(sql`update tier_epoch set epoch = epoch + 1`);
  await replace();
  await tx.query(sql`insert into fanout_tier (account_id, shard, tier, changed_at)
    select id, ${partition}::smallint, 1, ${now} from unnest(${[...keys]}::uuid[]) as k (id) on conflict do nothing`);
}
