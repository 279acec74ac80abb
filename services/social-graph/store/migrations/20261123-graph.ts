import { Migration } from "@mikro-orm/migrations";

/**
 * Edges, and what is derived from them. The first column of a primary key decides the shard, and nothing reaches across
 * shards: no foreign key, no other uniqueness. `shard` is the partition of that key, for snapshots; indexes by the
 * other end are there for erasure, which asks every shard.
 */
export class Graph20261123 extends Migration {
  override name = "20261123_graph";
  override up(): void {
    this.edges();
    this.lists();
    this.numbers();
    this.mirrors();
  }

  /** The truth about follows, blocks, mutes and who may come near. */
  private edges(): void {
    this.addSql(`create table follow (follower_id uuid not null, followee_id uuid not null, shard smallint not null,
      state text not null check (state in ('ACTIVE', 'PENDING')), followed_at timestamptz not null,
      hide_reposts boolean not null default false, notify_on_post boolean not null default false,
      hide_from_home boolean not null default false, changed_at timestamptz not null,
      primary key (follower_id, followee_id), check (follower_id <> followee_id))`);
    this.addSql(
      `create index follow_newest on follow (follower_id, followed_at desc, followee_id desc) where state = 'ACTIVE'`,
    );
    this.addSql(`create index follow_shard on follow (shard, follower_id, followee_id)`);
    this.addSql(`create index follow_followee on follow (followee_id, follower_id) where state = 'ACTIVE'`); // to recount

    this.addSql(`create table block (blocker_id uuid not null, blocked_id uuid not null, shard smallint not null,
      blocked_at timestamptz not null, primary key (blocker_id, blocked_id), check (blocker_id <> blocked_id))`);
    this.addSql(`create index block_newest on block (blocker_id, blocked_at desc, blocked_id desc)`);
    this.addSql(`create index block_shard on block (shard, blocker_id, blocked_id)`);
    this.addSql(`create index block_blocked on block (blocked_id)`);

    this.addSql(`create table mute (muter_id uuid not null, muted_id uuid not null, shard smallint not null,
      scopes text[] not null check (scopes <> '{}' and scopes <@ '{HOME,NOTIFICATIONS,REPOSTS}'),
      muted_at timestamptz not null, expires_at timestamptz,
      primary key (muter_id, muted_id), check (muter_id <> muted_id))`); // no expiry: for ever
    this.addSql(`create index mute_newest on mute (muter_id, muted_at desc, muted_id desc)`);
    this.addSql(`create index mute_shard on mute (shard, muter_id, muted_id)`);
    this.addSql(`create index mute_muted on mute (muted_id)`);
    this.addSql(`create index mute_expiry on mute (expires_at) where expires_at is not null`);

    // No row means the defaults.
    this.addSql(`create table privacy (account_id uuid primary key, shard smallint not null,
      locked boolean not null default false,
      who_may_mention text not null default 'EVERYONE' check (who_may_mention in ('EVERYONE', 'FOLLOWED', 'NOBODY')),
      who_may_reply text not null default 'EVERYONE' check (who_may_reply in ('EVERYONE', 'FOLLOWED', 'NOBODY')),
      discoverable boolean not null default true, version bigint not null default 1, changed_at timestamptz not null)`);
    this.addSql(`create index privacy_shard on privacy (shard, account_id)`);
  }

