import type { AsyncLocalStorage } from "node:async_hooks";
import { type DescMessage, fromBinary, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import type { EntityManager } from "@mikro-orm/postgresql";
import { CompiledQuery, type Transaction } from "kysely";
import { Replay } from "#gen/skein/options/v1/options_pb.ts";
import { type Context, current, spend } from "../context.ts";
import { nameOf, optionsOf } from "../contract.ts";
import { crashPoint } from "../crash-points.ts";
import { answerBytes } from "../encoded.ts";
import { traceparent } from "../telemetry/trace.ts";
import { lostRace, translate } from "./database-failure.ts";
import { createLine } from "./line.ts";
import { type Entry, event, type Head, loggedEffect, type Place, placeOf, writeEntries } from "./log.ts";
import { claim, recall, record, rememberSubject } from "./replay.ts";
import type { Sql } from "./sql.ts";
import { createTogether } from "./together.ts";

/** What a unit of work may use. */
export interface Tx {
  query<Row>(statement: Sql): Promise<Row[]>;
  /** Adds an event to the service's log; it is written last, with the effect or not at all. */
  publish<E extends DescMessage>(schema: E, init: MessageInitShape<E>, trace?: string): void;
  /** Called when the transaction is committed, perhaps also when it is known that it was rolled back. */
  ended(then: () => void): void;
}

/** A unit of work that may also go through entities. */
export interface EntityTx extends Tx {
  readonly em: EntityManager;
}

/** A write that is one statement. */
export interface Write {
  /** CTEs, one of them called `effect`: it returns rows if and only if something happened. */
  readonly effect: Sql;
  /** What is logged if something happened; all in one partition. */
  readonly publish: readonly Entry[];
}

interface Parts {
  service: string;
  em: () => EntityManager;
  query: <Row>(statement: Sql) => Promise<Row[]>;
  /** Says that a transaction is open, to whatever its work calls. */
  open: AsyncLocalStorage<boolean>;
  /** Tells whoever waits for log entries, and the running call, where some were written. */
  announce: (places: readonly Place[], context: Context | undefined) => void;
}

const ATTEMPTS = 4;

/** A concurrent holder of the same idempotency key won; its outcome is read in a fresh statement. */
class Taken extends Error {}

/** The ways to commit a unit of work; see Db. */
export function createCommit({ service, em, query, open, announce }: Parts) {
  const inLine = createLine();
  async function transact<A>(
    context: Context | undefined,
    work: (tx: EntityTx) => Promise<A>,
    finish: (tx: Tx, answer: A) => Promise<void>,
  ) {
    const entries: Entry[] = [];
    const endings: (() => void)[] = [];
    let places: Place[] = [];
    const answer = await em().transactional((inner) =>
      open.run(true, async () => {
        entries.length = 0;
        const tx: EntityTx = {
          em: inner,
          query: (statement) => inTransaction(inner, statement, (context ?? current())?.signal),
          publish: (schema, init, trace) => void entries.push(event(schema, init, trace)),
          ended: (then) => void endings.push(then),
        };
        if (context && claims(context) && !(await claim(tx, context))) throw new Taken();
        const done = await work(tx);
        await inner.flush();
        places = await writeEntries(tx.query, entries, traceOf(context));
        await finish(tx, done);
        if (entries.length > 0) crashPoint(service, "log.beforeCommit");
        return done;
      }),
    );
    if (entries.length > 0) crashPoint(service, "log.afterCommit");
    announce(places, context);
    for (const then of endings) then();
    return answer;
  }

  async function persist<A>(context: Context | undefined, act: () => Promise<A>, again: () => Promise<A>): Promise<A> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await (context && claims(context) ? inLine(keyOf(context), act) : act());
      } catch (error) {
        if (error instanceof Taken) return await again();
        if (!lostRace(error) || attempt === ATTEMPTS) throw translate(error);
      }
    }
  }

  async function write<Row>(context: Context | undefined, { effect, publish }: Write): Promise<Row[]> {
    const trace = traceOf(context);
    const statement = loggedEffect(effect, publish, trace);
    for (let attempt = 1; ; attempt++) {
      try {
        const rows = await query<Row & Head>(statement);
        crashPoint(service, "log.afterCommit");
        const [first] = rows;
        if (first) announce([placeOf(publish, first, trace)], context);
        return rows;
      } catch (error) {
        if (!lostRace(error) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  return {
    write,
    writeTogether: createTogether({ service, open, query, announce, alone: write, traceOf }),
    commit<A>(context: Context | undefined, work: (tx: EntityTx) => Promise<A>): Promise<A> {
      const output = context?.method.output;
      const finish = async (tx: Tx, answer: A) => {
        if (context && output && claims(context))
          await record(tx, context, answerBytes(output, answer as MessageInitShape<DescMessage>));
      };
      const again = async () => {
        const { answer } = await recall(query, context as Context);
        return fromBinary(output as DescMessage, answer ?? new Uint8Array()) as MessageShape<DescMessage> as A;
      };
      return persist(context, () => transact(context, work, finish), again);
    },
    async commitOnce<A>(
      context: Context,
      work: (tx: EntityTx) => Promise<{ subject: string; answer: A }>,
      again: (subject: string) => Promise<A>,
    ): Promise<A> {
      const finish = async (tx: Tx, { subject }: { subject: string }) => {
        if (context.replay) await rememberSubject(tx, context, subject);
      };
      const replayed = async () => {
        const { subject } = await recall(query, context);
        return { subject, answer: await again(subject) };
      };
      return (await persist(context, () => transact(context, work, finish), replayed)).answer;
    },
  };
}

// Where the row itself keeps the key (ENTITY), the handler looks there.
const claims = (context: Context): boolean =>
  context.replay !== undefined && optionsOf(context.method).replay !== Replay.ENTITY;

const traceOf = (context: Context | undefined): string => (context ? traceparent(context.trace) : "");

const keyOf = ({ method, replay }: Context): string => JSON.stringify([nameOf(method), replay?.scope, replay?.key]);

async function inTransaction<Row>(
  em: EntityManager,
  { text, values }: Sql,
  signal: AbortSignal | undefined,
): Promise<Row[]> {
  spend("sql");
  const transaction = em.getTransactionContext<Transaction<unknown>>();
  if (!transaction) throw new Error("no transaction is open");
  const abort = signal ? { signal, inflightQueryAbortStrategy: "cancel query" as const } : undefined;
  const { rows } = await transaction.executeQuery<Row>(CompiledQuery.raw(text, [...values]), abort);
  return rows;
}
