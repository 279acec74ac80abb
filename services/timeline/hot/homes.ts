import { outside } from "#mesh/context.ts";
import type { Script } from "#mesh/redis.ts";
import type { Deps } from "../deps.ts";
import { bytesOf, type EntryIds, ID_BYTES } from "../rules/entry-ids.ts";
import { storedHome } from "../store/homes.ts";
import type { Trust } from "../store/trust.ts";
import type { Home } from "../view/shapes.ts";
import { bucketOf, homesKey } from "./buckets.ts";
import { KNOW } from "./epoch-scripts.ts";
import { AWAIT, FILL, FORGET, READ } from "./scripts.ts";

type Needed = Pick<Deps, "db" | "redis" | "config" | "homes" | "chance" | "ids" | "timers" | "trusts">;

/** Marks lie at the end of a list and begin as no id does. This one says that storage has nothing older either. */
const END = Buffer.from("00000000000001000000000000000000", "hex");
/** And one like this, unlike any other, that a home is being filled behind it. */
const coldMark = (bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from("00000000000002", "hex"), bytes.subarray(0, 9)]);

const isMark = (ids: Buffer, at: number): boolean => ids.readUIntBE(at, 6) === 0;

/** Somebody else's mark, a FLUSHALL, a new incarnation: so often it is begun anew; then storage's word is all there is. */
const ATTEMPTS = 3;
const PATIENCE_MS = 300;

/** How much of a hot home is read: so many entries, and only those that are older than one. */
export interface Part {
  readonly most: number;
  readonly before?: string | undefined;
}

/**
 * A viewer's home: candidates, newest first and each once, down to the last one without a hole. Where it is hot a part of it
 * is enough. A home that is not there is built from storage, by one caller at a time. Pulled posts are not in it.
 */
export async function readHome(deps: Needed, viewerId: string, part?: Part): Promise<Home> {
  const found = await readHot(deps, viewerId, part).catch(() => undefined);
  if (found && found !== "COLD") return found;
  const flights = deps.homes.flights;
  let flight = flights.get(viewerId);
  if (!flight) {
    flight = build(deps, viewerId, found === "COLD").finally(() => flights.delete(viewerId));
    flights.set(viewerId, flight);
  }
  return flight;
}

const ALL: Part = { most: -1 };

async function readHot(deps: Needed, viewerId: string, { most, before }: Part = ALL): Promise<Home | "COLD"> {
  const { config, ids, trusts } = deps;
  const bucket = bucketOf(viewerId);
  const answer = await run(deps, READ, viewerId, [
    ...[most, config.homeIdle, ids.next(), trusts.heard(bucket)],
    before === undefined ? "" : bytesOf(before),
  ]);
  const [standing, news, all] = answer as [Buffer, Buffer, Buffer];
  const trust = trusts.hear(bucket, viewerId, { standing: standing.toString("latin1"), news });
  if (all.length === 0 || (isMark(all, all.length - ID_BYTES) && !all.subarray(-ID_BYTES).equals(END))) return "COLD";
  const listed = all.subarray(0, -ID_BYTES);
  const ended = listed.length > 0 && isMark(listed, listed.length - ID_BYTES);
  return {
    ids: ended ? listed.subarray(0, -ID_BYTES) : listed,
    more: !ended,
    source: "HOT",
    mark: standing.toString("latin1", 0, 36),
    trust,
  };
}

/** What may be believed of what this process remembers of a reader, without a look at its home; undefined without Redis. */
export async function trustIn(deps: Needed, viewerId: string): Promise<Trust | undefined> {
  const { config, ids, trusts } = deps;
  const bucket = bucketOf(viewerId);
  const asked = run(deps, KNOW, viewerId, [ids.next(), config.homeIdle, trusts.heard(bucket)]);
  const answer = await asked.catch(() => undefined);
  if (!answer) return undefined;
  const [standing, news] = answer as [Buffer, Buffer];
  return trusts.hear(bucket, viewerId, { standing: standing.toString("latin1"), news });
}

/** Puts a mark behind which it is filled, so that what is delivered meanwhile gathers before it: no hole. */
async function build(deps: Needed, viewerId: string, mayFill: boolean): Promise<Home> {
  const { config, db, chance } = deps;
  const most = config.homeEntries;
  for (let attempt = 1; mayFill && attempt <= ATTEMPTS; attempt++) {
    const mark = coldMark(chance.bytes(9));
    const put = await run(deps, AWAIT, viewerId, [mark, config.homeIdle, "0"]).catch(() => undefined);
    if (put === undefined) break;
    if (put === 1) {
      const stored = await storedHome(db, viewerId, most);
      await run(deps, FILL, viewerId, [mark, most, END, stored]).catch(() => undefined);
    }
    const now = await readHot(deps, viewerId).catch(() => undefined);
    if (now === undefined) break;
    if (now !== "COLD") return { ...now, source: put === 1 ? "STORED" : "HOT" };
  }
  const ids = await storedHome(db, viewerId, most);
  return { ids, more: ids.length === most * ID_BYTES, source: "STORED" };
}

/** Removes a home; it is built anew when it is read. */
export async function forgetHome(deps: Needed, viewerId: string): Promise<void> {
  await run(deps, FORGET, viewerId, []);
}

/** What is kept hot of a home, byte for byte, without touching it; undefined if it is not there or is being filled. */
export async function dumpHome(deps: Needed, viewerId: string): Promise<EntryIds | undefined> {
  const found = await readHot(deps, viewerId);
  return found === "COLD" ? undefined : found.ids;
}

/** Readers do not wait for long to learn whether homes may be believed: there is always storage. */
async function inTime(timers: Deps["timers"], settled: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  using _bound = timers.after(PATIENCE_MS, () => late.reject(new Error("homes could not be verified in time")));
  await Promise.race([settled, late.promise]);
}

/** Runs a script on a home as its bucket's incarnation has it; where that has moved on, it is found out and tried again. */
async function run(
  { homes: { incarnations }, redis, timers }: Pick<Deps, "homes" | "redis" | "timers">,
  script: Script,
  viewerId: string,
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  const bucket = bucketOf(viewerId);
  for (let attempt = 1; ; attempt++) {
    let incarnation = incarnations.of(bucket);
    for (; incarnation === undefined; incarnation = incarnations.of(bucket)) {
      if (!redis.up) throw new Error("Redis is away");
      await inTime(timers, incarnations.settle());
    }
    const answer = await redis.runBytes(script, [homesKey(bucket)], [incarnation, bytesOf(viewerId), ...args]);
    if (answer !== null) return answer;
    if (attempt === ATTEMPTS) throw new Error(`the incarnation of bucket ${bucket} does not come to rest`);
    incarnations.doubt();
  }
}

/** Builds homes anew, so that what is read afterwards stands on what storage has now. */
export const rebuildHome = async (deps: Needed, viewerId: string): Promise<Home> => {
  await forgetHome(deps, viewerId);
  return outside(() => readHome(deps, viewerId));
};
