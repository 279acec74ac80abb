import { Migration } from "@mikro-orm/migrations";

/**
 * Posts and what people do with them. Truth is keyed by its actor; whatever is found by post carries no constraint
 * across actors. `shard` is partitionOf(actor), for snapshots.
 */
export class Content20261124 extends Migration {
  override name = "20261124_content";
  override up(): void {
    // Identity's public half, fed by its events; version is the seq of the last one applied, shard the partition it came in.
    this.addSql(`create table account (id uuid primary key, shard smallint not null, handle text not null, state text not null
      check (state in ('ACTIVE', 'DEACTIVATED', 'DELETING', 'SUSPENDED')), profile bytea not null, version bigint not null)`);
    this.addSql(`create index account_shard on account (shard, id)`);
    this.addSql(`create index account_handle on account (lower(handle))`); // not unique: events of two accounts overtake each other

    // The card (skein.content.v1.PostCard) holds everything that nothing asks for here; null once a deletion is final.
    // request_key is scoped: post:<key>, comment:<key>, draft:<draft id>, scheduled:<id>.
    this.addSql(`create table post (author_id uuid not null, id uuid not null, shard smallint not null, state text not null
        check (state in ('PENDING', 'PUBLISHED', 'FAILED', 'TOMBSTONE')),
      audience smallint not null, version bigint not null default 1,
      root_id uuid, parent_id uuid, parent_author_id uuid, quoted_id uuid, quoted_author_id uuid,
      quote_asks boolean not null default false, has_media boolean not null default false, card bytea,
      created_at timestamptz not null, edited_at timestamptz, deleted_at timestamptz, deleted_by uuid,
      request_key text, fingerprint bytea, primary key (author_id, id))`);
    this.addSql(`create unique index post_id on post (id)`);
    this.addSql(`create unique index post_request on post (author_id, request_key) where request_key is not null`);
    this.addSql(`create index post_original on post (author_id, id) where parent_id is null`);
    this.addSql(`create index post_media on post (author_id, id) where has_media`);
    this.addSql(`create index post_parent on post (parent_id, id) where parent_id is not null`);
    this.addSql(`create index post_root on post (root_id, id) where root_id is not null`);
    this.addSql(`create index post_quoted on post (quoted_id, id) where quoted_id is not null`);
    this.addSql(`create index post_asking on post (quoted_author_id, id) where quote_asks`);
    this.addSql(`create index post_deleted on post (deleted_at) where state = 'TOMBSTONE' and card is not null`);
    this.addSql(`create index post_snapshot on post (shard, author_id, id)`);
    // What it said before: the card of every version that an edit replaced.
    this.addSql(`create table revision (author_id uuid not null, post_id uuid not null, version bigint not null,
      card bytea not null, since timestamptz not null, primary key (author_id, post_id, version))`);
    this.addSql(`create index revision_post on revision (post_id, version)`);
    // Finds the posts that name an account, so that they can forget it.
    this.addSql(`create table mention (author_id uuid not null, post_id uuid not null, account_id uuid not null,
      primary key (author_id, post_id, account_id))`);
    this.addSql(`create index mention_account on mention (account_id, post_id)`);
    // The quoted author's word: no row for a quote that asks means that it waits, none for others that it is shown.
    this.addSql(`create table quote_consent (owner_id uuid not null, post_id uuid not null, quoted_id uuid not null,
      requester_id uuid not null, shard smallint not null, decision text not null
        check (decision in ('APPROVED', 'REJECTED', 'DETACHED')),
      decided_at timestamptz not null, primary key (owner_id, post_id))`);
    this.addSql(`create index quote_consent_quoted on quote_consent (quoted_id, post_id)`);
    this.addSql(`create index quote_consent_snapshot on quote_consent (shard, owner_id, post_id)`);
    this.addSql(`create table erasure (account_id uuid primary key, due_at timestamptz not null)`); // being erased
  }
}
