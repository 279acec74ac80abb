import { opsFailure } from "../ops/failures.ts";
import { handleNamed } from "../ops/handle-named.ts";
import type { ConsumerHandle } from "../ops/parts.ts";
import { type BuiltBeside, buildBeside } from "./beside.ts";
import type { LogMeters } from "./meters.ts";
import type { RebuildParts } from "./rebuild.ts";
import { type Verified, verifyPartition } from "./verify.ts";

/** A kind of rows that a consumer of this service keeps, and that can be compared with their owner's. */
export interface Compared {
  readonly consumer: string;
  readonly source: string;
  readonly kind: string;
}

/** How a service proves that what it derived is what its owners say, and builds it anew. */
export interface Proof {
  readonly compared: readonly Compared[];
  /** Compares one partition; the outcome is also a gauge. */
  verify(what: Compared, partition: number, signal?: AbortSignal): Promise<Verified>;
  /** Builds one partition of a consumer anew beside what is read, proves it, and puts it in place. */
  rebuild(what: Pick<Compared, "consumer" | "source">, partition: number, signal?: AbortSignal): Promise<BuiltBeside>;
}

/** Lends it; `parts` are asked for when something is done, not before. */
export function createProof(
  service: string,
  handles: readonly ConsumerHandle[],
  sourceOf: RebuildParts["sourceOf"],
  parts: () => RebuildParts,
  meters: LogMeters,
): Proof {
  return {
    compared: handles.flatMap(({ consumer }) =>
      consumer.restores.flatMap(({ kind, schema, words }) =>
        words ? [{ consumer: consumer.name, source: sourceOf(schema), kind }] : [],
      ),
    ),
    async verify({ consumer: name, kind }, partition, signal) {
      const handle = handleNamed(handles, name);
      const restoring = handle.consumer.restores.find((one) => one.kind === kind);
      if (!restoring) throw opsFailure("NOT_COMPARABLE", { facts: { consumer: name, kind } });
      const verified = await verifyPartition(parts(), handle, restoring, partition, signal);
      if (!verified.unsettled) meters.compared(service, name, kind, partition, verified.differing);
      return verified;
    },
    async rebuild({ consumer: name, source }, partition, signal) {
      const built = await buildBeside(parts(), handleNamed(handles, name), source, partition, signal);
      meters.repaired(service, name, built.repaired);
      return built;
    },
  };
}
