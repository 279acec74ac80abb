import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Bench } from "../bench.ts";
import { figureOf, type Measured } from "../figure.ts";
import { ZADD } from "./anchors.ts";

/** What lab/bench/fanout.ts tells. */
interface Told {
  readonly "deliveries/s": number;
  readonly "raw ZADD + trim/s": number;
  readonly G5: number;
  readonly rounds: readonly number[];
  readonly "CPU us/delivery, all processes": number;
}

/** Goal G5 for timeline alone, among owners that do nothing but announce: a mesh and servers of its own. */
export async function fanoutAlone({ choice, signal }: Bench): Promise<Measured> {
  const less = { posts: 500, homes: 2_000, authors: 200, timelines: 1_000, ms: 1_000 };
  const sizes = { rounds: choice.rounds, ...(choice.quick && less) };
  const words = Object.entries(sizes).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const file = join(import.meta.dirname, "../fanout.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...words], { signal });
  const told = JSON.parse(stdout) as Told;
  const anchor = told["raw ZADD + trim/s"];
  return figureOf({
    ...{ name: "fanout.timeline", unit: "deliveries/s", value: told["deliveries/s"] },
    anchor: { name: ZADD, value: anchor },
    ...{ ratio: told.G5, goal: { least: 1.5 } },
    cpu: { all: told["CPU us/delivery, all processes"] },
    rounds: told.rounds.map((ratio) => ({ value: ratio * anchor, anchor })),
  });
}
