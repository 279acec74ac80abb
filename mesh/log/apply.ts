import { type DescMessage, fromBinary } from "@bufbuild/protobuf";
import type { Consumer } from "../consumer.ts";
import { brokenRule } from "../pipeline/validation.ts";
import type { Tx } from "../store/commit.ts";
import { idOf, type LogEntry } from "./entry.ts";

/** The event cannot be understood, now or later: trying again would change nothing. */
export class Undecodable extends Error {
  override readonly name = "Undecodable";
}

/** Calls what a consumer does about one entry, in the transaction given; entries that do not concern it do nothing. */
export function applier<Deps>(consumer: Consumer<Deps>, deps: Deps) {
  const handles = new Map(consumer.handles.map((one) => [one.schema.typeName, one]));
  return {
    concerns: (entry: LogEntry): boolean => handles.has(entry.type),
    async apply(tx: Tx, source: string, incarnation: string, entry: LogEntry): Promise<void> {
      const handling = handles.get(entry.type);
      if (!handling) return;
      const { partition, seq, at } = entry;
      const event = decode(handling.schema, entry);
      // What follows from an event belongs to the trace of what caused it.
      const traced: Tx = { ...tx, publish: (schema, init) => tx.publish(schema, init, entry.trace) };
      const id = idOf(source, incarnation, entry);
      await handling.apply({ event, tx: traced, id, source, partition, seq, at }, deps);
    },
  };
}

function decode(schema: DescMessage, { type, payload }: LogEntry) {
  try {
    const event = fromBinary(schema, payload);
    const broken = brokenRule(schema, event);
    if (broken === undefined) return event;
    throw new Undecodable(`${type} breaks a rule of its contract: ${broken}`);
  } catch (cause) {
    throw cause instanceof Undecodable
      ? cause
      : new Undecodable(`${type} cannot be decoded: ${String(cause)}`, { cause });
  }
}