  private lists(): void {
    this.addSql(`create table list (owner_id uuid not null, id uuid not null, shard smallint not null, title text not null,
      exclusive boolean not null default false, hide_reposts boolean not null default false,
      created_at timestamptz not null, changed_at timestamptz not null, request_key text, fingerprint bytea,
      primary key (owner_id, id), unique (owner_id, request_key), unique (owner_id, title))`); // archives name lists by title
    this.addSql(`create index list_shard on list (shard, owner_id, id)`);
    this.addSql(`create table list_member (owner_id uuid not null, list_id uuid not null, account_id uuid not null,
      shard smallint not null, added_at timestamptz not null, primary key (owner_id, list_id, account_id))`);
    this.addSql(`create index list_member_newest on list_member (owner_id, list_id, added_at desc, account_id desc)`);
    this.addSql(`create index list_member_shard on list_member (shard, owner_id, list_id, account_id)`);
    this.addSql(`create index list_member_account on list_member (account_id, owner_id)`); // relationships, erasure
    this.addSql(`create table dismissed_suggestion (account_id uuid not null, dismissed_id uuid not null,
      dismissed_at timestamptz not null, primary key (account_id, dismissed_id))`);
    this.addSql(`create index dismissed_suggestion_dismissed on dismissed_suggestion (dismissed_id)`);
    this.addSql(`create index dismissed_suggestion_at on dismissed_suggestion (dismissed_at)`);
  }

  /** Exact counts are account_count plus the deltas not yet folded into it, read in one statement. */
  private numbers(): void {
    this.addSql(`create table count_delta (account_id uuid not null, id bigint generated always as identity,
      followers int not null default 0, following int not null default 0, primary key (account_id, id))`);
    // A fold may take an unfollow before its follow: for a moment a counter alone may be below zero, the sum never is.
    this.addSql(`create table account_count (account_id uuid primary key, shard smallint not null,
      followers bigint not null default 0, following bigint not null default 0,
      tier text not null default 'PUSH' check (tier in ('PUSH', 'PULL')), tier_changed_at timestamptz,
      reconciled_at timestamptz)`);
    this.addSql(`create index account_count_pulled on account_count (shard, account_id) where tier = 'PULL'`);
    this.addSql(`create index account_count_unreconciled on account_count (reconciled_at nulls first, account_id)`);
    this.addSql(`create index account_count_most_followed on account_count (followers desc, account_id desc)`);

    // The score is as it was at scored_at and decays from there; counts are evidence and do not.
    this.addSql(`create table affinity (viewer_id uuid not null, author_id uuid not null, likes int not null default 0,
      replies int not null default 0, shares int not null default 0, mentions int not null default 0,
      score double precision not null default 0, scored_at timestamptz not null, primary key (viewer_id, author_id))`);
    this.addSql(`create index affinity_author on affinity (author_id)`);
    this.addSql(`create table activity (account_id uuid primary key, active_at timestamptz not null)`); // to the hour
  }

  /** Projections: of our own log, by followee, and of identity's. */
  private mirrors(): void {
    // The bucket is the follower's partition: where its home lies in Redis, and the partition of the log it comes from.
    this.addSql(`create table follower (followee_id uuid not null, bucket smallint not null, follower_id uuid not null,
      state text not null check (state in ('ACTIVE', 'PENDING')), followed_at timestamptz not null,
      version bigint not null, primary key (followee_id, bucket, follower_id))`); // version: seq of the event
    this.addSql(
      `create index follower_newest on follower (followee_id, followed_at desc, follower_id desc) where state = 'ACTIVE'`,
    );
    this.addSql(
      `create index follower_waiting on follower (followee_id, followed_at desc, follower_id desc) where state = 'PENDING'`,
    );
    this.addSql(`create index follower_origin on follower (bucket, follower_id, followee_id)`);

    // What hides an account can be there at the same time: each is switched by its own events.
    this.addSql(`create table account (id uuid primary key, shard smallint not null, handle text not null,
      profile bytea not null, version bigint not null, registered_at timestamptz not null,
      deactivated boolean not null default false, deleting boolean not null default false,
      suspended boolean not null default false,
      state text not null generated always as (case when deactivated or deleting then 'HIDDEN'
        when suspended then 'SUSPENDED' else 'ACTIVE' end) stored)`);
    this.addSql(`create index account_handle on account (lower(handle))`);
    this.addSql(`create index account_shard on account (shard, id)`);
    this.addSql(`create table erasure (account_id uuid primary key, began_at timestamptz not null)`); // being erased
  }
}
