import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { TimelineRebuiltSchema } from "#gen/skein/timeline/v1/timeline_events_pb.ts";
import type { Deps } from "../deps.ts";
import { homesKey } from "../hot/buckets.ts";
import { rebuildHome } from "../hot/homes.ts";
import { countOf, ID_BYTES, idAt } from "../rules/entry-ids.ts";

const SCAN = 1_000;
/** Each takes a database connection: readers need some too. */
const AT_ONCE = 4;

/**
 * Builds homes anew from storage, and announces it. Meanwhile their readers are answered from storage, and what is
 * delivered gathers before what is being filled: a reader sees the former home or the new one, never less.
 */
export async function rebuildHomes(deps: Deps, owners: readonly string[], signal: AbortSignal): Promise<number> {
  const items = new Map<string, number>();
  const waiting = owners[Symbol.iterator]();
  const work = async () => {
    for (const owner of waiting) {
      if (signal.aborted) return;
      const { ids } = await rebuildHome(deps, owner);
      items.set(owner, countOf(ids));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const rebuiltAt = timestampFromDate(deps.clock.now());
  await deps.db.transact(async (tx) => {
    for (const [ownerId, count] of items) tx.publish(TimelineRebuiltSchema, { ownerId, items: count, rebuiltAt });
  });
  return items.size;
}

/** Owners of the homes that are kept hot, some at a time: of one bucket, or of all. Some may come twice. */
export async function* hotHomes({ homes }: Deps, bucket: number | undefined): AsyncGenerator<string[]> {
  const { client, up } = homes.bulk;
  if (!up) return; // what is cold is built anew when it is read
  const prefix = client.options.keyPrefix ?? "";
  const tag = bucket === undefined ? homesKey(0).replace("{b00}", "{b??}") : homesKey(bucket);
  // Behind the incarnation lie the sixteen bytes of the owner, whatever they are.
  const key = new RegExp(`^${homesKey(0).replace("{b00}", "\\{b\\d\\d\\}")}:\\d+:([^]{${ID_BYTES}})$`);
  for (let cursor = "0"; ; ) {
    const [next, keys] = await client.scanBuffer(cursor, "MATCH", `${prefix}${tag}:*`, "COUNT", SCAN);
    const owners = keys.flatMap((one) => {
      const owner = key.exec(one.subarray(prefix.length).toString("latin1"))?.[1];
      return owner === undefined ? [] : [idAt(Buffer.from(owner, "latin1"), 0)];
    });
    if (owners.length > 0) yield [...new Set(owners)];
    cursor = next.toString();
    if (cursor === "0") return;
  }
}
