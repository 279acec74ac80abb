import { Migration } from "@mikro-orm/migrations";

/** Accounts and what proves them. Public data, personal data and credentials lie in tables of their own. */
export class Identity20261121 extends Migration {
  override name = "20261121_identity";
  override up(): void {
    this.addSql(`create table account (id uuid primary key, handle text not null, display_name text not null,
      bio text not null default '', avatar_media_id uuid, state text not null default 'ACTIVE'
        check (state in ('ACTIVE', 'DEACTIVATED', 'DELETING', 'SUSPENDED')),
      roles text[] not null default '{}', version bigint not null default 1, created_at timestamptz not null,
      updated_at timestamptz not null, handle_changed_at timestamptz)`);
    // What search looks at, in one text, so that one index serves it; only visible accounts are in it.
    this.addSql(
      `create index account_search on account using gin ((lower(handle || ' ' || display_name)) gin_trgm_ops) where state = 'ACTIVE'`,
    );
    this.addSql(`create index account_handle on account (lower(handle) text_pattern_ops) where state = 'ACTIVE'`);
    this.addSql(`create index account_newest on account (created_at desc, id desc) where state = 'ACTIVE'`);
    this.addSql(`create index account_roles on account (id) where roles <> '{}'`);

    // Uniqueness has a table of its own: it can be sharded by name while accounts are sharded by id.
    this.addSql(`create table handle_claim (handle text primary key, account_id uuid not null,
      released_at timestamptz, redirect_until timestamptz)`); // handle is lower case; released: a former handle
    this.addSql(`create index handle_claim_account on handle_claim (account_id)`);
    this.addSql(`create table email_claim (email text primary key, account_id uuid not null)`); // lower case
    this.addSql(`create index email_claim_account on email_claim (account_id)`);

    this.addSql(`create table person (account_id uuid primary key, email text not null, email_verified_at timestamptz,
      legal_name text not null default '', birth_date text not null default '')`);
    this.addSql(`create table credential (account_id uuid primary key, password_hash text not null,
      password_changed_at timestamptz not null, totp_sealed bytea, totp_confirmed_at timestamptz,
      totp_last_step bigint not null default 0)`); // last step: a code is good once
    this.addSql(`create table recovery_code (account_id uuid not null, code_hash bytea not null, used_at timestamptz,
      primary key (account_id, code_hash))`);

    // A session is a refresh family: tokens are MACs over (id, generation), so none is stored.
    this.addSql(`create table session (id uuid primary key, account_id uuid not null, generation int not null default 0,
      rotated_at timestamptz not null, device_name text not null default '', created_at timestamptz not null,
      last_used_at timestamptz not null, expires_at timestamptz not null, revoked_at timestamptz)`);
    this.addSql(
      `create index session_account on session (account_id, created_at desc, id desc) where revoked_at is null`,
    );
    this.addSql(`create index session_expiry on session (expires_at)`);
    this.addSql(`create table app_token (id uuid primary key, account_id uuid not null, name text not null, scopes text[] not null,
      created_at timestamptz not null, expires_at timestamptz not null, revoked_at timestamptz,
      request_key text, fingerprint bytea, unique (account_id, request_key))`);
    this.addSql(`create table one_time_token (id uuid primary key, account_id uuid not null, purpose text not null,
      detail text not null default '', created_at timestamptz not null, expires_at timestamptz not null, used_at timestamptz)`);
    this.addSql(`create index one_time_token_account on one_time_token (account_id, purpose)`);

    // Positions without gaps, by the head row's lock: whoever asks "since n" can miss nothing.
    this.addSql(`create table revocation_head (one boolean primary key default true check (one), seq bigint not null)`);
    this.addSql(`insert into revocation_head (seq) values (0)`);
    this.addSql(`create table revocation (seq bigint primary key, session_id uuid, account_id uuid, kept_session_id uuid,
      revoked_at timestamptz not null, expires_at timestamptz not null)`);
    this.addSql(`create table signing_key (kid text primary key, sealed bytea not null, public_x text not null,
      created_at timestamptz not null, signs_from timestamptz not null, signs_until timestamptz not null,
      verifies_until timestamptz not null)`);

    // The scrambled account's former face, until it is erased or restored.
    this.addSql(`create table deletion (account_id uuid primary key, handle text not null, display_name text not null,
      bio text not null, avatar_media_id uuid, requested_at timestamptz not null, erasure_at timestamptz not null,
      announced_at timestamptz)`);
    // The intent to send: written with its cause, sent at least once. A row without address is only the equal work
    // that an unknown address costs.
    this.addSql(`create table mail (id uuid primary key, recipient text not null, template text not null,
      params jsonb not null default '{}', created_at timestamptz not null, due_at timestamptz not null,
      attempts int not null default 0, sent_at timestamptz, failure text)`);
    this.addSql(`create index mail_due on mail (due_at) where sent_at is null`);
  }
}
