import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { Redis } from "ioredis";
import { ProjectionAdminService } from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import type { Bench } from "../bench.ts";
import { figureOf, type Measured } from "../figure.ts";
import { addPeople } from "../town/fill.ts";
import { mint } from "../town/mint.ts";
import { townOf, warm } from "../town/towns.ts";

/** How fast homes are there again: read by their owners after Redis has lost everything, and rebuilt on order. */
export async function* rebuild(bench: Bench): AsyncGenerator<Measured> {
  const name = `rebuild.${bench.choice.shape}`;
  const { readers } = await townOf(bench);
  await warm(bench, readers);
  const hot = await secondsOf(() => warm(bench, readers));
  const redis = new Redis(bench.ground.redis);
  await redis.flushall();
  redis.disconnect();
  const cold = await secondsOf(() => warm(bench, readers));
  yield figureOf({
    ...{ name: `${name}.cold`, unit: "homes/s", value: readers.length / cold },
    anchor: { name: "the same reads while they were hot", value: readers.length / hot },
    ratio: hot / cold,
  });

  const [root] = await addPeople(bench, "root", 1);
  const [admin] = await mint(bench, root ? [root] : [], ["admin"]);
  const transport = createConnectTransport({ baseUrl: bench.ground.url, httpVersion: "2" });
  const client = createClient(ProjectionAdminService, transport);
  const headers = { authorization: `Bearer ${admin?.token}` };
  const scope = bench.choice.quick
    ? ({ case: "partition", value: 0 } as const)
    : ({ case: "all", value: true } as const);
  let [homes, rows, repaired] = [0n, 0n, 0n];
  const took = await secondsOf(async () => {
    for await (const step of client.rebuildProjection({ scope }, { headers })) {
      bench.say(`rebuild: ${step.partitionsDone} of ${step.partitions} partitions`);
      ({ homes, rows, repaired } = step);
    }
  });
  yield figureOf({ name: `${name}.homes`, unit: "homes/s", value: Number(homes) / took });
  yield figureOf({ name: `${name}.rows`, unit: "rows/s", value: Number(rows) / took });
  // Nothing was wrong, so nothing may have had to be mended.
  yield figureOf({ name: `${name}.repaired`, unit: "rows", value: Number(repaired), goal: { most: 0 } });
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1_000;
}
