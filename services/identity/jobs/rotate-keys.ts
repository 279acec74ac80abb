import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";

/** Makes the next signing key where it is time, long before it signs, and forgets those that no living token names. */
export const rotateKeys: Job<Deps> = {
  name: "rotate-keys",
  everyMs: 3_600_000,
  run: ({ signer, clock }) => signer.rotate(clock.now()),
};
