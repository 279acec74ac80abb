import type { RankingConfig } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Bare } from "../deps.ts";
import { type Round, readRanking, readWeights } from "../store/ranking.ts";

/** The weights, in memory: reading a timeline asks nobody for them. */
export interface RankingBook {
  /** Those that hold now; a change made elsewhere is known after two seconds. */
  readonly now: RankingConfig;
  /** The last computation of scores; undefined before the first. */
  readonly round: Round | undefined;
  /** Those of a version that was given out once; undefined for one that never was. */
  at(version: bigint): Promise<RankingConfig | undefined>;
  /** Looks at once, for whoever has just changed something. */
  refresh(): Promise<void>;
}

const LOOK_MS = 2_000;

/** Reads the weights and goes on looking, in every process: a job or a consumer would tell only one replica. */
export async function createRankingBook(
  { db, timers, log }: Pick<Bare, "db" | "timers" | "log">,
  scope: AsyncDisposableStack,
): Promise<RankingBook> {
  let known = await readRanking(db);
  const former = new Map<bigint, RankingConfig>();
  const refresh = async (): Promise<void> => {
    const read = await readRanking(db);
    // Two looks at once may end in the other order.
    if (read.config.version >= known.config.version) known = read;
  };
  scope.use(
    timers.every(LOOK_MS, () => {
      refresh().catch((error) => log.warn({ cause: error }, "ranking config not looked at"));
    }),
  );
  return {
    get now() {
      return known.config;
    },
    get round() {
      return known.round;
    },
    async at(version) {
      if (version === known.config.version) return known.config;
      const kept = former.get(version) ?? (await readWeights(db, version));
      if (kept) former.set(version, kept);
      return kept;
    },
    refresh,
  };
}
