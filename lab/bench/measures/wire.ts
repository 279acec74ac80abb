import { openStores } from "../../../cli/demo/stores.ts";
import type { Bench } from "../bench.ts";
import { compare, latencies } from "../compare.ts";
import { figureOf, type Measured, median } from "../figure.ts";
import { startBenchGround } from "../ground.ts";
import type { Work } from "../load/job.ts";
import { type Run, run, warmAnchor, warmUp } from "../run.ts";
import { mint } from "../town/mint.ts";
import { ANCHOR, stock } from "./anchors.ts";

/** Goal G10: what a hop to another process costs, by the cheapest method there is; and how far from stock that method is. */
export async function* wire(bench: Bench): AsyncGenerator<Measured> {
  const { shape } = bench.choice;
  await using scope = new AsyncDisposableStack();
  bench.say("wire: the other shape");
  const ground = scope.use(await startBenchGround(shape === "one" ? "split" : "one"));
  const other: Bench = { ...bench, ground, stores: await openStores(ground.env, scope) };
  const [here, there] = [await keysWork(bench), await keysWork(other)];
  await warmAnchor(bench);
  await warmUp(bench, here);
  await warmUp(other, there);
  const { anchor, runs: anchors } = stock(bench);
  const others: Run[] = [];
  const { measured, runs } = await compare(bench, {
    name: `wire.${shape}`,
    anchor,
    reach: async (round) => {
      others.push(await run(other, { work: there, seed: round }));
      return run(bench, { work: here, seed: round });
    },
  });
  yield measured;
  const [ones, splits] = shape === "one" ? [runs, others] : [others, runs];
  const hops = splits.map((split, n) => ({
    value: (split.cpu.gateway ?? 0) + (split.cpu.identity ?? 0) - (ones[n]?.cpu.mesh ?? 0),
    anchor: anchors[n]?.cpu.anchor ?? 0,
  }));
  yield figureOf({
    ...{ name: "wire.hop", unit: "us of CPU", value: median(hops.map(({ value }) => value)) },
    ...latencies(splits),
    anchor: { name: `${ANCHOR}, us of CPU`, value: median(hops.map(({ anchor }) => anchor)) },
    ratio: median(hops.map(({ value, anchor }) => value / anchor)),
    goal: { most: 2 },
    rounds: hops,
  });
}

/** Nobody asks whether these accounts exist: the method is open to all, the token is verified all the same. */
async function keysWork(bench: Bench): Promise<Work> {
  const accounts = Array.from({ length: 64 }, (_, n) => ({
    id: `01939999-0000-7000-8000-${String(n).padStart(12, "0")}`,
    handle: `wire_${n}`,
  }));
  return { kind: "keys", people: await mint(bench, accounts) };
}
