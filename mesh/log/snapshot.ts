import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import type { Sql } from "../store/sql.ts";
import type { InWords } from "./digest.ts";

/** Rows of a service that others may read whole: those of one partition, in the order of a key, page by page. */
export interface Snapshot {
  readonly kind: string;
  readonly schema: DescMessage;
  /** The statement for one page: rows whose text column `key` is greater than `after`, ascending by it. */
  readonly page: (partition: number, after: string, limit: number) => Sql;
  readonly row: (columns: Record<string, unknown>) => MessageInitShape<DescMessage>;
  /** What projections are compared with; without it they cannot be. */
  readonly words?: InWords | undefined;
}

/** Declares a kind of rows; see Snapshot. */
export const snapshot = <R extends DescMessage, Columns extends object>(
  kind: string,
  schema: R,
  page: (partition: number, after: string, limit: number) => Sql,
  row: (columns: Columns) => MessageInitShape<R>,
  words?: InWords,
): Snapshot => ({ kind, schema, page, row: row as unknown as Snapshot["row"], words });
