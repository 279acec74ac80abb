import {
  type PostPublished,
  PostPublishedSchema,
  type PostShared,
  PostSharedSchema,
  type PostUndeleted,
  PostUndeletedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import { ShareRowSchema } from "#gen/skein/content/v1/snapshot_rows_pb.ts";
import { behind, consumer, type Delivery, from, together } from "#mesh/consumer.ts";
import type { Tx } from "#mesh/store/commit.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { deliver, markPulled } from "../hot/deliver.ts";
import { type Outgoing, packDeliveries, packOwn, tiersOf } from "../store/fanout.ts";
import { addJobs } from "../store/fanout-jobs.ts";
import { coolHomes } from "../store/incarnations.ts";

/** What keeps the entries that are delivered here. */
const STORAGE = "keep-posts";
/** Authors whose followers are in memory at once, twice. */
const SLICE = 64;

/**
 * Brings new posts and shares to the homes of those who follow. An entry is in storage before it goes anywhere: a home that is
 * not there just now is built from storage, and must find it. Homes get it before our position moves, so perhaps twice.
 */
export const deliverPosts = behind(
  STORAGE,
  consumer<Deps>(
    "deliver-posts",
    together<typeof PostPublishedSchema | typeof PostSharedSchema | typeof PostUndeletedSchema, Deps>(
      [PostPublishedSchema, PostSharedSchema, PostUndeletedSchema],
      async (deliveries, tx, deps) => {
        if (!(await deps.feeds.applied(STORAGE, deliveries))) throw failure("TIMELINE_AWAY");
        await sendOut(deliveries.map(outgoingOf), tx, deps);
      },
    ),
    [from("share", ShareRowSchema, async () => undefined, startOver)],
  ),
);

/** Delivers what is small at once, and notes the rest. */
async function sendOut(outgoing: readonly Outgoing[], tx: Tx, deps: Deps): Promise<void> {
  const ids = outgoing.map(({ entryId }) => entryId);
  // Reading needs no transaction. Where there is no job either there is none: our position is written down a little later.
  const [tiers, large] = await deps.homes.apart(() =>
    Promise.all([tiersOf(deps.db, ids), deliverSmall(outgoing, deps)]),
  );
  const pulled = outgoing.filter(({ entryId }) => tiers.get(entryId) === 2);
  const pushed = outgoing.filter(({ entryId }) => tiers.get(entryId) === 1);
  // Taken back already, or put aside by whoever keeps them: then they are delivered when they are there.
  const absent = outgoing.filter(({ entryId }) => !tiers.has(entryId));
  await addJobs(tx, [...large, ...absent]);
  if (large.length > 0) {
    deps.homes.lane.poke();
    // Readers look what is under way. If they are not told they see it as late as if nobody looked: when it is delivered.
    const look = () => markPulled(deps, deps.homes.small).catch(() => undefined);
    tx.ended(() => void deps.homes.apart(look));
  }
  await deliver(deps, deps.homes.small, packOwn([...pushed, ...pulled]));
  if (pulled.length === 0) return;
  await markPulled(deps, deps.homes.small);
  await deps.homes.wakes.all("PULLED", [...new Set(pulled.map(({ actorId }) => actorId))]);
}

/** Delivers what is pushed, and not to many, the followers of some while those of the next are read; returns the rest of that. */
async function deliverSmall(outgoing: readonly Outgoing[], deps: Deps): Promise<Outgoing[]> {
  const sorted = outgoing.toSorted((a, b) => (a.entryId < b.entryId ? -1 : 1)); // what comes in order costs least
  const rest: Outgoing[] = [];
  let underWay: Promise<unknown> = Promise.resolve();
  for (let from = 0; from < sorted.length; from += SLICE) {
    const next = packDeliveries(deps.db, sorted.slice(from, from + SLICE), deps.config.inlineFollowers);
    const [{ packed, large }] = await Promise.all([next, underWay]);
    rest.push(...large);
    underWay = deliver(deps, deps.homes.small, packed);
  }
  await underWay;
  return rest;
}

/** What was announced in between is lost to us, not to storage: homes are built anew from there. */
async function startOver({ tx }: { tx: Tx }, deps: Deps): Promise<void> {
  const now = deps.clock.now();
  const over = AbortSignal.timeout(10_000);
  while ((await deps.homes.apart(() => deps.feeds.freshAsOf(STORAGE))) < now) await deps.timers.sleep(100, over);
  await coolHomes(tx);
}

function outgoingOf({ event }: Delivery): Outgoing {
  const one = event as unknown as PostPublished | PostShared | PostUndeleted;
  return one.$typeName === "skein.content.v1.PostShared"
    ? { entryId: one.shareId, actorId: one.sharerId }
    : { entryId: one.postId, actorId: one.authorId };
}
