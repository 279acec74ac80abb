import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type RankingConfig, RankingConfigSchema } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import { FIRST_WEIGHTS } from "../rules/ranking-config.ts";

/** One computation of the scores of a window: a later one of the same window has a higher round. */
export interface Round {
  readonly windowMs: number;
  readonly round: number;
}

interface Row {
  config: Buffer | null;
  window_at: string | null;
  round: number | null;
}

/** The weights that hold, and the last computation of scores. One statement. */
export async function readRanking({ query }: Pick<Db, "query">): Promise<{ config: RankingConfig; round?: Round }> {
  const [row] = await query<Row>(sql`select c.config, r.window_at, r.round from (select 1) as one
    left join lateral (select config from ranking_config order by version desc limit 1) c on true
    left join lateral (select window_at, round from score_round order by window_at desc limit 1) r on true`);
  return {
    config: configIn(row?.config),
    ...(row?.window_at && { round: { windowMs: Date.parse(row.window_at), round: row.round ?? 0 } }),
  };
}

/** Weights of a former version; undefined if there never was one. */
export async function readWeights({ query }: Pick<Db, "query">, version: bigint): Promise<RankingConfig | undefined> {
  if (version === FIRST_WEIGHTS.version) return FIRST_WEIGHTS;
  const [row] = await query<{ config: Buffer }>(sql`select config from ranking_config where version = ${version}`);
  return row && configIn(row.config);
}

/** The weights that hold, until the unit of work ends: changes go one by one. */
export async function holdRanking({ query }: Pick<Tx, "query">): Promise<RankingConfig> {
  await query(sql`select pg_advisory_xact_lock(hashtextextended('ranking config', 0))`);
  const [row] = await query<{ config: Buffer }>(sql`select config from ranking_config order by version desc limit 1`);
  return configIn(row?.config);
}

/** Sets other weights under the next version. Former ones stay: pages that were begun with them go on with them. */
export async function addRanking(
  { query }: Pick<Tx, "query">,
  { weights, former, by, now }: { weights: RankingConfig; former: RankingConfig; by: string; now: Date },
): Promise<RankingConfig> {
  const config = create(RankingConfigSchema, {
    ...weights,
    version: former.version + 1n,
    changedAt: timestampFromDate(now),
  });
  await query(sql`insert into ranking_config (version, config, changed_by, changed_at)
    values (${config.version}, ${Buffer.from(toBinary(RankingConfigSchema, config))}, ${by}, ${now})`);
  return config;
}

const configIn = (bytes: Buffer | null | undefined): RankingConfig =>
  bytes ? fromBinary(RankingConfigSchema, bytes) : FIRST_WEIGHTS;
