import { Migration } from "@mikro-orm/migrations";

/** Indexes that are as useful as they cost. */
export class Indexes20261127 extends Migration {
  override name = "20261127_indexes";
  override up(): void {
    this.addSql("drop index consent_quoted"); // the same as consent_owner
    // Without an order of its own: a rare tag is not to be sought among all posts because they lie in the order of time.
    this.addSql("drop index tagged_post");
    this.addSql("create index tagged_post on tagged using hash (post_id)");
  }
}
