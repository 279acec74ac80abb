import type { Client } from "@connectrpc/connect";
import { Migration } from "@mikro-orm/migrations";
import { ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import { AccountErasureDueSchema, ProfileUpdatedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { consumer, from, on, type Replacing } from "../consumer.ts";
import type { RebuildParts } from "../log/rebuild.ts";
import type { ConsumerHandle } from "../ops/parts.ts";
import { defineService, type Loan, type Service } from "../service.ts";
import type { Tx } from "../store/commit.ts";
import { sql } from "../store/sql.ts";
import type { TestMesh } from "../testing.ts";

type Deps = Loan<Record<never, never>, Record<never, never>>;

/** Names by person, and how many there are in all: one row, to which all partitions add. */
class Kept20261125 extends Migration {
  override name = "20261125_kept";
  override up(): void {
    this.addSql("create sequence stamps");
    this.addSql(`create table kept (id uuid primary key, shard smallint not null, handle text not null,
      length integer not null generated always as (length(handle)) stored, decided text not null default 'by default',
      stamp bigint not null default nextval('stamps'), looked integer not null default 0)`);
    this.addSql("create table tally (id uuid primary key, people bigint not null, version bigint not null default 1)");
    this.addSql("create table noted (id uuid primary key, handle text not null)");
  }
}

export const TALLY = "0193aaaa-0000-7000-8000-00000000aaaa";
/** Which rows the rebuilds of a test replaced. */
export const changes: Pick<Replacing, "table" | "keys">[] = [];

const keep = async (tx: Tx, partition: number, rows: readonly { id: string; handle: string }[]): Promise<void> => {
  await tx.query(sql`with came as (insert into kept (id, shard, handle)
      select id, ${partition}::smallint, handle from unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ handle }) => handle)}::text[])
        as r (id, handle)
      on conflict (id) do update set handle = excluded.handle, stamp = nextval('stamps') returning xmax = 0 as fresh)
    insert into tally as t (id, people) select ${TALLY}::uuid, count(*) from came where fresh
    on conflict (id) do update set people = t.people + excluded.people, version = t.version + 1`);
};

/** Like the mirror, but it says what it keeps. A handle that begins with "note" is noted in a table that it does not declare. */
const keepNames = consumer<Deps>(
  "keep-names",
  [
    on(ProfileUpdatedSchema, async ({ event: { accountId, profile }, tx, partition }) => {
      const handle = profile?.handle ?? "";
      await keep(tx, partition, [{ id: accountId, handle }]);
      if (handle.startsWith("note"))
        await tx.query(sql`insert into noted (id, handle) values (${accountId}, ${handle})`);
    }),
    on(AccountErasureDueSchema, async ({ event: { accountId }, tx }) => {
      await tx.query(sql`with gone as (delete from kept where id = ${accountId} returning id)
        update tally set people = people - (select count(*) from gone), version = version + 1`);
    }),
  ],
  [
    from(
      "name",
      ProfileSchema,
      ({ rows, tx, partition }) =>
        keep(
          tx,
          partition,
          rows.map(({ accountId, handle }) => ({ id: accountId, handle })),
        ),
      async ({ tx, partition }) => {
        await tx.query(sql`with gone as (delete from kept where shard = ${partition} returning id)
          update tally set people = people - (select count(*) from gone), version = version + 1`);
      },
      (partition) => sql`select id::text as key, handle as says from kept where shard = ${partition}::smallint`,
    ),
  ],
  {
    // Who calls itself "mine" is our own affair.
    tables: [{ table: "kept", decided: ["decided"], stamps: ["stamp"], loose: ["looked"], own: "l.handle = 'mine'" }],
    besides: ["tally"],
    sequences: ["stamps"],
    async around({ tx, table, keys }, replace) {
      changes.push({ table, keys });
      const count = sql`select count(*) as people from kept where id = any(${keys}::uuid[])`;
      const [before] = await tx.query<{ people: string }>(count);
      await replace();
      await tx.query(sql`insert into tally as t (id, people) select ${TALLY}::uuid, people - ${before?.people ?? 0}::bigint from (${count}) as c
        on conflict (id) do update set people = t.people + excluded.people, version = t.version + 1`);
    },
  },
);

/** Keeps names, and can be proved and built anew beside what is read. */
export const keeping: Service = defineService({
  name: "content",
  config: {},
  calls: {},
  entities: [],
  migrations: [Kept20261125],
  serves: [],
  consumes: [keepNames],
});

/** What a rebuild stands on, and the consumer, as they run in a mesh. */
export function standing(mesh: TestMesh): { parts: RebuildParts; handle: ConsumerHandle } {
  const content = mesh.mesh.running.find(({ service }) => service.name === "content");
  const handle = content?.carrying?.handles[0];
  if (!content?.carrying || !handle) throw new Error("content does not run here");
  const { carrying, deps } = content;
  const { ownerAt, sourceOf } = carrying;
  return { parts: { service: "content", db: deps.db, lent: mesh.mesh.lent, deps, ownerAt, sourceOf }, handle };
}

type Owner = Client<typeof OpsService>;

/** The same parts, but the owner answers as the test says. */
export const withOwner = (parts: RebuildParts, change: (owner: Owner) => Partial<Owner>): RebuildParts => ({
  ...parts,
  ownerAt(service) {
    const owner = parts.ownerAt(service);
    return { ...owner, ...change(owner) };
  },
});

/** What is kept, by id, and what the tally says. */
export async function kept(mesh: TestMesh): Promise<{ names: Record<string, string>; people: number }> {
  const { db } = mesh.deps<Deps>("content");
  const rows = await db.query<{ id: string; handle: string }>(sql`select id, handle from kept order by id`);
  const [tally] = await db.query<{ people: string }>(sql`select people from tally`);
  return { names: Object.fromEntries(rows.map(({ id, handle }) => [id, handle])), people: Number(tally?.people ?? 0) };
}

/** What ought to be kept. */
export async function owned(mesh: TestMesh): Promise<{ names: Record<string, string>; people: number }> {
  const { db } = mesh.deps<Deps>("identity");
  const rows = await db.query<{ id: string; handle: string }>(sql`select id, handle from name order by id`);
  return { names: Object.fromEntries(rows.map(({ id, handle }) => [id, handle])), people: rows.length };
}
