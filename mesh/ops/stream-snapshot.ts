import { create, toBinary } from "@bufbuild/protobuf";
import type pg from "pg";
import type { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { spend } from "../context.ts";
import { meshFailure } from "../failure.ts";
import { digested, type RangeRow } from "../log/digest.ts";
import { createSemaphore, type Semaphore, Shed } from "../semaphore.ts";
import type { Rpc } from "../service.ts";
import { translate } from "../store/database-failure.ts";
import { connect } from "../store/provision.ts";
import { type Sql, sql } from "../store/sql.ts";
import { kindNamed, ownDigest } from "./get-digest.ts";
import type { OpsParts } from "./parts.ts";

const PAGE = 500;
/** Each takes a connection beyond the pool, and holds back vacuum while it reads. */
const AT_ONCE = 4;
const WAITING = 64;
/** Times arrive as text, as they do from the pool: what turns columns into rows relies on it. */
const TIMES = [1082, 1114, 1184, 1186];

/** All rows of a kind in one partition, and the position they were read at. */
export const streamSnapshot = ({ db, snapshots }: OpsParts): Rpc<typeof OpsService.method.streamSnapshot> => {
  const places = createSemaphore({ slots: AT_ONCE, queue: WAITING });
  return async function* ({ kind, partition, after, withDigest }, { signal }) {
    const known = kindNamed(snapshots, kind);
    const incarnation = await db.incarnation();
    using place = await hold(places, signal);
    await using reader = await openReader(db.url, place, signal);
    // The first statement takes the transaction's one view of everything: head and rows belong together.
    const [head] = await reader.rows<{ seq: string }>(sql`select seq from log_head where partition = ${partition}`);
    yield { part: { case: "cut", value: { seq: BigInt(head?.seq ?? 0), incarnation } } };
    for (let last = after; ; ) {
      signal.throwIfAborted();
      const found = await reader.rows<{ key: string }>(known.page(partition, last, PAGE));
      last = found.at(-1)?.key ?? last;
      const rows = found.map((row) => toBinary(known.schema, create(known.schema, known.row({ ...row }))));
      if (rows.length > 0) yield { part: { case: "rows", value: { rows, lastKey: last } } };
      if (rows.length < PAGE) break;
    }
    if (!withDigest || !known.words) return;
    const { sums, rows } = digested(await reader.rows<RangeRow>(ownDigest(known, partition)));
    yield { part: { case: "digest", value: { sums: [...sums], rows: [...rows] } } };
  };
};

/**
 * A connection in a transaction that sees one moment and changes nothing. A client that leaves may never ask for the
 * next message, and then our generator never goes on: so connection and place are given back without it.
 */
async function openReader(url: string, place: Disposable, signal: AbortSignal) {
  const client = await connect(url).catch((error) => {
    throw translate(error);
  });
  const close = () => client.end().catch(() => undefined);
  signal.addEventListener("abort", close, { once: true });
  client.once("end", () => {
    signal.removeEventListener("abort", close);
    place[Symbol.dispose]();
  });
  const run = async (text: string, values: readonly unknown[] = []): Promise<pg.QueryResult> => {
    spend("sql");
    try {
      return await client.query({ text, values: [...values] });
    } catch (error) {
      throw translate(error);
    }
  };
  for (const oid of TIMES) client.setTypeParser(oid, String);
  // A client that stalls is cut off by the database: its transaction would hold back vacuum for ever.
  await run(
    "set application_name to 'skein snapshot'; set timezone to 'UTC'; set statement_timeout to '30s'; set idle_in_transaction_session_timeout to '30s'",
  );
  await run("begin transaction isolation level repeatable read, read only");
  return {
    rows: async <Row>({ text, values }: Sql): Promise<Row[]> => (await run(text, values)).rows as Row[],
    [Symbol.asyncDispose]: close,
  };
}

/** Takes a place until disposal. */
async function hold(places: Semaphore, signal: AbortSignal): Promise<Disposable> {
  const entered = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const held = places.run(() => {
    entered.resolve();
    return left.promise;
  }, signal);
  try {
    await Promise.race([entered.promise, held]);
  } catch (error) {
    throw error instanceof Shed ? meshFailure("TOO_BUSY", { retryAfterMs: 1_000, cause: error }) : error;
  }
  return { [Symbol.dispose]: () => left.resolve() };
}
