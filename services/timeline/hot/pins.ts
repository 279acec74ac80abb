import { script } from "#mesh/redis.ts";
import type { Deps } from "../deps.ts";
import { packPlaces } from "../rules/packed-places.ts";
import type { Candidate } from "../view/shapes.ts";
import { bucketOf, tagOfBucket } from "./buckets.ts";

/** The order of a ranked head as it was when its first page was read. */
export interface Pin {
  readonly t0: Date;
  /** Of the weights that made the order. */
  readonly weights: bigint;
  /** The oldest id among the places: behind the head it goes on by time from there. */
  readonly floor: string;
  /** See packPlaces. */
  readonly places: Buffer;
}

/** Somebody who reads on two devices has two; a third takes the place of the oldest. */
const MOST = 2;
const HEAD_BYTES = 16;
const FLOOR_CHARS = 36;

/** KEYS[1] the viewer's pins. ARGV: id, milliseconds, how many, pin. Ids grow with time, so the lowest is the oldest. */
const WRITE = script(`
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
local ids = redis.call('HKEYS', KEYS[1])
table.sort(ids)
for at = 1, #ids - tonumber(ARGV[3]) do redis.call('HDEL', KEYS[1], ids[at]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`);

/** A reading that goes on keeps its pin. */
const READ = script(`
local pin = redis.call('HGET', KEYS[1], ARGV[1])
if pin then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return pin`);

type Needs = Pick<Deps, "redis" | "ids" | "config">;

const keyOf = (viewerId: string): string => `timeline:${tagOfBucket(bucketOf(viewerId))}:pins:${viewerId}`;

/** Keeps an order for later pages and names it. Undefined: Redis is away, and the first page is all there is of this order. */
export async function writePin(
  { redis, ids, config }: Needs,
  viewerId: string,
  { t0, weights, places }: { t0: Date; weights: bigint; places: readonly Candidate[] },
): Promise<string | undefined> {
  const id = ids.next();
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.writeDoubleBE(t0.getTime(), 0);
  head.writeBigUInt64BE(weights, 8);
  const floor = places.reduce((lowest, place) => (place.id < lowest ? place.id : lowest), places[0]?.id ?? "");
  const pin = Buffer.concat([head, Buffer.from(floor.padEnd(FLOOR_CHARS)), packPlaces(places)]);
  const written = redis.run(WRITE, [keyOf(viewerId)], [id, config.pinFor, MOST, pin]);
  return written.then(
    () => id,
    () => undefined,
  );
}

/** An order that was kept; undefined if it is no longer, whyever. */
export async function readPin(
  { redis, config }: Omit<Needs, "ids">,
  viewerId: string,
  id: string,
): Promise<Pin | undefined> {
  const found = await redis.runBytes(READ, [keyOf(viewerId)], [id, config.pinFor]).catch(() => undefined);
  if (!Buffer.isBuffer(found) || found.length < HEAD_BYTES + FLOOR_CHARS) return undefined;
  return {
    t0: new Date(found.readDoubleBE(0)),
    weights: found.readBigUInt64BE(8),
    floor: found.toString("latin1", HEAD_BYTES, HEAD_BYTES + FLOOR_CHARS).trim(),
    places: found.subarray(HEAD_BYTES + FLOOR_CHARS),
  };
}
