import { Migration } from "@mikro-orm/migrations";

/** What an owner wished outlives what moderation does: a suspension neither ends a deactivation nor is ended by a deletion. */
export class OwnersWish20261122 extends Migration {
  override name = "20261122_owners_wish";
  override up(): void {
    this.addSql(`alter table account add column deactivated_at timestamptz`);
    this.addSql(`alter table deletion add column former_state text not null default 'ACTIVE'
      check (former_state in ('ACTIVE', 'DEACTIVATED', 'SUSPENDED'))`);
    this.addSql(`create index account_hidden on account (updated_at, id) where state <> 'ACTIVE'`);
    // Searches are many and registrations few: no list of unsorted entries that every search would have to read.
    this.addSql(`alter index account_search set (fastupdate = off)`);
    this.addSql(`create index deletion_due on deletion (erasure_at) where announced_at is null`);
  }
}
