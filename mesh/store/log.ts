import {
  create,
  type DescMessage,
  getOption,
  hasOption,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { event as eventOption } from "#gen/skein/options/v1/options_pb.ts";
import { partitionOf } from "../partition.ts";
import { brokenRule } from "../pipeline/validation.ts";
import type { Sql } from "./sql.ts";
import { sql } from "./sql.ts";

/** One event on its way into the log. */
export interface Entry {
  readonly partition: number;
  readonly type: string;
  readonly subject: string;
  readonly payload: Uint8Array;
  /** The traceparent of what caused it. */
  readonly trace?: string;
}

/** A place in the service's own log. */
export interface Place {
  readonly partition: number;
  readonly seq: bigint;
}

/** An event for the log; partition and subject are read from it as its contract says, and its rules are checked. */
export function event<E extends DescMessage>(schema: E, init: MessageInitShape<E>, trace?: string): Entry {
  return { ...entryOf(schema, create(schema, init)), ...(trace && { trace }) };
}

function entryOf<E extends DescMessage>(schema: E, message: MessageShape<E>): Entry {
  if (!hasOption(schema, eventOption)) throw new Error(`${schema.typeName} is not declared an event`);
  const { shardKey, subject } = getOption(schema, eventOption);
  const broken = brokenRule(schema, message);
  if (broken) throw new Error(`${schema.typeName} breaks a rule of its own contract: ${broken}`);
  return {
    partition: partitionOf(textOf(schema, message, shardKey)),
    type: schema.typeName,
    subject: textOf(schema, message, subject),
    payload: toBinary(schema, message),
  };
}

/**
 * Writes entries at the next positions of their partitions. The head row's lock makes commit order equal position
 * order, without gaps; partitions are taken in ascending order, so that two writers cannot wait for each other.
 */
export async function writeEntries(
  query: <Row>(statement: Sql) => Promise<Row[]>,
  entries: readonly Entry[],
  trace: string,
): Promise<Place[]> {
  const partitions = [...new Set(entries.map(({ partition }) => partition))].sort((a, b) => a - b);
  const places: Place[] = [];
  for (const partition of partitions) {
    const columns = columnsOf(entries.filter((entry) => entry.partition === partition));
    const [head] = await query<{ seq: string }>(sql`
      with head as (update log_head set seq = seq + ${columns.count}::int where partition = ${partition}::smallint returning seq),
      entry as (insert into log (partition, seq, at, type, subject_id, payload, trace)
        select ${partition}::smallint, head.seq - ${columns.count}::int + e.place, clock_timestamp(), e.type, e.subject, e.payload,
          coalesce(nullif(e.trace, ''), ${trace}::text)
        from head, unnest(${columns.types}::text[], ${columns.subjects}::text[], ${columns.payloads}::bytea[], ${columns.traces}::text[])
          with ordinality as e (type, subject, payload, trace, place))
      select seq from head`);
    places.push({ partition, seq: BigInt(head?.seq ?? 0) });
  }
  return places;
}

/**
 * Turns an effect into the one statement that also logs it. The join with the effect, not a subquery, decides whether
 * the head moves: when the head row was locked, PostgreSQL looks at the row again, and only joined rows are kept for that.
 */
export function loggedEffect(effect: Sql, entries: readonly Entry[], trace: string): Sql & { partition: number } {
  const partition = entries[0]?.partition ?? -1;
  if (entries.some((entry) => entry.partition !== partition)) throw new Error("one write logs into one partition");
  const { count, types, subjects, payloads, traces } = columnsOf(entries);
  const values = [...effect.values, count, partition, types, subjects, payloads, traces, trace];
  const at = (place: number) => `$${effect.values.length + place}`;
  const text = `with ${effect.text},
    log_next as (update log_head set seq = seq + ${at(1)}::int from (select 1 from effect limit 1) as happened
      where partition = ${at(2)}::smallint returning seq),
    log_entry as (insert into log (partition, seq, at, type, subject_id, payload, trace)
      select ${at(2)}::smallint, log_next.seq - ${at(1)}::int + e.place, clock_timestamp(), e.type, e.subject, e.payload,
        coalesce(nullif(e.trace, ''), ${at(7)}::text)
      from log_next, unnest(${at(3)}::text[], ${at(4)}::text[], ${at(5)}::bytea[], ${at(6)}::text[])
        with ordinality as e (type, subject, payload, trace, place))
    select effect.*, log_next.seq as log_seq from effect left join log_next on true`;
  return { text, values, name: `w${effect.name}`, partition };
}

function columnsOf(entries: readonly Entry[]) {
  return {
    count: entries.length,
    types: entries.map(({ type }) => type),
    subjects: entries.map(({ subject }) => subject),
    payloads: entries.map(({ payload }) => Buffer.from(payload)),
    traces: entries.map(({ trace = "" }) => trace),
  };
}

function textOf<E extends DescMessage>(schema: E, message: MessageShape<E>, name: string): string {
  const field = schema.fields.find((one) => one.name === name);
  const value = field && (message as Record<string, unknown>)[field.localName];
  if (typeof value !== "string" || value === "") throw new Error(`${schema.typeName} has no value in ${name}`);
  return value;
}
