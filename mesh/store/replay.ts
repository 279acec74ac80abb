import type { Context, ReplayKey } from "../context.ts";
import { nameOf } from "../contract.ts";
import { meshFailure } from "../failure.ts";
import type { Tx } from "./commit.ts";
import { type Sql, sql } from "./sql.ts";

/** What a claimed key led to. */
interface Outcome {
  readonly subject: string;
  readonly answer: Uint8Array | null;
}

const keyOf = (context: Context): ReplayKey & { method: string } => {
  if (!context.replay) throw new Error("no idempotency key was given");
  return { ...context.replay, method: nameOf(context.method) };
};

/** Takes the key for this transaction; waits for a concurrent holder and then says false. */
export async function claim(tx: Tx, context: Context): Promise<boolean> {
  const { scope, method, key, fingerprint } = keyOf(context);
  const rows = await tx.query(sql`insert into replay (scope, method, key, fingerprint, at)
    values (${scope}, ${method}, ${key}, ${Buffer.from(fingerprint)}, ${context.now}) on conflict do nothing returning 1`);
  return rows.length > 0;
}

/** Keeps the answer for whoever repeats the call. */
export async function record(tx: Tx, context: Context, answer: Uint8Array): Promise<void> {
  const { scope, method, key } = keyOf(context);
  await tx.query(
    sql`update replay set answer = ${Buffer.from(answer)} where scope = ${scope} and method = ${method} and key = ${key}`,
  );
}

/** Keeps whom the call concerned, and no token. */
export async function rememberSubject(tx: Tx, context: Context, subject: string): Promise<void> {
  const { scope, method, key } = keyOf(context);
  await tx.query(
    sql`update replay set subject = ${subject} where scope = ${scope} and method = ${method} and key = ${key}`,
  );
}

/** Reads what the first call with this key led to; the same key for another request is refused. */
export async function recall(query: <Row>(statement: Sql) => Promise<Row[]>, context: Context): Promise<Outcome> {
  const { scope, method, key, fingerprint } = keyOf(context);
  const [row] = await query<{ fingerprint: Buffer; subject: string | null; answer: Buffer | null }>(
    sql`select fingerprint, subject, answer from replay where scope = ${scope} and method = ${method} and key = ${key}`,
  );
  if (!row) throw meshFailure("TOO_BUSY", { retryAfterMs: 100 }); // swept between the two statements
  if (!row.fingerprint.equals(fingerprint)) throw meshFailure("IDEMPOTENCY_KEY_REUSED");
  return { subject: row.subject ?? "", answer: row.answer };
}
