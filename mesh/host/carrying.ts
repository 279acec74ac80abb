import type { DescMessage } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import type { Consumer } from "../consumer.ts";
import { outside } from "../context.ts";
import { feedBehind } from "../log/behind.ts";
import type { Courier } from "../log/courier.ts";
import { createFeed, type Feed } from "../log/feed.ts";
import type { Feeds } from "../log/feeds.ts";
import { followFreshness, saveFreshness } from "../log/freshness.ts";
import { holdLeases } from "../log/leases.ts";
import { createProof, type Proof } from "../log/proof.ts";
import { createFeeds, type Following } from "../log/read-info.ts";
import { logHeads, readLog } from "../log/read-log.ts";
import { rebuildable, rebuildPartition } from "../log/rebuild.ts";
import { type Relay, startRelay } from "../log/relay.ts";
import { createRunner } from "../log/runner.ts";
import { entryOfMessage } from "../ops/entry.ts";
import { handleOf } from "../ops/handle.ts";
import type { ConsumerHandle } from "../ops/parts.ts";
import { PARTITIONS } from "../partition.ts";
import type { Db } from "../store/database.ts";
import type { Shared } from "./shared.ts";

const LOOK_MS = 100;
const OWN_POLL_MS = 1_000;
const SECOND_MS = 1_000;
/** Without a word for so long the owner is asked how far its log reaches. */
const SILENCE_MS = 2_000;

/** How one service's log is carried away, and how what it consumes is brought to it. */
export interface Carrying extends AsyncDisposable {
  readonly feeds: Feeds;
  readonly proof: Proof;
  readonly following: readonly Following[];
  readonly relay: Relay | undefined;
  /** The consumers as the operator's service handles them. */
  readonly handles: readonly ConsumerHandle[];
  sourceOf(schema: DescMessage): string;
  headsOf(source: string): Promise<readonly bigint[]>;
  ownerAt(service: string): Client<typeof OpsService>;
  /** Starts working; the consumers' dependencies exist by now. */
  begin(deps: unknown): Promise<void>;
  /** Asks every source how far it reaches, and waits until all of that is applied; true if nothing new came meanwhile. */
  settle(): Promise<boolean>;
}

/** What is needed of the host, and of the service. */
export interface CarryingParts {
  readonly service: string;
  readonly db: Db;
  readonly consumers: readonly Consumer<unknown>[];
  readonly shared: Shared;
  readonly courier: Courier;
  ownerAt(service: string): Client<typeof OpsService>;
}

