import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { chanceOf } from "../faults/chance.ts";
import { reasonOf } from "./outcome.ts";
import type { Person } from "./people.ts";
import type { Town } from "./shapes.ts";

/** In each shape; `LAB_PAIRS=10000 LAB_SEED=... npm test -- lab/scenarios/follow-life` is the long run. */
export const PAIRS = Number(process.env.LAB_PAIRS ?? 750);
const SEED = Number(process.env.LAB_SEED ?? 20261121);
const IN_FLIGHT = 32;

/** Two people act on each other at the same moment, one pair after the other and sixteen pairs at once; says how the calls ended. */
export async function churn(town: Town, crowd: readonly Person[]): Promise<Set<string>> {
  const graph = town.client(GraphService);
  const chance = chanceOf(SEED);
  const one = <T>(all: readonly T[]) => all[Math.floor(chance() * all.length)] as T;
  const acts = [
    graph.followAccount.bind(graph),
    graph.blockAccount.bind(graph),
    graph.unfollowAccount.bind(graph),
    graph.unblockAccount.bind(graph),
  ];
  const outcomes = new Set<string>();
  const act = async (who: Person, whom: Person) => {
    outcomes.add(await reasonOf(one(acts)({ accountId: whom.id }, who.as)));
  };
  let left = PAIRS;
  const worker = async () => {
    while (left-- > 0) {
      const a = one(crowd);
      const b = one(crowd.filter((other) => other !== a));
      await Promise.all([act(a, b), act(b, a)]);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT / 2 }, worker));
  return outcomes;
}
