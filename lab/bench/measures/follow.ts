import type { Bench } from "../bench.ts";
import { compare } from "../compare.ts";
import type { Measured } from "../figure.ts";
import { type Run, run } from "../run.ts";
import { crowdOf } from "../town/towns.ts";

/** Goal G8: a follow, edge and event, beside a post. Every follow is new. */
export async function* follow(bench: Bench): AsyncGenerator<Measured> {
  const people = await crowdOf(bench);
  let from = 0;
  const follows = async (round: number): Promise<Run> => {
    const made = await run(bench, { work: { kind: "follow", people, from }, seed: round });
    from += made.calls;
    return made;
  };
  const posts = async (round: number) => (await run(bench, { work: { kind: "post", people }, seed: round })).perSecond;
  await follows(0);
  await posts(0);
  const { measured } = await compare(bench, {
    ...{ name: `follow.${bench.choice.shape}`, goal: { least: 0.9 } },
    anchor: { name: "posts in the same round", reach: posts },
    reach: follows,
  });
  yield measured;
}
