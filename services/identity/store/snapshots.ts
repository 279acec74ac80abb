import { AccountState } from "#gen/skein/identity/v1/account_pb.ts";
import { AccountRowSchema } from "#gen/skein/identity/v1/snapshot_rows_pb.ts";
import { snapshot } from "#mesh/log/snapshot.ts";
import { sql } from "#mesh/store/sql.ts";
import { type ProfileRow, profileOf } from "./accounts.ts";

const BEFORE_ALL = "00000000-0000-0000-0000-000000000000";

/** All accounts, in whatever state: who builds upon them hides what is to be hidden. */
export const accounts = snapshot(
  "account",
  AccountRowSchema,
  (partition, after, limit) => sql`
    select id::text as key, id, handle, display_name, bio, avatar_media_id, state, version, created_at from account
    where shard = ${partition}::smallint and id > ${after || BEFORE_ALL}::uuid order by id limit ${limit}::int`,
  (row: ProfileRow) => ({ profile: profileOf(row), state: AccountState[row.state] }),
  // Why somebody is hidden, and how often that changed, is for nobody to keep: only whether they are there, and their face.
  (partition) => sql`select id::text as key, concat_ws(' ', state = 'ACTIVE',
      md5(concat_ws(chr(31), handle, display_name, bio, coalesce(avatar_media_id::text, '')))) as says
    from account where shard = ${partition}::smallint`,
);
