import { Migration } from "@mikro-orm/migrations";

/** Why accounts were suspended, by whom and how long; and the shard of each account, so that snapshots go by it. */
export class Suspension20261123 extends Migration {
  override name = "20261123_suspension";
  override up(): void {
    this.addSql(`create table suspension (account_id uuid not null, suspended_at timestamptz not null, reason text not null,
      suspended_by uuid, lifted_at timestamptz, lifted_by uuid, lift_reason text, primary key (account_id, suspended_at))`);
    this.addSql(`create unique index suspension_open on suspension (account_id) where lifted_at is null`);

    // The same function as partitionOf in mesh/partition.ts, in arithmetic that does not overflow 64 bits.
    this.addSql(`create function partition_of(key text) returns smallint language plpgsql immutable strict parallel safe as $$
      declare bytes bytea := convert_to(key, 'UTF8'); hash bigint := 2166136261;
      begin
        for at in 0 .. octet_length(bytes) - 1 loop
          hash := ((hash # get_byte(bytes, at)) * 16777619) & 4294967295;
        end loop;
        hash := ((hash # (hash >> 16)) * 73244475) & 4294967295;
        return (hash # (hash >> 16)) % 64;
      end $$`);
    this.addSql(`alter table account add column shard smallint`);
    this.addSql(`update account set shard = partition_of(id::text)`);
    this.addSql(`create index account_shard on account (shard, id)`);
    // The version before this one registers without a shard for as long as both run.
    this.addSql(`create function account_shard() returns trigger language plpgsql as $$
      begin new.shard := partition_of(new.id::text); return new; end $$`);
    this.addSql(`create trigger account_shard before insert on account for each row when (new.shard is null)
      execute function account_shard()`);
  }
}
