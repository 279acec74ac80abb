import { expect, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { type ToyDeps, toy } from "../testing/toy.ts";
import { startTestMesh } from "../testing.ts";
import { type Sql, sql } from "./sql.ts";

test("a statement without a name is planned for its values, and no other on its connection", async () => {
  await using mesh = await startTestMesh([toy("identity", [IdentityService], {})]);
  const { db } = mesh.deps<ToyDeps>("identity");
  const modeOf = async (statement: Sql) => (await db.query<{ mode: string }>(statement))[0]?.mode;
  const named = () => modeOf(sql`select current_setting('plan_cache_mode') as mode`);
  const unnamed = () => modeOf({ ...sql`select current_setting('plan_cache_mode') as mode`, name: "" });
  const wrong = () => db.query({ ...sql`select 1 / ${0}::int`, name: "" });

  const all = await Promise.all(Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? named() : unnamed())));
  expect(all).toEqual(all.map((_, at) => (at % 2 === 0 ? "force_generic_plan" : "force_custom_plan")));
  const failures = await Promise.allSettled(Array.from({ length: 40 }, wrong));
  expect(failures.map(({ status }) => status)).toEqual(failures.map(() => "rejected"));
  const after = await Promise.all(Array.from({ length: 40 }, named));
  expect(after).toEqual(after.map(() => "force_generic_plan"));
});
