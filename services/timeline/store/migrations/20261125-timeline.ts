import { Migration } from "@mikro-orm/migrations";

/**
 * What timeline knows of the world, all of it from events. `shard` is the partition of the source's log that a row came
 * from: a partition can be read anew without touching the others.
 */
export class Timeline20261125 extends Migration {
  override name = "20261125_timeline";
  override up(): void {
    // Versions of hot copies: microseconds, so that whatever is built anew, or restored, is newer than its copies.
    this.addSql(`create function revision() returns bigint language sql volatile as
      $$ select (extract(epoch from clock_timestamp()) * 1000000)::bigint $$`);
    // Copies in Redis that could not be written with what they are copies of.
    this.addSql(
      "create table stale_copy (id uuid primary key, since timestamptz not null, looked boolean not null default false)",
    );
    this.addSql("create index stale_copy_since on stale_copy (since)");
    // Of content. A deleted post stays as a tombstone: state 1 published, 2 tombstone.
    this.addSql(`create table post (post_id uuid primary key, author_id uuid not null, shard smallint not null,
      version bigint not null, state smallint not null, audience smallint not null, created_at timestamptz not null,
      parent_id uuid, parent_author_id uuid, quoted_id uuid, quoted_author_id uuid, quote_asks boolean not null default false, language text not null default '',
      has_media boolean not null default false, card bytea, revision bigint not null default revision())`);
    this.addSql("create index post_shard on post (shard, author_id, post_id)");
    this.addSql("create index post_author on post (author_id, post_id)");
    // One row for each place in a timeline: posts under their own id, shares under theirs. tier: 1 pushed, 2 pulled; fixed for ever.
    this.addSql(`create table entry (actor_id uuid not null, entry_id uuid not null, post_id uuid not null, author_id uuid not null,
      shard smallint not null, tier smallint not null, is_share boolean not null, is_reply boolean not null, at timestamptz not null,
      primary key (actor_id, entry_id))`);
    this.addSql("create unique index entry_id on entry (entry_id)");
    this.addSql("create index entry_shares on entry (post_id, entry_id) where is_share");
    this.addSql("create index entry_shares_shard on entry (shard) where is_share");
    this.addSql("create index entry_pulled on entry (entry_id) where tier = 2");
    this.addSql(`create table tagged (tag text not null, post_id uuid not null, author_id uuid not null, shard smallint not null,
      primary key (tag, post_id))`);
    this.addSql("create index tagged_post on tagged (post_id)");
    this.addSql(`create table consent (post_id uuid primary key, quoted_author_id uuid not null, quoted_id uuid not null,
      shard smallint not null, approved boolean not null)`);
    this.addSql("create index consent_shard on consent (shard)");
    this.addSql("create index consent_owner on consent (quoted_author_id)");
    this.addSql("create index consent_quoted on consent (quoted_author_id)");
    // kind: 1 like, 2 share, 3 bookmark.
    this.addSql(`create table reaction (account_id uuid not null, post_id uuid not null, kind smallint not null,
      author_id uuid not null, shard smallint not null, at timestamptz not null, primary key (account_id, post_id, kind))`);
    this.addSql("create index reaction_post on reaction (post_id)");
    this.addSql("create index reaction_author on reaction (author_id)"); // to erase
    this.addSql("create index reaction_shard on reaction (shard, account_id, post_id)");
    this.addSql(`create table post_count (post_id uuid primary key, likes bigint not null default 0, shares bigint not null default 0,
      replies bigint not null default 0, quotes bigint not null default 0, version bigint not null default revision()) with (fillfactor = 80)`);
    this.addSql(`create table content_filter (account_id uuid not null, filter_id uuid not null, shard smallint not null,
      version bigint not null, filter bytea not null, primary key (account_id, filter_id))`);
    this.addSql("create index content_filter_shard on content_filter (shard)");
    this.addSql(`create table tag_follow (account_id uuid not null, tag text not null, shard smallint not null,
      primary key (account_id, tag))`);
    this.addSql("create index tag_follow_shard on tag_follow (shard)");

    // Of social-graph. The bucket of a follower's home is the partition of its id: that is \`shard\` here.
    this.addSql(`create table follow (follower_id uuid not null, followee_id uuid not null, shard smallint not null,
      followed_at timestamptz not null, hide_reposts boolean not null default false, hide_from_home boolean not null default false,
      primary key (follower_id, followee_id))`);
    this.addSql("create index follow_followee on follow (followee_id, shard, follower_id) include (hide_from_home)");
    this.addSql("create index follow_shard on follow (shard, follower_id, followee_id)");
    // Grows whenever those change whom an account follows, or what is said of them, and never falls.
    this.addSql(`create table following (account_id uuid primary key, shard smallint not null,
      version bigint not null) with (fillfactor = 80)`);
    this.addSql(`create table block (blocker_id uuid not null, blocked_id uuid not null, shard smallint not null,
      blocked_at timestamptz not null, primary key (blocker_id, blocked_id))`);
    this.addSql("create index block_blocked on block (blocked_id, blocker_id)");
    this.addSql("create index block_shard on block (shard, blocker_id, blocked_id)");
    this.addSql(`create table mute (muter_id uuid not null, muted_id uuid not null, shard smallint not null,
      scopes smallint[] not null, expires_at timestamptz, primary key (muter_id, muted_id))`);
    this.addSql("create index mute_muted on mute (muted_id)");
    this.addSql("create index mute_shard on mute (shard, muter_id, muted_id)");
    this.addSql("create table locked (account_id uuid primary key, shard smallint not null)");
    this.addSql(`create table list (owner_id uuid not null, list_id uuid not null, shard smallint not null, title text not null,
      exclusive boolean not null, hide_reposts boolean not null, primary key (owner_id, list_id))`);
    this.addSql(`create table list_member (owner_id uuid not null, list_id uuid not null, account_id uuid not null,
      shard smallint not null, primary key (owner_id, list_id, account_id))`);
    this.addSql("create index list_member_account on list_member (owner_id, account_id)");
    this.addSql("create index list_member_whom on list_member (account_id)");
    // Accounts that are not pushed: tier 2; tier 1 are those that were not until then, for their posts of that time stay pulled.
    this.addSql(`create table fanout_tier (account_id uuid primary key, shard smallint not null, tier smallint not null,
      changed_at timestamptz not null default now())`);
    // Grows with every change of fanout_tier; whoever changes one holds this row until it is committed.
    this.addSql(
      "create table tier_epoch (only_one boolean primary key default true check (only_one), epoch bigint not null)",
    );
    this.addSql("insert into tier_epoch (epoch) values (1)");

    // Of identity. standing as in skein.common.v1.Relation.Standing; what hides is switched one by one: 1 deactivated, 2 deleting, 4 suspended.
    this.addSql(`create table account (account_id uuid primary key, shard smallint not null, hidden smallint not null default 0,
      standing smallint not null generated always as (case when hidden = 0 then 1 when hidden = 4 then 3 else 2 end) stored,
      version bigint not null, profile bytea not null, face text not null)`);
    this.addSql("create index account_shard on account (shard)");
    this.addSql("create table erasure (account_id uuid primary key, began_at timestamptz not null)");

    // Every few seconds a partition is compared with its owners: what it holds must be found without reading the rest.
    this.addSql("create index locked_shard on locked (shard)");
    this.addSql("create index list_shard on list (shard)");
    this.addSql("create index list_member_shard on list_member (shard)");
  }
}
