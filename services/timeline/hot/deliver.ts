import type { Redis } from "#mesh/redis.ts";
import type { Deps } from "../deps.ts";
import { type Bundles, cutBundles } from "../rules/bundles.ts";
import { BUCKETS } from "./buckets.ts";
import { DELIVER, MARK_PULLED } from "./scripts.ts";
import { sendAll } from "./send-all.ts";

type Needed = Pick<Deps, "config" | "ids"> & { readonly homes: Pick<Deps["homes"], "incarnations"> };

/** What goes to the homes of one bucket. */
export interface ForBucket {
  readonly bucket: number;
  readonly bundles: Bundles;
}

/** One script for so many deliveries at most: longer ones would make readers wait. */
const AT_ONCE = 128;
const SLACK = 30;

/**
 * Puts entries into homes that are there; those that are not are dormant and get them when they are built. Harmless when
 * repeated. Returns how many homes took something. While Redis is away it fails, and must be tried again.
 */
export async function deliver(deps: Needed, lane: Redis, all: readonly ForBucket[]): Promise<number> {
  const cap = deps.config.homeEntries;
  const commands = all.flatMap(({ bucket, bundles }) =>
    cutBundles(bundles, AT_ONCE).map((piece) => ({ bucket, args: [cap, cap + SLACK, piece] })),
  );
  let taken = 0;
  await sendAll(deps, lane, DELIVER, commands, (_, homes) => {
    taken += Number(homes);
  });
  return taken;
}

/** Whoever remembers what is pulled looks again at the next read: called when the entries can be read. */
export async function markPulled(deps: Needed, lane: Redis): Promise<void> {
  const args = [deps.ids.next()];
  await sendAll(
    deps,
    lane,
    MARK_PULLED,
    Array.from({ length: BUCKETS }, (_, bucket) => ({ bucket, args })),
  );
}
