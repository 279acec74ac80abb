import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";

/** Looks whether homes may still be believed, also while nobody's connection has ended and nobody was refused. */
export const guardHomes: Job<Deps> = {
  name: "guard-homes",
  everyMs: 1_000,
  async run({ redis, homes: { incarnations } }) {
    if (!redis.up) return; // whoever comes back finds out first
    await incarnations.settle();
  },
};
