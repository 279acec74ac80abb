import { Migration } from "@mikro-orm/migrations";
import { ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import { AccountErasureDueSchema, ProfileUpdatedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { consumer, from, on } from "../consumer.ts";
import { snapshot } from "../log/snapshot.ts";
import { PARTITIONS, partitionOf } from "../partition.ts";
import { defineService, type Loan, type Service, serve } from "../service.ts";
import { event } from "../store/log.ts";
import { sql } from "../store/sql.ts";
import { as, type TestMesh } from "../testing.ts";

type Deps = Loan<Record<never, never>, Record<never, never>>;

/** The n-th of some people. */
export const person = (n: number): string => `0193aaaa-0000-7000-8000-${String(n).padStart(12, "0")}`;
/** Handles that the mirror refuses to take. */
export const refused = new Set<string>();

const FIRST = "00000000-0000-0000-0000-000000000000";

class Names20261123 extends Migration {
  override name = "20261123_names";
  override up(): void {
    this.addSql(`create table name (id uuid primary key, shard smallint not null, handle text not null)`);
  }
}

class Mirror20261123 extends Migration {
  override name = "20261123_mirror";
  override up(): void {
    this.addSql(
      `create table mirror (id uuid primary key, shard smallint not null, handle text not null, version bigint not null)`,
    );
  }
}

/** Owns names: one row each, announced with each change. */
export const owner: Service = defineService({
  name: "identity",
  config: {},
  calls: {},
  entities: [],
  migrations: [Names20261123],
  serves: [
    serve<typeof IdentityService, Deps>(
      IdentityService,
      Object.fromEntries(IdentityService.methods.map(({ localName }) => [localName, () => async () => ({})])) as never,
    ),
  ],
  snapshots: [
    snapshot<typeof ProfileSchema, { id: string; handle: string }>(
      "name",
      ProfileSchema,
      (partition, after, limit) => sql`select id::text as key, id, handle from name
        where shard = ${partition} and id > ${after || FIRST}::uuid order by id limit ${limit}`,
      ({ id, handle }) => ({ accountId: id, handle }),
      (partition) => sql`select id::text as key, handle as says from name where shard = ${partition}::smallint`,
    ),
  ],
});

/** Mirrors them, by events or from a snapshot. */
const mirrorNames = consumer<Deps>(
  "mirror-names",
  [
    on(ProfileUpdatedSchema, async ({ event: { accountId, profile }, tx, seq, partition }) => {
      const handle = profile?.handle ?? "";
      if (refused.has(handle)) throw new Error(`cannot take ${handle}`);
      await tx.query(sql`insert into mirror (id, shard, handle, version) values (${accountId}, ${partition}, ${handle}, ${seq})
        on conflict (id) do update set handle = excluded.handle, version = excluded.version where mirror.version < excluded.version`);
    }),
    on(AccountErasureDueSchema, async ({ event: { accountId }, tx }) => {
      await tx.query(sql`delete from mirror where id = ${accountId}`);
    }),
  ],
  [
    from(
      "name",
      ProfileSchema,
      async ({ rows, tx, partition, seq }) => {
        await tx.query(sql`insert into mirror (id, shard, handle, version)
          select id, ${partition}::smallint, handle, ${seq}::bigint
          from unnest(${rows.map(({ accountId }) => accountId)}::uuid[], ${rows.map(({ handle }) => handle)}::text[]) as r (id, handle)
          on conflict (id) do update set handle = excluded.handle, version = excluded.version where mirror.version < excluded.version`);
      },
      async ({ tx, partition }) => {
        await tx.query(sql`delete from mirror where shard = ${partition}`);
      },
    ),
  ],
);

/** Cannot be read anew. */
const countNames = consumer<Deps>("count-names", [on(ProfileUpdatedSchema, async () => undefined)]);

/** Keeps the mirror. */
export const mirroring: Service = defineService({
  name: "content",
  config: {},
  calls: {},
  entities: [],
  migrations: [Mirror20261123],
  serves: [],
  consumes: [mirrorNames, countNames],
});

const storeOf = (mesh: TestMesh, service: string) => mesh.deps<Deps>(service).db;

/** Gives somebody a handle, and announces it. */
export const rename = (mesh: TestMesh, n: number, handle: string): Promise<unknown> =>
  storeOf(mesh, "identity").write(undefined, {
    effect: sql`effect as (insert into name (id, shard, handle) values (${person(n)}, ${partitionOf(person(n))}, ${handle})
      on conflict (id) do update set handle = excluded.handle returning id)`,
    publish: [event(ProfileUpdatedSchema, { accountId: person(n), profile: { accountId: person(n), handle } })],
  });

/** Removes somebody, and announces it. */
export const remove = (mesh: TestMesh, n: number): Promise<unknown> =>
  storeOf(mesh, "identity").write(undefined, {
    effect: sql`effect as (delete from name where id = ${person(n)} returning id)`,
    publish: [event(AccountErasureDueSchema, { accountId: person(n) })],
  });

/** Changes rows of one partition at once, without a word. */
export const fill = (mesh: TestMesh, partition: number, count: number): Promise<unknown> =>
  storeOf(mesh, "identity").query(sql`insert into name (id, shard, handle)
    select gen_random_uuid(), ${partition}, 'n' || n from generate_series(1, ${count}::int) n`);

/** What the mirror shows, by id. */
export async function mirrored(mesh: TestMesh): Promise<Record<string, string>> {
  const rows = await storeOf(mesh, "content").query<{ id: string; handle: string }>(
    sql`select id, handle from mirror order by id`,
  );
  return Object.fromEntries(rows.map(({ id, handle }) => [id, handle]));
}

/** OpsService of a service, and the options by which an administrator calls it. */
export const opsOf = (mesh: TestMesh, service: string) => mesh.client(OpsService, service);
export const admin = as(person(999), { roles: [Role.ADMIN] });

/** Everything that a stream answers. */
export async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of stream) found.push(one);
  return found;
}

/** A person of each of so many different partitions. */
export function peopleApart(count: number): number[] {
  const found = new Map<number, number>();
  for (let n = 1; found.size < Math.min(count, PARTITIONS); n++) {
    const partition = partitionOf(person(n));
    if (!found.has(partition)) found.set(partition, n);
  }
  return [...found.values()];
}
