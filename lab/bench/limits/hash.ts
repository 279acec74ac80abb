import { hash, verify } from "@node-rs/argon2";
import type { Limit } from "./job.ts";

/** As identity hashes passwords. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The machine's limit for signing in: Argon2id, verified by the library alone. */
export async function verifications({ atOnce, ms }: Extract<Limit, { kind: "hash" }>): Promise<number> {
  const stored = await hash("correct horse battery", PARAMETERS);
  let done = 0;
  const began = performance.now();
  const end = began + ms;
  const worker = async () => {
    for (; performance.now() < end; done++) await verify(stored, "correct horse battery");
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return done / ((performance.now() - began) / 1_000);
}
