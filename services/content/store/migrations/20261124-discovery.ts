import { Migration } from "@mikro-orm/migrations";

/** How posts are found, how they are kept from being found, and those that are not out yet. */
export class Discovery20261124 extends Migration {
  override name = "20261124_discovery";
  override up(): void {
    // content is a serialised skein.content.v1.NewPost.
    this.addSql(`create table draft (account_id uuid not null, id uuid not null, version bigint not null default 1,
      content bytea not null, created_at timestamptz not null, updated_at timestamptz not null, primary key (account_id, id))`);
    this.addSql(`create index draft_latest on draft (account_id, updated_at, id)`);
    // PUBLISHING: taken up by the job, so no longer to be cancelled or put off. next_at is due_at until an attempt fails.
    this.addSql(`create table scheduled_post (account_id uuid not null, id uuid not null, content bytea not null,
      due_at timestamptz not null, state text not null default 'WAITING' check (state in ('WAITING', 'PUBLISHING', 'PUBLISHED', 'FAILED')),
      next_at timestamptz not null, attempts int not null default 0, failure text not null default '', post_id uuid,
      created_at timestamptz not null, primary key (account_id, id))`);
    this.addSql(
      `create index scheduled_post_listed on scheduled_post (account_id, due_at, id) where state <> 'PUBLISHED'`,
    );
    this.addSql(
      `create index scheduled_post_next on scheduled_post (next_at) where state in ('WAITING', 'PUBLISHING')`,
    );

    // Public posts only; a deleted post's rows go with it and come back with it. used_at is the post's created_at.
    this.addSql(`create table hashtag_use (author_id uuid not null, post_id uuid not null, tag text not null,
      used_at timestamptz not null, primary key (author_id, post_id, tag))`);
    this.addSql(`create index hashtag_use_tag on hashtag_use (tag, post_id)`);
    this.addSql(`create index hashtag_use_at on hashtag_use (used_at)`);
    this.addSql(`create table hashtag_hour (hour timestamptz not null, tag text not null, posts int not null,
      accounts int not null, primary key (hour, tag))`);
    this.addSql(`create index hashtag_hour_tag on hashtag_hour (tag, hour)`);
    // What is answered, replaced whole by the job. span: HOUR, DAY, WEEK.
    this.addSql(`create table hashtag_trend (span text not null check (span in ('HOUR', 'DAY', 'WEEK')), rank smallint not null,
      tag text not null, posts bigint not null, accounts bigint not null, score double precision not null,
      computed_at timestamptz not null, primary key (span, rank))`);
    // Accounts that ever set it, as social-graph says: what a locked one writes does not trend.
    this.addSql(
      `create table account_lock (account_id uuid primary key, locked boolean not null, version bigint not null)`,
    );
    this.addSql(`create table followed_hashtag (account_id uuid not null, tag text not null, name text not null,
      shard smallint not null, followed_at timestamptz not null, primary key (account_id, tag))`);
    this.addSql(`create index followed_hashtag_latest on followed_hashtag (account_id, followed_at, tag)`);
    this.addSql(`create index followed_hashtag_snapshot on followed_hashtag (shard, account_id, tag)`);
    // rule is a serialised skein.content.v1.FilterRule.
    this.addSql(`create table content_filter (account_id uuid not null, id uuid not null, shard smallint not null,
      version bigint not null default 1, rule bytea not null, expires_at timestamptz, created_at timestamptz not null,
      updated_at timestamptz not null, primary key (account_id, id))`);
    this.addSql(`create index content_filter_snapshot on content_filter (shard, account_id, id)`);

    // A read model of our own log; version is the card's. Months, so that the newest is searched first and alone.
    this.addSql(`create table search_doc (post_id uuid not null, author_id uuid not null, created_at timestamptz not null,
      version bigint not null, audience smallint not null, language text not null default '', parent_author_id uuid,
      mentioned_ids uuid[] not null default '{}', hashtags text[] not null default '{}', has_media boolean not null default false,
      words tsvector not null, primary key (created_at, post_id)) partition by range (created_at)`);
    // Every search reads what was added and not sorted in yet: not more than so many kilobytes of it.
    this.addSql(`create index search_doc_words on search_doc using gin (words) with (gin_pending_list_limit = 256)`);
    // Most posts have neither: an index over all of them would have an entry for each that says so.
    this.addSql(`create index search_doc_hashtags on search_doc using gin (hashtags) where hashtags <> '{}'`);
    this.addSql(
      `create index search_doc_mentioned on search_doc using gin (mentioned_ids) where mentioned_ids <> '{}'`,
    );
    this.addSql(`create index search_doc_author on search_doc (author_id, created_at, post_id)`);
    this.addSql(
      `create index search_doc_replied on search_doc (parent_author_id, created_at, post_id) where parent_author_id is not null`,
    );
    this.addSql(`create index search_doc_post on search_doc (post_id)`);
    this.addSql(`create table search_doc_rest partition of search_doc default`);
    // As with keep_log: the data role may not create tables, so the owner lends it this one act.
    this.addSql(`create function keep_search(months_ahead int) returns void language plpgsql security definer
      set search_path = public as $$
      declare month date;
      begin
        for month in select generate_series(date_trunc('month', now() at time zone 'utc')::date,
            (date_trunc('month', now() at time zone 'utc') + make_interval(months => months_ahead))::date, '1 month')::date loop
          begin
            execute format('create table if not exists %I partition of search_doc for values from (%L) to (%L)',
              'search_doc_' || to_char(month, 'YYYYMM'), month::timestamp at time zone 'utc',
              (month + interval '1 month')::timestamp at time zone 'utc');
          exception when check_violation then null; -- posts of that month already lie in search_doc_rest
          end;
        end loop;
      end $$`);
    this.addSql(`select keep_search(3)`);
  }
}
