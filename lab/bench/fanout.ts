import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { PostPublishedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { provisionAll } from "#mesh/host/provisioning.ts";
import { startMesh } from "#mesh/host.ts";
import { ensureKeys, openKeyring } from "#mesh/identity/keyring.ts";
import { sql } from "#mesh/store/sql.ts";
import { type ToyDeps, toy } from "#mesh/testing/toy.ts";
import { startServers } from "../../cli/servers/index.ts";
import { freePort } from "../../cli/servers/port.ts";
import type { Deps } from "../../services/timeline/deps.ts";
import { bucketOf } from "../../services/timeline/hot/buckets.ts";
import { deliver } from "../../services/timeline/hot/deliver.ts";
import { dumpHome, readHome } from "../../services/timeline/hot/homes.ts";
import { timeline } from "../../services/timeline/index.ts";
import { bundle } from "../../services/timeline/rules/bundles.ts";
import { bytesOf, idsIn } from "../../services/timeline/rules/entry-ids.ts";
import { median } from "./ground.ts";
import { deliveries } from "./limits/zadd.ts";
import { usageOf, usedBetween } from "./usage.ts";

// Goals G5 and G7 for timeline alone: from the commit of an event at its owner until all of timeline has applied it, the
// followers' homes included; and what a full home weighs. `node lab/bench/fanout.ts [--rounds N] [--posts N]`
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    posts: { type: "string", default: "1000" },
    homes: { type: "string", default: "20000" },
    authors: { type: "string", default: "2000" },
    timelines: { type: "string", default: "5000" },
    ms: { type: "string", default: "3000" },
  },
});
const [rounds, posts, homes, authors] = [values.rounds, values.posts, values.homes, values.authors].map(Number) as [
  number,
  number,
  number,
  number,
];
const raw = { kind: "zadd", timelines: Number(values.timelines), ms: Number(values.ms) } as const;
const FOLLOWERS = 200;
const HELD = 120;
const say = (words: string) => process.stderr.write(`${words}\n`);

await using scope = new AsyncDisposableStack();
const home = await mkdtemp(join(tmpdir(), "skein-bench-"));
scope.defer(() => rm(home, { recursive: true, force: true }));
const servers = scope.use(await startServers({ home, durable: true }));
const services = [
  toy("social-graph", [GraphService], {}),
  toy("identity", [IdentityService], {}),
  toy("content", [PostService], {}),
  timeline,
];
const keys = join(home, "keys");
ensureKeys(
  keys,
  services.map(({ name }) => name),
);
await provisionAll(services, servers.postgres, "skein_", (service) => openKeyring(keys, service));
const env = {
  ...{ DATABASE_URL: servers.postgres, REDIS_URL: servers.redis, NATS_URL: servers.nats },
  ...{ SKEIN_HOME: home, SKEIN_KEYS: keys, ADMIN_PORT: String(await freePort()), MESH_PORT: "-1", LOG_LEVEL: "error" },
};
const mesh = scope.use(await startMesh(services, { env }));
const running = (name: string) => mesh.running.find(({ service }) => service.name === name);
const content = running("content")?.deps as unknown as ToyDeps;
const deps = running("timeline")?.deps as unknown as Deps;
const { ids } = deps;

say(`${authors} authors with ${FOLLOWERS} followers each among ${homes} homes`);
const owners = Array.from({ length: homes }, () => ids.next());
const writers = Array.from({ length: authors }, () => ids.next());
for (let from = 0; from < authors; from += 100) {
  const edges = writers
    .slice(from, from + 100)
    .flatMap((writer) =>
      [...new Set(Array.from({ length: FOLLOWERS }, () => anyOf(owners)))].map((owner) => [owner, writer]),
    );
  await deps.db.query(sql`insert into follow (follower_id, followee_id, shard, followed_at)
    select follower, followee, shard, now() from unnest(${edges.map(([owner]) => owner)}::uuid[], ${edges.map(([, writer]) => writer)}::uuid[],
      ${edges.map(([owner]) => bucketOf(owner ?? ""))}::smallint[]) as e (follower, followee, shard)`);
}
await deps.db.query({ text: "vacuum analyze follow", values: [], name: "" }).catch(() => undefined);
for (let from = 0; from < homes; from += 16)
  await Promise.all(owners.slice(from, from + 16).map((owner) => readHome(deps, owner)));
await fillAll(owners, HELD);
await deliveries({ ...raw, url: servers.redis });

