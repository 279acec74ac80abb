import { Migration } from "@mikro-orm/migrations";

/** What people do with posts, and the counters of it. */
export class Engagement20261124 extends Migration {
  override name = "20261124_engagement";
  override up(): void {
    this.addSql(`create table post_like (liker_id uuid not null, post_id uuid not null, author_id uuid not null,
      shard smallint not null, liked_at timestamptz not null, primary key (liker_id, post_id))`);
    this.addSql(`create index post_like_post on post_like (post_id, liked_at, liker_id)`);
    this.addSql(`create index post_like_snapshot on post_like (shard, liker_id, post_id)`);
    this.addSql(`create table post_share (sharer_id uuid not null, post_id uuid not null, author_id uuid not null,
      id uuid not null, shard smallint not null, shared_at timestamptz not null, primary key (sharer_id, post_id))`);
    this.addSql(`create index post_share_post on post_share (post_id, shared_at, sharer_id)`);
    this.addSql(`create index post_share_snapshot on post_share (shard, sharer_id, post_id)`);
    this.addSql(`create table bookmark (account_id uuid not null, post_id uuid not null, saved_at timestamptz not null,
      primary key (account_id, post_id))`);
    this.addSql(`create index bookmark_latest on bookmark (account_id, saved_at, post_id)`);
    this.addSql(`create index bookmark_post on bookmark (post_id)`); // for forgetting posts
    this.addSql(`create table pin (author_id uuid not null, post_id uuid not null, pinned_at timestamptz not null,
      primary key (author_id, post_id))`);

    // Question and options are in the post's card.
    this.addSql(`create table poll (author_id uuid not null, post_id uuid not null, options smallint not null,
      multiple boolean not null, ends_at timestamptz not null, closed_at timestamptz, primary key (author_id, post_id))`);
    this.addSql(`create unique index poll_post on poll (post_id)`);
    this.addSql(`create index poll_due on poll (ends_at) where closed_at is null`);
    this.addSql(`create table vote (voter_id uuid not null, post_id uuid not null, options smallint[] not null,
      voted_at timestamptz not null, primary key (voter_id, post_id))`);
    this.addSql(`create index vote_post on vote (post_id)`);

    // No write touches a counter: it adds a delta, and a job folds. What is read is counter plus deltas, in one statement.
    // kind: 1 likes, 2 shares, 3 replies, 4 quotes, 5 voters, 6 votes for \`option\`.
    this.addSql(`create table count_delta (id bigint generated always as identity primary key, post_id uuid not null,
      kind smallint not null check (kind between 1 and 6), option smallint, delta smallint not null,
      check ((kind = 6) = (option is not null)))`);
    this.addSql(`create index count_delta_post on count_delta (post_id, kind)`);
    // Rows come and go all day: clean before the dead ones outnumber the living by far.
    this.addSql(`alter table count_delta set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)`);
    this.addSql(`create table post_count (post_id uuid primary key, author_id uuid not null, shard smallint not null,
      likes bigint not null default 0, shares bigint not null default 0, replies bigint not null default 0,
      quotes bigint not null default 0, voters bigint not null default 0, version bigint not null default 1) with (fillfactor = 80)`);
    this.addSql(`create index post_count_snapshot on post_count (shard, post_id)`);
    this.addSql(`create table poll_option (post_id uuid not null, option smallint not null, votes bigint not null default 0,
      primary key (post_id, option)) with (fillfactor = 80)`);
  }
}
