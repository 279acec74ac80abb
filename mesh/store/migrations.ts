import { Migration } from "@mikro-orm/migrations";
import { PARTITIONS } from "../partition.ts";

/** What every service's database holds beside its own tables: log, idempotency records, job leases, incarnation. */
class Mesh20261121 extends Migration {
  override name = "20261121_mesh";
  override up(): void {
    this.addSql(`create table log_head (partition smallint primary key, seq bigint not null default 0)`);
    this.addSql(`insert into log_head (partition) select generate_series(0, ${PARTITIONS - 1})`);
    // Positions are (partition, seq); \`at\` is in the key only because PostgreSQL wants the partition column there.
    this.addSql(`create table log (partition smallint not null, seq bigint not null, at timestamptz not null,
      type text not null, subject_id text not null, payload bytea not null, trace text not null default '',
      primary key (partition, seq, at)) partition by range (at)`);
    this.addSql(`create index log_subject on log (subject_id)`);
    this.addSql(`create table log_rest partition of log default`);
    // The data role may not create tables, so the owner lends it this one act: days ahead are made, old days dropped whole.
    this.addSql(`create function keep_log(days_kept int) returns void language plpgsql security definer
      set search_path = public as $$
      declare day date; old record;
      begin
        for day in select generate_series((now() at time zone 'utc')::date, (now() at time zone 'utc')::date + 3, '1 day')::date loop
          begin
            execute format('create table if not exists %I partition of log for values from (%L) to (%L)',
              'log_' || to_char(day, 'YYYYMMDD'), day::timestamp at time zone 'utc', (day + 1)::timestamp at time zone 'utc');
          exception when check_violation then null; -- rows of that day already lie in log_rest
          end;
        end loop;
        for old in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
          where i.inhparent = 'log'::regclass and c.relname ~ '^log_[0-9]{8}$'
            and to_date(substr(c.relname, 5), 'YYYYMMDD') < (now() at time zone 'utc')::date - days_kept loop
          execute format('drop table %I', old.relname);
        end loop;
        delete from log_rest where at < now() - make_interval(days => days_kept);
      end $$`);
    this.addSql(`select keep_log(7)`);
    this.addSql(`create table replay (scope text not null, method text not null, key text not null,
      fingerprint bytea not null, subject text, answer bytea, at timestamptz not null default now(),
      primary key (scope, method, key))`);
    this.addSql(`create index replay_at on replay (at)`);
    this.addSql(`create table job (name text primary key, due_at timestamptz not null default now(),
      holder text, held_until timestamptz, ran_at timestamptz, took_ms int, failure text)`);
    this.addSql(`create table incarnation (id uuid primary key, since timestamptz not null default now())`);
    this.addSql(`insert into incarnation (id) values (gen_random_uuid())`);
  }
}

/** What carries the log: how far it was carried, how far each consumer is, what it could not apply, who works on what. */
class Carrying20261123 extends Migration {
  override name = "20261123_carrying";
  override up(): void {
    this.addSql(`create table relay_position (partition smallint primary key, seq bigint not null)`);
    this.addSql(`create table consumer_position (consumer text not null, source text not null, partition smallint not null,
      seq bigint not null, primary key (consumer, source, partition))`);
    this.addSql(`create table consumer_state (consumer text not null, source text not null, part smallint not null,
      incarnation text not null default '', fresh_as_of timestamptz not null default '1970-01-01', stuck text not null default '',
      primary key (consumer, source, part))`);
    this.addSql(`create table dead_letter (id uuid primary key, consumer text not null, source text not null,
      partition smallint not null, seq bigint not null, at timestamptz not null, type text not null, subject_id text not null,
      payload bytea not null, trace text not null, cause text not null, attempts int not null,
      parked_at timestamptz not null default now(), unique (consumer, source, partition, seq))`);
    this.addSql(`create index dead_letter_subject on dead_letter (consumer, source, subject_id, seq)`);
    this.addSql(`create table lease (name text not null, part smallint not null, holder text not null,
      held_until timestamptz not null, primary key (name, part))`);
    this.addSql(`create table replica (id text primary key, seen_at timestamptz not null)`);
    this.addSql(`create table intent (key text primary key, kind text not null, payload bytea not null, subject_id text not null default '',
      state text not null default 'DUE', attempts int not null default 0, due_at timestamptz not null default now(),
      made_at timestamptz not null default now(), done_at timestamptz, failure text not null default '')`);
    this.addSql(`create index intent_due on intent (due_at) where state in ('DUE', 'CLAIMED')`);
  }
}

/** Run before a service's own migrations. */
export const meshMigrations = [Mesh20261121, Carrying20261123];
