import type { Redis } from "#mesh/redis.ts";
import type { Tx } from "#mesh/store/commit.ts";
import type { Deps } from "../deps.ts";
import { bytesOf } from "../rules/entry-ids.ts";
import { markStale } from "../store/stale-copies.ts";
import { BUCKETS, bucketOf } from "./buckets.ts";
import { SETTLE, UNSETTLE } from "./epoch-scripts.ts";
import { type Command, sendAll } from "./send-all.ts";

/** Whose remembered knowledge a change concerns. */
export interface Concerned {
  /** Who reads: what is between them and others changes, what they did, or what they want. */
  readonly viewers?: Iterable<string>;
  /** What is said of these to everybody changes. */
  readonly accounts?: Iterable<string>;
  readonly everybody?: boolean;
}

type Needed = Pick<Deps, "homes" | "clock">;
type Query = Parameters<typeof markStale>[0];

/** Longer than any transaction takes. Whoever changes something and dies leaves its readers without memory for so long. */
const UNSETTLED_MS = 60_000;

/** Stands in for everybody among those whose copies have to be looked at. */
export const EVERYBODY = "00000000-0000-0000-0000-000000000000";

/**
 * To be called in the transaction of a change, before its statements: from then on no process uses or takes up what it
 * remembers of them, and once the transaction has ended they begin anew. While Redis is away nobody can ask whether memory
 * holds, so nobody uses it; whoever could ask when we could not tell is told later.
 */
export async function unsettle(deps: Needed, tx: Tx, concerned: Concerned): Promise<void> {
  const settle = await begin(deps, tx, concerned);
  tx.ended(() => void deps.homes.apart(settle));
}

/**
 * The same around a change that is not a consumer's. If it fails nobody knows whether it was made: then its readers are
 * without memory until UNSETTLED_MS is over.
 */
export async function changing<T>(
  deps: Needed & Pick<Deps, "db">,
  concerned: Concerned,
  change: () => Promise<T>,
): Promise<T> {
  const settle = await begin(deps, deps.db, concerned);
  const done = await change();
  await settle();
  return done;
}

/**
 * Ends what is remembered now, and gives what lets it begin anew. Both go over a patient connection: if Redis does not answer
 * the one, everybody's memory has to be forgotten; and whoever is not let go by the other has none until UNSETTLED_MS is over.
 */
async function begin(deps: Needed, query: Query, concerned: Concerned): Promise<() => Promise<unknown>> {
  const lane = deps.homes.small;
  const commands = commandsFor(concerned);
  if (commands.length === 0 || (lane.up && (await send(deps, lane, UNSETTLE, commands))))
    return () => send(deps, lane, SETTLE, commands);
  await markStale(query, [EVERYBODY], deps.clock.now());
  return async () => undefined;
}

/** Ends everybody's epoch and makes all forget what is said of accounts. */
export const forgetEverything = async (deps: Needed): Promise<boolean> => {
  const commands = commandsFor({ everybody: true });
  const lane = deps.homes.small;
  return (await send(deps, lane, UNSETTLE, commands)) && (await send(deps, lane, SETTLE, commands));
};

const send = (deps: Needed, lane: Redis, script: typeof SETTLE, commands: readonly Command[]): Promise<boolean> =>
  sendAll(deps, lane, script, commands).then(
    () => true,
    () => false,
  );

/** News of accounts are told in all buckets: each reader hears those of its own. */
function commandsFor({ viewers = [], accounts = [], everybody = false }: Concerned): Command[] {
  const owners = new Map<number, Buffer[]>();
  for (const id of new Set(viewers)) {
    const bucket = bucketOf(id);
    const held = owners.get(bucket);
    if (held) held.push(bytesOf(id));
    else owners.set(bucket, [bytesOf(id)]);
  }
  const news = Buffer.concat([...new Set(accounts)].map(bytesOf));
  const all = everybody || news.length > 0;
  const buckets = all ? Array.from({ length: BUCKETS }, (_, bucket) => bucket) : [...owners.keys()];
  return buckets.map((bucket) => ({
    bucket,
    args: [Buffer.concat(owners.get(bucket) ?? []), news, everybody ? "1" : "0", UNSETTLED_MS],
  }));
}
