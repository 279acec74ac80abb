import type { Sql } from "#mesh/store/sql.ts";

/** Runs a statement, within a unit of work or outside one. */
export type Query = <Row>(statement: Sql) => Promise<Row[]>;
