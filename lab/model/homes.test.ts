import { connect } from "@nats-io/transport-node";
import fc from "fast-check";
import { expect, inject, test } from "vitest";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { ProjectionAdminService } from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import { managerOf, streamName } from "#mesh/log/stream.ts";
import { as, freshToken, startTestMesh } from "#mesh/testing.ts";
import { everything } from "../../main.ts";
import { settleHomes } from "../../services/timeline/testing/homes.ts";
import { startOwnRedis } from "../faults/own-redis.ts";
import { PEOPLE } from "./commands.ts";
import { type Chaos, homeSequences } from "./home-commands.ts";
import { meshWorld } from "./mesh-world.ts";
import { populate } from "./population.ts";
import { Reference } from "./reference.ts";

const RUNS = Number(process.env.HOMES_RUNS ?? 10);
const LENGTH = Number(process.env.MODEL_LENGTH ?? 50);
const SEED = Number(process.env.MODEL_SEED ?? Math.floor(Math.random() * 2 ** 31));

test(`homes are what the model says, whatever breaks: ${RUNS} sequences of up to ${LENGTH} commands, seed ${SEED}`, async () => {
  await using redis = await startOwnRedis();
  // Three followers make a celebrity here: accounts cross the threshold all the time, in both directions.
  const env = { REDIS_URL: redis.url, GRAPH_FANOUT_THRESHOLD: "3", TIMELINE_INLINE_FOLLOWERS: "1" };
  await using mesh = await startTestMesh(
    everything.filter(({ edge }) => !edge),
    env,
  );
  const timelineMesh = { ...mesh, timeline: mesh.deps("timeline"), announce: async () => undefined };
  const crowd = await populate(mesh, PEOPLE * RUNS);
  const admin = as(crowd[0] as string, { roles: [Role.ADMIN] });
  const rebuilding = mesh.client(ProjectionAdminService);
  let people: string[] = [];
  const chaos: Chaos = {
    flush: redis.flush,
    part: redis.partReplica,
    promote: redis.promote,
    purge: () => purgeStreams(mesh.mesh.config.namespace),
    async rebuildHome(who) {
      for await (const _ of rebuilding.rebuildProjection(
        { scope: { case: "ownerId", value: people[who] ?? "" } },
        admin,
      ));
    },
    async rebuildPartition(partition) {
      for await (const _ of rebuilding.rebuildProjection({ scope: { case: "partition", value: partition } }, admin));
    },
    rescore: async () => void (await rebuilding.rescoreTimelines({}, admin)),
  };
  let [taken, commandsRun] = [0, 0];
  const property = fc.asyncProperty(homeSequences(LENGTH, chaos), async (commands) => {
    people = taken < crowd.length ? crowd.slice(taken, taken + PEOPLE) : await populate(mesh, PEOPLE, `s${taken}`);
    taken += PEOPLE;
    const tokens = people.map(freshToken);
    const world = meshWorld({
      people,
      client: (contract) => mesh.client(contract),
      as: (who) => as(people[who] as string, { token: tokens[who] ?? freshToken() }),
      settle: () => settleHomes(timelineMesh),
      audit: async () => [],
    });
    const model = new Reference();
    await fc.asyncModelRun(() => ({ model, real: world }), commands);
    commandsRun += [...commands].length;
    await world.settle();
    for (let who = 0; who < PEOPLE; who++) expect([who, await world.home(who)]).toEqual([who, model.home(who)]);
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED });
  process.stderr.write(`${JSON.stringify({ seed: SEED, sequences: RUNS, commands: commandsRun })}\n`);
  for await (const { differing, kind } of rebuilding.verifyProjection({}, admin))
    expect([kind, differing]).toEqual([kind, 0]);
}, 900_000);

async function purgeStreams(namespace: string): Promise<void> {
  const connection = await connect({ servers: inject("servers").nats });
  const { streams } = await managerOf(connection);
  for await (const { config } of streams.list(`${namespace}.evt.>`))
    if (config.name.startsWith(streamName(namespace, ""))) await streams.purge(config.name);
  await connection.close();
}
