import { expect, test } from "vitest";
import { sql } from "#mesh/store/sql.ts";
import { startTestMesh } from "#mesh/testing.ts";
import type { Deps } from "./deps.ts";
import { entities } from "./entities.ts";
import { identity } from "./index.ts";

interface Column {
  name: string;
  type: string;
  nullable: boolean;
  filled: boolean;
}

test("entities agree with the migrated tables, column by column", async () => {
  await using mesh = await startTestMesh([identity]);
  const { db } = mesh.deps<Deps>("identity");
  for (const entity of entities) {
    const meta = db.orm.getMetadata().get(entity.meta.class);
    const columns = await db.query<Column>(sql`select a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
        not a.attnotnull as nullable, a.atthasdef as filled
      from pg_attribute a where a.attrelid = ${meta.tableName}::text::regclass and a.attnum > 0 and not a.attisdropped order by 1`);
    const types: Record<string, string> = { timestamptz: "timestamp with time zone", int8: "bigint" };
    const declared = Object.values(meta.properties).map(({ fieldNames, columnTypes, nullable, default: initial }) => ({
      name: fieldNames[0] ?? "",
      type: types[columnTypes[0] ?? ""] ?? columnTypes[0] ?? "",
      nullable: nullable === true,
      filled: initial !== undefined,
    }));
    expect(
      declared.sort((a, b) => (a.name < b.name ? -1 : 1)),
      meta.tableName,
    ).toEqual(columns);
  }
});
