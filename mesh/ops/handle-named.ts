import { opsFailure } from "./failures.ts";
import type { ConsumerHandle } from "./parts.ts";

/** The consumer of that name, or a refusal that names those there are. */
export function handleNamed(consumers: readonly ConsumerHandle[], name: string): ConsumerHandle {
  const found = consumers.find(({ consumer }) => consumer.name === name);
  if (found) return found;
  throw opsFailure("CONSUMER_UNKNOWN", {
    facts: { consumers: consumers.map(({ consumer }) => consumer.name).join(", ") },
  });
}
