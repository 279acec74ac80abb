import { Migration } from "@mikro-orm/migrations";

/** Bookmarks are announced, and read whole by whoever builds upon them: they get what snapshots need. */
export class Bookmarks20261126 extends Migration {
  override name = "20261126_bookmarks";
  override up(): void {
    this.addSql(`alter table bookmark add column author_id uuid, add column shard smallint`);
    // The same as mesh/partition.ts, for the rows that are there.
    this.addSql(`create function pg_temp.partition_of(key text) returns smallint language plpgsql as $$
      declare hash bigint := x'811c9dc5'::bigint; at integer;
      begin
        for at in 0 .. octet_length(key) - 1 loop
          hash := ((hash # get_byte(convert_to(key, 'UTF8'), at)) * 16777619) & x'ffffffff'::bigint;
        end loop;
        hash := ((hash # (hash >> 16)) * 73244475) & x'ffffffff'::bigint;
        return (hash # (hash >> 16)) % 64;
      end $$`);
    this.addSql(`update bookmark b set shard = pg_temp.partition_of(b.account_id::text), author_id = p.author_id
      from post p where p.id = b.post_id`);
    this.addSql(`delete from bookmark where author_id is null`); // of posts that are no more
    this.addSql(`alter table bookmark alter column author_id set not null, alter column shard set not null`);
    this.addSql(`create index bookmark_snapshot on bookmark (shard, account_id, post_id)`);
  }
}
