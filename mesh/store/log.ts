import { type DescMessage, getOption, hasOption, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { event as eventOption } from "#gen/skein/options/v1/options_pb.ts";
import type { Context } from "../context.ts";
import { partitionOf } from "../partition.ts";
import { traceparent } from "../telemetry/trace.ts";
import type { Tx } from "./commit.ts";
import { sql } from "./sql.ts";

/** One event on its way into the log. */
export interface Entry {
  readonly partition: number;
  readonly type: string;
  readonly subject: string;
  readonly payload: Uint8Array;
}

/** Reads partition and subject from the event as its contract says. */
export function entryOf<E extends DescMessage>(schema: E, event: MessageShape<E>): Entry {
  if (!hasOption(schema, eventOption)) throw new Error(`${schema.typeName} is not declared an event`);
  const { shardKey, subject } = getOption(schema, eventOption);
  return {
    partition: partitionOf(textOf(schema, event, shardKey)),
    type: schema.typeName,
    subject: textOf(schema, event, subject),
    payload: toBinary(schema, event),
  };
}

/**
 * Writes entries at the next positions of their partitions. The head row's lock makes commit order equal position
 * order, without gaps; partitions are taken in ascending order, so that two writers cannot wait for each other.
 */
export async function writeEntries(tx: Tx, entries: readonly Entry[], context: Context | undefined): Promise<void> {
  const trace = context ? traceparent(context.trace) : "";
  const partitions = [...new Set(entries.map(({ partition }) => partition))].sort((a, b) => a - b);
  for (const partition of partitions) {
    const mine = entries.filter((entry) => entry.partition === partition);
    await tx.query(sql`
      with head as (update log_head set seq = seq + ${mine.length}::int where partition = ${partition}::smallint returning seq)
      insert into log (partition, seq, at, type, subject_id, payload, trace)
      select ${partition}::smallint, head.seq - ${mine.length}::int + entry.place, clock_timestamp(), entry.type, entry.subject, entry.payload, ${trace}::text
      from head, unnest(${mine.map(({ type }) => type)}::text[], ${mine.map(({ subject }) => subject)}::text[],
        ${mine.map(({ payload }) => Buffer.from(payload))}::bytea[]) with ordinality as entry (type, subject, payload, place)`);
  }
}

function textOf<E extends DescMessage>(schema: E, event: MessageShape<E>, name: string): string {
  const field = schema.fields.find((one) => one.name === name);
  const value = field && (event as Record<string, unknown>)[field.localName];
  if (typeof value !== "string" || value === "") throw new Error(`${schema.typeName} has no value in ${name}`);
  return value;
}
