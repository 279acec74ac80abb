import { inject } from "vitest";
import type { Db } from "../store/database.ts";
import { connect } from "../store/provision.ts";
import { type Sql, sql } from "../store/sql.ts";

type Query = <Row>(statement: Sql) => Promise<Row[]>;

/** A connection to a service's database that may do what the service may not: tell the planner what is there, and ask it. */
export async function administer(db: Db) {
  const [row] = await db.query<{ name: string }>(sql`select current_database() as name`);
  const url = new URL(inject("servers").postgres);
  url.pathname = `/${row?.name}`;
  return connect(url.href);
}

/** Lets the planner know what is there, as autovacuum would within a minute. */
export async function analyze(db: Db, ...tables: string[]): Promise<void> {
  await using admin = await administer(db);
  for (const table of tables) await admin.query(`analyze ${table}`);
}

/** How a service's connection carries out the statement that is asked for: planned for any values, or for these if it has no name. */
export async function planOf(db: Db, ask: (query: Query) => Promise<unknown>): Promise<string> {
  const { name, text, values } = await statementOf(ask);
  await using admin = await administer(db);
  await admin.query(`set plan_cache_mode = ${name === "" ? "force_custom_plan" : "force_generic_plan"}`);
  await admin.query(`prepare asked as ${text}`);
  const { rows } = await admin.query<{ "QUERY PLAN": string }>(
    `explain (analyze, costs off) execute asked (${values.map(literal).join(", ")})`,
  );
  return rows.map((row) => row["QUERY PLAN"]).join("\n");
}

/** Of how many rows a plan's steps found at most that they were of no use. */
export const mostRemoved = (plan: string): number =>
  Math.max(0, ...[...plan.matchAll(/Rows Removed by [^:]+: (\d+)/g)].map(([, count]) => Number(count)));

async function statementOf(ask: (query: Query) => Promise<unknown>): Promise<Sql> {
  let asked: Sql | undefined;
  await ask(async (statement) => {
    asked = statement;
    return [];
  });
  if (!asked) throw new Error("nothing was asked");
  return asked;
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "number") return String(value);
  const text = (one: unknown) => (one instanceof Date ? one.toISOString() : String(one));
  const whole = Array.isArray(value) ? `{${value.map((one) => JSON.stringify(text(one))).join(",")}}` : text(value);
  return `'${whole.replaceAll("'", "''")}'`;
}
