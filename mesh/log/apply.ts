import type { DescMessage } from "@bufbuild/protobuf";
import type { Consumer, Delivery } from "../consumer.ts";
import type { Tx } from "../store/commit.ts";
import { idOf, type LogEntry } from "./entry.ts";
import { readEvent } from "./read-event.ts";

/** Calls what a consumer does about entries, in the transaction given; those that do not concern it do nothing. */
export function applier<Deps>(consumer: Consumer<Deps>, deps: Deps) {
  const handles = new Map(consumer.handles.map((one) => [one.schema.typeName, one]));
  const deliver = (tx: Tx, source: string, incarnation: string, schema: DescMessage, entry: LogEntry): Delivery => {
    const { partition, seq, at, trace } = entry;
    // What follows from an event belongs to the trace of what caused it.
    const traced: Tx = { ...tx, publish: (made, init) => tx.publish(made, init, trace) };
    const id = idOf(source, incarnation, entry);
    return { event: readEvent(schema, entry), tx: traced, id, source, partition, seq, at };
  };
  return {
    concerns: (entry: LogEntry): boolean => handles.has(entry.type),
    /** In their order; neighbours that are handled together are handed over together. */
    async apply(tx: Tx, source: string, incarnation: string, entries: readonly LogEntry[]): Promise<void> {
      for (let at = 0; at < entries.length; ) {
        const handling = handles.get(entries[at]?.type ?? "");
        const together: Delivery[] = [];
        const many = handling?.many;
        do {
          const entry = entries[at++] as LogEntry;
          const mine = handles.get(entry.type);
          if (mine) together.push(deliver(tx, source, incarnation, mine.schema, entry));
        } while (many && at < entries.length && handles.get(entries[at]?.type ?? "")?.many === many);
        if (many) await many(together, tx, deps);
        else for (const one of together) await handling?.apply?.(one, deps);
      }
    },
  };
}
