import { hash, verify } from "@node-rs/argon2";
import { createSemaphore, Shed } from "#mesh/semaphore.ts";
import { failure } from "../failures.ts";

/** Argon2id as OWASP asks: 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashes and verifies passwords; only so many at once, for each takes a core and 19 MiB. */
export interface Hasher {
  hash(password: string, signal?: AbortSignal): Promise<string>;
  /** Without a stored hash it works as long and says no: unknown accounts must not answer sooner. */
  verify(stored: string | undefined, password: string, signal?: AbortSignal): Promise<boolean>;
}

/** A hasher with bounded slots and a bounded queue; beyond both it refuses. */
export function createHasher({ slots, queue }: { slots: number; queue: number }): Hasher {
  const semaphore = createSemaphore({ slots, queue });
  const bounded = async <T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await semaphore.run(work, signal);
    } catch (error) {
      if (error instanceof Shed) throw failure("BUSY", { retryAfterMs: 1_000, cause: error });
      throw error;
    }
  };
  let nobody: Promise<string> | undefined;
  return {
    hash: (password, signal) => bounded(() => hash(password, PARAMETERS), signal),
    async verify(stored, password, signal) {
      nobody ??= hash("nobody has this password", PARAMETERS);
      const against = stored ?? (await nobody);
      const good = await bounded(() => verify(against, password), signal);
      return good && stored !== undefined;
    },
  };
}
