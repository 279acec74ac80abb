import type { DescService } from "@bufbuild/protobuf";
import { Migration } from "@mikro-orm/migrations";
import { GatewayInfoService } from "#gen/skein/gateway/v1/gateway_info_service_pb.ts";
import { AccountDeactivatedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { consumer, on } from "#mesh/consumer.ts";
import { type Context, callerOf } from "#mesh/context.ts";
import { defineService, type Served } from "#mesh/service.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";

class Effects extends Migration {
  override name = "20261121_effects";
  override up(): void {
    this.addSql(`create table effect (place bigint generated always as identity primary key, subject text not null, source_partition smallint not null,
      seq bigint not null)`);
    this.addSql(`create table made (n bigint generated always as identity primary key, subject text not null)`);
  }
}

/** Not idempotent on purpose: an event applied twice leaves two rows. */
const writeDown = consumer("write-down", [
  on(AccountDeactivatedSchema, async ({ event: { accountId }, tx, partition, seq }) => {
    await tx.query(
      sql`insert into effect (subject, source_partition, seq) values (${accountId}, ${partition}, ${seq})`,
    );
  }),
]);

/** One account's announcement, RECORDED: the effect, its event and the answer in one transaction. */
const changeHandle =
  ({ db }: { db: Db }) =>
  async ({ handle }: { handle: string }, context: Context) =>
    db.commit(context, async (tx) => {
      await tx.query(sql`insert into made (subject) values (${handle})`);
      tx.publish(AccountDeactivatedSchema, { accountId: callerOf(context) });
      return { account: { etag: handle } };
    });

const silent = (contract: DescService): Served<{ db: Db }> => ({
  contract,
  handlers: Object.fromEntries(contract.methods.map(({ localName }) => [localName, () => async () => ({})])),
});
const announcing: Served<{ db: Db }> = {
  ...silent(IdentityService),
  handlers: { ...silent(IdentityService).handlers, changeHandle: changeHandle as never },
};
const bare = { config: {}, calls: {}, entities: [], migrations: [Effects] };

/** Two services under the names of real ones: the first announces, the second writes down what it heard. */
export const pair = [
  defineService({ ...bare, name: "identity", serves: [announcing, silent(SessionService)] }),
  defineService({ ...bare, name: "content", serves: [silent(GatewayInfoService)], consumes: [writeDown] }),
];
