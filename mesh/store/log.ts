import {
  create,
  type DescMessage,
  getOption,
  hasOption,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { type EventOptions, event as eventOption } from "#gen/skein/options/v1/options_pb.ts";
import type { LogEntry } from "../log/entry.ts";
import { partitionOf } from "../partition.ts";
import { brokenRule, noteSound } from "../pipeline/validation.ts";
import { type Sql, sql } from "./sql.ts";

/** One event on its way into the log. */
export interface Entry {
  readonly partition: number;
  readonly type: string;
  readonly subject: string;
  readonly payload: Uint8Array;
  /** The traceparent of what caused it. */
  readonly trace?: string;
}

/** What was logged in one partition: where it ends, and the entries as everybody will read them. */
export interface Place {
  readonly partition: number;
  readonly seq: bigint;
  readonly entries: readonly LogEntry[];
}

/** An event for the log; partition and subject are read from it as its contract says, and its rules are checked. */
export function event<E extends DescMessage>(schema: E, init: MessageInitShape<E>, trace?: string): Entry {
  return { ...entryOf(schema, create(schema, init)), ...(trace && { trace }) };
}

// Reading an option decodes it anew from the descriptor: every event asks for its own.
const declared = new WeakMap<DescMessage, EventOptions>();

function optionsOf(schema: DescMessage): EventOptions {
  const known = declared.get(schema);
  if (known) return known;
  if (!hasOption(schema, eventOption)) throw new Error(`${schema.typeName} is not declared an event`);
  const options = getOption(schema, eventOption);
  declared.set(schema, options);
  return options;
}

function entryOf<E extends DescMessage>(schema: E, message: MessageShape<E>): Entry {
  const { shardKey, subject } = optionsOf(schema);
  const broken = brokenRule(schema, message);
  if (broken) throw new Error(`${schema.typeName} breaks a rule of its own contract: ${broken}`);
  const payload = toBinary(schema, message);
  noteSound(schema, payload);
  return {
    partition: partitionOf(textOf(schema, message, shardKey)),
    type: schema.typeName,
    subject: textOf(schema, message, subject),
    payload,
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
    const mine = entries.filter((entry) => entry.partition === partition);
    const columns = columnsOf(mine);
    const [head] = await query<Head>(sql`
      with head as (update log_head set seq = seq + ${columns.count}::int where partition = ${partition}::smallint
        returning seq as log_seq, clock_timestamp() as log_at),
      entry as (insert into log (partition, seq, at, type, subject_id, payload, trace)
        select ${partition}::smallint, log_seq - ${columns.count}::int + e.place, log_at, e.type, e.subject, e.payload,
          coalesce(nullif(e.trace, ''), ${trace}::text)
        from head, unnest(${columns.types}::text[], ${columns.subjects}::text[], ${columns.payloads}::bytea[], ${columns.traces}::text[])
          with ordinality as e (type, subject, payload, trace, place))
      select log_seq, log_at from head`);
    if (head) places.push(placeOf(mine, head, trace));
  }
  return places;
}

/**
 * Turns an effect into the one statement that also logs it. The join with the effect, not a subquery, decides whether
 * the head moves: when the head row was locked, PostgreSQL looks at the row again, and only joined rows are kept for that.
 */
export function loggedEffect(effect: Sql, entries: readonly Entry[], trace: string): Sql {
  const [only, ...more] = entries;
  if (only && more.length === 0) return loggedAlone(effect, only, trace);
  const partition = only ? partitionAlone(entries) : -1;
  const { count, types, subjects, payloads, traces } = columnsOf(entries);
  const values = [...effect.values, count, partition, types, subjects, payloads, traces, trace];
  const text = textFor(
    effect,
    "w",
    (at) => `with ${effect.text},
    log_next as (update log_head set seq = seq + ${at(1)}::int from (select 1 from effect limit 1) as happened
      where partition = ${at(2)}::smallint returning seq as log_seq, clock_timestamp() as log_at),
    log_entry as (insert into log (partition, seq, at, type, subject_id, payload, trace)
      select ${at(2)}::smallint, log_seq - ${at(1)}::int + e.place, log_at, e.type, e.subject, e.payload,
        coalesce(nullif(e.trace, ''), ${at(7)}::text)
      from log_next, unnest(${at(3)}::text[], ${at(4)}::text[], ${at(5)}::bytea[], ${at(6)}::text[])
        with ordinality as e (type, subject, payload, trace, place))
    select effect.*, log_seq, log_at from effect left join log_next on true`,
  );
  return { text, values, name: `w${effect.name}` };
}

const texts = new Map<string, string>();

/** What is written around an effect, composed once: values of its own come behind those of the effect. */
function textFor(effect: Sql, kind: string, compose: (at: (place: number) => string) => string): string {
  const key = kind + effect.name;
  const known = texts.get(key);
  if (known !== undefined) return known;
  const text = compose((place) => `$${effect.values.length + place}`);
  texts.set(key, text);
  return text;
}

/** The same for the one entry that most effects have: no arrays to be written as text here and read there. */
function loggedAlone(effect: Sql, { partition, type, subject, payload, trace: own }: Entry, trace: string): Sql {
  const values = [...effect.values, partition, type, subject, bufferOf(payload), own || trace];
  const text = textFor(
    effect,
    "o",
    (at) => `with ${effect.text},
    log_next as (update log_head set seq = seq + 1 from (select 1 from effect limit 1) as happened
      where partition = ${at(1)}::smallint returning seq as log_seq, clock_timestamp() as log_at),
    log_entry as (insert into log (partition, seq, at, type, subject_id, payload, trace)
      select ${at(1)}::smallint, log_seq, log_at, ${at(2)}::text, ${at(3)}::text, ${at(4)}::bytea, ${at(5)}::text from log_next)
    select effect.*, log_seq, log_at from effect left join log_next on true`,
  );
  return { text, values, name: `o${effect.name}` };
}

/**
 * Several effects of one kind with the entries of each that happened: by place, from 1. Those of one effect lie in one
 * partition, one behind the other. Heads are locked in ascending order before the first is moved, as all do who move several.
 */
export function loggedTogether(effect: Sql, entries: readonly (readonly Entry[])[]): Sql {
  const flat = entries.flatMap((mine, at) => mine.map((entry) => ({ entry, place: at + 1 })));
  const { types, subjects, payloads, traces } = columnsOf(flat.map(({ entry }) => entry));
  const partitions = entries.map((mine) => partitionAlone(mine));
  return sql`with ${effect},
    log_item as (select e.place, i.partition, i.type, i.subject, i.payload, i.trace,
        row_number() over (partition by i.partition order by i.line) as nth
      from effect e join unnest(${flat.map(({ place }) => place)}::int[], ${flat.map(({ place }) => partitions[place - 1])}::smallint[],
          ${types}::text[], ${subjects}::text[], ${payloads}::bytea[], ${traces}::text[])
          with ordinality as i (place, partition, type, subject, payload, trace, line)
        on i.place = e.place),
    log_held as (select h.partition, n.count from log_head h
      join (select partition, count(*) as count from log_item group by partition) n on n.partition = h.partition
      order by h.partition for update of h),
    log_next as (update log_head h set seq = h.seq + n.count from (select * from log_held offset 0) n
      where h.partition = n.partition returning h.partition, h.seq - n.count as before, clock_timestamp() as log_at),
    log_entry as (insert into log (partition, seq, at, type, subject_id, payload, trace)
      select i.partition, n.before + i.nth, n.log_at, i.type, i.subject, i.payload, i.trace
      from log_item i join log_next n on n.partition = i.partition)
    select effect.*, n.before + i.nth as log_seq, n.log_at
    from effect join (select place, partition, max(nth) as nth from log_item group by place, partition) i on i.place = effect.place
      join log_next n on n.partition = i.partition`;
}

/** Where the entries of one write go. */
export function partitionAlone(entries: readonly Entry[]): number {
  const [first] = entries;
  if (!first) throw new Error("one write logs at least one entry");
  if (entries.some(({ partition }) => partition !== first.partition))
    throw new Error("one write logs into one partition");
  return first.partition;
}

const bufferOf = ({ buffer, byteOffset, length }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, length);

/** Where entries ended up, as the statement that wrote them says. */
export interface Head {
  readonly log_seq: string;
  readonly log_at: string;
}

/** The entries of one partition as everybody will read them. */
export function placeOf(entries: readonly Entry[], { log_seq, log_at }: Head, trace: string): Place {
  const seq = BigInt(log_seq);
  const at = new Date(log_at);
  const first = seq - BigInt(entries.length) + 1n;
  const logged = entries.map(
    (entry, n): LogEntry => ({ ...entry, trace: entry.trace || trace, seq: first + BigInt(n), at }),
  );
  return { partition: entries[0]?.partition ?? -1, seq, entries: logged };
}

/** The same for the entries of several writes, each of which ends where its row says; those without a row did not happen. */
export function placesOf(entries: readonly (readonly Entry[])[], rows: ReadonlyMap<number, Head>): Place[] {
  const logged = entries.flatMap((mine, at): LogEntry[] => {
    const row = rows.get(at);
    return row ? [...placeOf(mine, row, "").entries] : [];
  });
  return [...Map.groupBy(logged, ({ partition }) => partition)].map(([partition, mine]) => {
    mine.sort((a, b) => (a.seq < b.seq ? -1 : 1));
    return { partition, seq: mine.at(-1)?.seq ?? 0n, entries: mine };
  });
}

function columnsOf(entries: readonly Entry[]) {
  return {
    count: entries.length,
    types: entries.map(({ type }) => type),
    subjects: entries.map(({ subject }) => subject),
    payloads: entries.map(({ payload }) => bufferOf(payload)),
    traces: entries.map(({ trace = "" }) => trace),
  };
}

function textOf<E extends DescMessage>(schema: E, message: MessageShape<E>, name: string): string {
  const field = schema.fields.find((one) => one.name === name);
  const value = field && (message as Record<string, unknown>)[field.localName];
  if (typeof value !== "string" || value === "") throw new Error(`${schema.typeName} has no value in ${name}`);
  return value;
}
