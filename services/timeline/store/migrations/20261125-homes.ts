import { Migration } from "@mikro-orm/migrations";

/** What timeline itself decides and remembers. */
export class Homes20261125 extends Migration {
  override name = "20261125_homes";
  override up(): void {
    // Deliveries to many, worked off follower page by follower page.
    this.addSql(`create table fanout_job (entry_id uuid primary key, actor_id uuid not null, cursor text not null default '',
      delivered bigint not null default 0, created_at timestamptz not null, taken_by text, taken_until timestamptz)`);
    this.addSql("create index fanout_job_next on fanout_job (taken_until, created_at)");
    // Keys in Redis carry it: bumped when Redis has lost its memory, so that what is left of it counts as cold.
    this.addSql(
      `create table home_incarnation (bucket smallint primary key, incarnation integer not null, canary text not null)`,
    );
    this.addSql(`create table timeline_settings (account_id uuid primary key, settings bytea not null)`);
    this.addSql(
      `create table read_marker (account_id uuid primary key, item_id uuid not null, version bigint not null, updated_at timestamptz not null)`,
    );
    // kind as in FeedbackKind.
    this.addSql(`create table feedback (account_id uuid not null, post_id uuid not null, author_id uuid not null, kind smallint not null,
      at timestamptz not null, primary key (account_id, post_id))`);
    this.addSql("create index feedback_author on feedback (account_id, author_id)");
    this.addSql("create index feedback_whose on feedback (author_id)"); // to erase
    this.addSql(
      "create table ranking_config (version bigint primary key, config bytea not null, changed_by uuid, changed_at timestamptz not null)",
    );
    // What the scores of recent posts are made of, counted once for each window of a quarter of an hour; the two last are kept.
    this.addSql(`create table post_signal (window_at timestamptz not null, post_id uuid not null, likes bigint not null,
      replies bigint not null, shares bigint not null, moderation double precision not null default 0,
      primary key (window_at, post_id))`);
    this.addSql(`create table score_round (window_at timestamptz primary key, round integer not null, posts bigint not null,
      done_at timestamptz not null)`);
    // What happened to posts, in steps of five minutes: sliding windows are sums of steps. kind: 1 likes, 2 shares, 3 replies, 4 quotes.
    this.addSql(`create table engagement_step (step timestamptz not null, post_id uuid not null, kind smallint not null,
      amount integer not null, primary key (step, post_id, kind))`);
    this.addSql(`create table tag_step (step timestamptz not null, tag text not null, author_id uuid not null, uses integer not null,
      primary key (step, tag, author_id))`);
    // What is shown to everybody, in the order of one computation; some are kept, so that pages of theirs go on.
    this.addSql(`create table explore_place (generation timestamptz not null, place integer not null, post_id uuid not null,
      author_id uuid not null, language text not null, score double precision not null, primary key (generation, place))`);
  }
}