/** Prepares what carries one service's events; nothing moves before it begins. */
export function createCarrying(parts: CarryingParts): Carrying {
  const { service, db, consumers, shared, courier, ownerAt } = parts;
  const { lent, log, roster, bus } = shared;
  const scope = new AsyncDisposableStack();
  const feedsBySource = new Map<string, Feed>();
  let following: Following[] = [];
  let relay: Relay | undefined;
  let deps: unknown;
  const sourceOf = (schema: DescMessage) => roster.ownerOfPackage(schema.file.proto.package) ?? "";

  const sourcesOf = ({ handles }: Consumer<unknown>) =>
    [...new Set(handles.map(({ schema }) => sourceOf(schema)))].filter((name) => name !== "");
  const kickAll = (source: string, partition: number) => {
    let least = 2n ** 62n;
    for (const { runner, feed } of following) {
      if (feed.source !== source) continue;
      runner.kick(partition);
      const at = runner.position(partition) ?? feed.head(partition);
      if (at < least) least = at;
    }
    feedsBySource.get(source)?.prune(partition, least);
  };

  async function read(source: string, partition: number, after: bigint, limit: number) {
    if (source === service)
      return { ...(await readLog(db.query, partition, after, limit)), incarnation: await db.incarnation() };
    const answer = await ownerAt(source).readLog({ partition, after, limit });
    const { head, tooOld, incarnation } = answer;
    return { entries: answer.entries.map(entryOfMessage), head, tooOld, incarnation };
  }

  async function askHeads(feed: Feed): Promise<void> {
    const at = lent.clock.now();
    if (feed.source === service)
      return feed.heardAll({ heads: await logHeads(db.query), incarnation: await db.incarnation(), at });
    const { heads, incarnation } = await ownerAt(feed.source).getLogHeads({});
    feed.heardAll({ heads, incarnation, at });
  }

  const quietly = (work: Promise<unknown>) => void work.catch((error) => log.debug({ service, cause: error }, "log"));

  /** What is heard of another service's log: the stream, its heart beat, and pokes from within this process. */
  function listen(feed: Feed): void {
    const { source } = feed;
    scope.defer(
      shared.logged.on(source, (places, incarnation) => {
        for (const { entries } of places) for (const entry of entries) feed.offer(entry, incarnation);
      }),
    );
    if (source === service) scope.use(lent.timers.every(OWN_POLL_MS, () => quietly(askHeads(feed))));
    // What is written in this process is told in this process; another replica's writes wake, and are pulled.
    if (shared.runsHere(source)) bus.onWake(source, () => quietly(outside(() => askHeads(feed))));
    else scope.use(courier.subscribe(source, feed.offer));
    if (source === service) return;
    scope.use(courier.onHeads(source, feed.heardAll));
    scope.use(
      lent.timers.every(SECOND_MS, () => {
        const heardAt = feed.heads?.at.getTime() ?? 0;
        if (lent.clock.now().getTime() - heardAt > SILENCE_MS) quietly(askHeads(feed));
      }),
    );
    quietly(askHeads(feed));
  }

  const standing = () => ({ service, db, lent, deps, ownerAt, sourceOf });

  function follow(consumer: Consumer<unknown>, source: string): Following {
    let feed = feedsBySource.get(source);
    if (!feed) {
      feed = createFeed({
        source,
        read: (partition, after, limit) => outside(() => read(source, partition, after, limit)),
        changed: (partition) => outside(() => kickAll(source, partition)),
        allHeard: () => {
          for (const one of following) if (one.feed.source === source) one.fresh.look();
        },
      });
      feedsBySource.set(source, feed);
    }
    const restore = async (of: Consumer<unknown>, from: string, partition: number) => {
      const stand = standing();
      return rebuildable(stand, of, from) && (await rebuildPartition(stand, of, from, partition)) !== undefined;
    };
    const here = feed;
    const mine = consumer.behind
      ? feedBehind(feed, (partition) => leaderOf(consumer, here)?.position(partition))
      : feed;
    const runner = createRunner(consumer, mine, {
      service,
      db,
      deps,
      lent,
      log,
      restore,
      meters: shared.logMeters,
    });
    return { runner, feed, fresh: followFreshness(runner, feed, db) };
  }

  const leaderOf = ({ behind }: Consumer<unknown>, { source }: Pick<Feed, "source">) =>
    following.find(({ runner }) => runner.consumer.name === behind && runner.source === source)?.runner;

  for (const { name, behind, restores } of consumers) {
    if (!behind) continue;
    const leads = consumers.some((one) => one.name === behind && !one.behind);
    if (!leads || restores.length === 0)
      throw new Error(
        `${name} goes behind ${behind}: that must be a consumer of ${service} that goes ahead, and itself restorable`,
      );
  }
  const handles = consumers.map((one) => handleOf(one, sourcesOf(one), () => following));
  return {
    proof: createProof(service, handles, sourceOf, standing, shared.logMeters),
    feeds: createFeeds(() => following, { db: () => db, lent }),
    get following() {
      return following;
    },
    get relay() {
      return relay;
    },
    handles,
    sourceOf,
    async headsOf(source) {
      return source === service ? logHeads(db.query) : (await ownerAt(source).getLogHeads({})).heads;
    },
    ownerAt,
    async begin(given) {
      deps = given;
      const count = shared.config.partitionGroups;
      relay = scope.use(await startRelay({ service, db, courier, lent, log, parts: count }));
      const carry = relay;
      const incarnation = await db.incarnation();
      db.onLogged((places) =>
        outside(() => {
          carry.poke(places);
          shared.logged.tell(service, places, incarnation);
        }),
      );
      if (consumers.length === 0) return;
      following = consumers.flatMap((one) => sourcesOf(one).map((source) => follow(one, source)));
      for (const { runner, feed } of following) {
        scope.use(runner);
        leaderOf(runner.consumer, feed)?.onMoved((partition) => outside(() => runner.kick(partition)));
      }
      shared.logMeters.watch(service, () => following);
      const partitionsOf = (part: number) =>
        Array.from({ length: PARTITIONS }, (_, partition) => partition).filter(
          (partition) => partition % count === part,
        );
      const leases = scope.use(
        holdLeases({ db, lent, log }, "consume", count, {
          gained: (part) => quietly(Promise.all(following.map(({ runner }) => runner.take(partitionsOf(part))))),
          lost: (part) => {
            for (const { runner } of following) runner.drop(partitionsOf(part));
          },
        }),
      );
      for (const feed of feedsBySource.values()) listen(feed);
      scope.use(
        lent.timers.every(LOOK_MS, () => {
          for (const { fresh } of following) fresh.look();
        }),
      );
      scope.use(
        lent.timers.every(SECOND_MS, () => {
          const known = following.map(({ runner, feed, fresh }) => ({ runner, fresh, incarnation: feed.incarnation }));
          quietly(
            Promise.all([...following.map(({ runner }) => runner.save()), saveFreshness(db, known, leases.held)]),
          );
        }),
      );
    },
    async settle() {
      await relay?.flush();
      const signal = AbortSignal.timeout(20_000);
      const before = [...feedsBySource.values()].map((feed) => totalOf(feed));
      for (const feed of feedsBySource.values()) await askHeads(feed);
      await Promise.all(
        following.flatMap(({ runner, feed }) =>
          Array.from({ length: PARTITIONS }, (_, partition) =>
            runner.reached(partition, feed.head(partition), signal).catch((cause) => {
              throw new Error(`${runner.consumer.name} of ${service} does not settle at ${feed.source} ${partition}`, {
                cause,
              });
            }),
          ),
        ),
      );
      for (const { runner, fresh } of following) {
        await runner.save();
        fresh.look();
      }
      return [...feedsBySource.values()].every((feed, at) => totalOf(feed) === before[at]);
    },
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}

const totalOf = (feed: Feed): bigint => {
  let total = 0n;
  for (let partition = 0; partition < PARTITIONS; partition++) total += feed.head(partition);
  return total;
};