interface Measured {
  readonly perSecond: number;
  readonly anchor: number;
  /** Seconds of processor time for a million deliveries, of all processes together. */
  readonly cpu: number;
  readonly anchorCpu: number;
}
const measured: Measured[] = [];
const pids = { all: process.pid }; // the servers are our children and count with us
for (let round = 0; round <= rounds; round++) {
  say(`round ${round} of ${rounds}`);
  const began = usageOf(pids);
  const anchor = await deliveries({ ...raw, url: servers.redis });
  const anchorCpu = (spent(began) / ((anchor * raw.ms) / 1_000)) * 1e6;
  const { seconds, cpu, sample } = await publish();
  const done = posts * FOLLOWERS;
  if (round > 0) measured.push({ perSecond: done / seconds, anchor, cpu: (cpu / done) * 1e6, anchorCpu });
  await check(sample);
}
const full = owners.slice(0, 200);
await fillAll(full, 900);
const sizes = await Promise.all(full.map(sizeOf));
const result = {
  "deliveries/s": Math.round(median(measured.map(({ perSecond }) => perSecond))),
  "raw ZADD + trim/s": Math.round(median(measured.map(({ anchor }) => anchor))),
  G5: median(measured.map(({ perSecond, anchor }) => perSecond / anchor)),
  rounds: measured.map(({ perSecond, anchor }) => perSecond / anchor),
  "CPU us/delivery, all processes": median(measured.map(({ cpu }) => cpu)),
  "CPU us/raw delivery": median(measured.map(({ anchorCpu }) => anchorCpu)),
  "G7 bytes/home": Math.round(sizes.reduce((sum, { bytes }) => sum + bytes, 0) / sizes.length),
  "entries/home": median(sizes.map(({ entries }) => entries)),
};
process.stdout.write(
  `${JSON.stringify(result, (_, value) => (typeof value === "number" ? Math.round(value * 1_000) / 1_000 : value), 2)}\n`,
);

/** Publishes posts in one commit, as if they had come while nobody looked, and waits until all is applied. */
async function publish() {
  await settle();
  const made: { id: string; authorId: string }[] = [];
  while (made.length < posts) {
    made.push({ id: ids.next(), authorId: anyOf(writers) });
    if (made.length % 4 === 0) await sleep(1); // written over a while, as posts are
  }
  const text = "a hundred and forty characters of a text ".repeat(4).slice(0, 140);
  await content.db.commit(undefined, async (tx) => {
    for (const { id, authorId } of made)
      tx.publish(PostPublishedSchema, {
        ...{ authorId, postId: id },
        card: { id, authorId, text, audience: Audience.PUBLIC, version: 1n },
      });
  });
  const [before, began] = [usageOf(pids), performance.now()];
  await settle();
  const seconds = (performance.now() - began) / 1_000;
  return { seconds, cpu: spent(before), sample: made.slice(0, 5) };
}

/** Seconds of processor time since then. */
function spent(since: ReturnType<typeof usageOf>): number {
  return usedBetween(since, usageOf(pids)).all ?? 0;
}

async function settle(): Promise<void> {
  while (!(await running("timeline")?.carrying?.settle()));
}

/** A figure of deliveries that did not arrive would be no figure. */
async function check(sample: readonly { id: string; authorId: string }[]): Promise<void> {
  for (const { id, authorId } of sample) {
    const rows = await deps.db.query<{ id: string }>(
      sql`select follower_id as id from follow where followee_id = ${authorId}`,
    );
    for (const { id: owner } of rows) {
      const found = await dumpHome({ ...deps, redis: deps.homes.bulk }, owner);
      if (!found || !idsIn(found).slice(0, 700).includes(id)) throw new Error(`${id} is not in the home of ${owner}`);
    }
  }
}

async function fillAll(list: readonly string[], entries: number): Promise<void> {
  for (let n = 0; n < entries; n++) {
    const id = ids.next();
    const by = Map.groupBy(list, bucketOf);
    const all = [...by].map(([bucket, mine]) => ({ bucket, bundles: bundle(id, Buffer.concat(mine.map(bytesOf))) }));
    await deliver(deps, deps.homes.bulk, all);
  }
}

async function sizeOf(owner: string) {
  const { client } = deps.homes.bulk; // a busy machine tries readers' patience
  const bucket = bucketOf(owner);
  const prefix = Buffer.from(
    `timeline:{b${String(bucket).padStart(2, "0")}}:homes:${deps.homes.incarnations.of(bucket)}:`,
  );
  const key = Buffer.concat([prefix, bytesOf(owner)]);
  const [bytes, entries] = await Promise.all([client.memory("USAGE", key, "SAMPLES", 0), client.llen(key)]);
  return { bytes: Number(bytes), entries };
}

function anyOf<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T;
}
