import { FollowState } from "#gen/skein/graph/v1/follow_pb.ts";
import {
  BlockRowSchema,
  FollowRowSchema,
  ListMemberRowSchema,
  ListRowSchema,
  MuteRowSchema,
  PrivacyRowSchema,
} from "#gen/skein/graph/v1/snapshot_rows_pb.ts";
import { inMs } from "#mesh/log/digest.ts";
import { type Snapshot, snapshot } from "#mesh/log/snapshot.ts";
import { sql } from "#mesh/store/sql.ts";
import type { EdgeState } from "../rules/edge.ts";
import { type ScopeName, scopesOf } from "../rules/mute-scopes.ts";
import { type CircleName, settingsOf } from "../rules/privacy.ts";
import { fanoutTiers } from "./fanout.ts";
import { stampOf } from "./moments.ts";

const ZERO = "00000000-0000-0000-0000-000000000000";

/** Keys are ids, one behind the other: their text sorts as they do. */
const idsIn = (key: string): [string, string, string] => {
  const [first = ZERO, second = ZERO, third = ZERO] = key === "" ? [] : key.split(" ");
  return [first, second, third];
};

interface FollowColumns {
  follower_id: string;
  followee_id: string;
  state: EdgeState;
  followed_at: string;
  hide_reposts: boolean;
  notify_on_post: boolean;
  hide_from_home: boolean;
  changed_at: string;
}

const follows = snapshot(
  "follow",
  FollowRowSchema,
  (partition, after, limit) => {
    const [follower, followee] = idsIn(after);
    return sql`select *, follower_id || ' ' || followee_id as key from follow
      where shard = ${partition}::smallint and (follower_id, followee_id) > (${follower}::uuid, ${followee}::uuid)
      order by follower_id, followee_id limit ${limit}::int`;
  },
  (row: FollowColumns) => ({
    ...{ followerId: row.follower_id, followeeId: row.followee_id, state: FollowState[row.state] },
    ...{ hideReposts: row.hide_reposts, notifyOnPost: row.notify_on_post, hideFromHome: row.hide_from_home },
    ...{ followedAt: stampOf(row.followed_at), changedAt: stampOf(row.changed_at) },
  }),
  // Requests are nobody's business but ours.
  (partition) => sql`select follower_id || ' ' || followee_id as key,
      concat_ws(' ', hide_reposts, hide_from_home, ${inMs("followed_at")}) as says
    from follow where shard = ${partition}::smallint and state = 'ACTIVE'`,
);

const blocks = snapshot(
  "block",
  BlockRowSchema,
  (partition, after, limit) => {
    const [blocker, blocked] = idsIn(after);
    return sql`select *, blocker_id || ' ' || blocked_id as key from block
      where shard = ${partition}::smallint and (blocker_id, blocked_id) > (${blocker}::uuid, ${blocked}::uuid)
      order by blocker_id, blocked_id limit ${limit}::int`;
  },
  (row: { blocker_id: string; blocked_id: string; blocked_at: string }) => ({
    ...{ blockerId: row.blocker_id, blockedId: row.blocked_id, blockedAt: stampOf(row.blocked_at) },
  }),
  (partition) => sql`select blocker_id || ' ' || blocked_id as key, ${inMs("blocked_at")}::text as says
    from block where shard = ${partition}::smallint`,
);

interface MuteColumns {
  muter_id: string;
  muted_id: string;
  scopes: ScopeName[];
  muted_at: string;
  expires_at: string | null;
}

const mutes = snapshot(
  "mute",
  MuteRowSchema,
  (partition, after, limit) => {
    const [muter, muted] = idsIn(after);
    return sql`select *, muter_id || ' ' || muted_id as key from mute
      where shard = ${partition}::smallint and (muter_id, muted_id) > (${muter}::uuid, ${muted}::uuid)
      order by muter_id, muted_id limit ${limit}::int`;
  },
  (row: MuteColumns) => ({
    ...{ muterId: row.muter_id, mutedId: row.muted_id, scopes: scopesOf(row.scopes), mutedAt: stampOf(row.muted_at) },
    ...(row.expires_at && { expiresAt: stampOf(row.expires_at) }),
  }),
  (partition) => sql`select muter_id || ' ' || muted_id as key, concat_ws(' ', 'HOME' = any(scopes),
      'NOTIFICATIONS' = any(scopes), 'REPOSTS' = any(scopes), ${inMs("expires_at")}) as says
    from mute where shard = ${partition}::smallint`,
);

interface PrivacyColumns {
  account_id: string;
  locked: boolean;
  who_may_mention: CircleName;
  who_may_reply: CircleName;
  discoverable: boolean;
  version: string;
}

const privacies = snapshot(
  "privacy",
  PrivacyRowSchema,
  (partition, after, limit) => sql`select *, account_id::text as key from privacy
    where shard = ${partition}::smallint and account_id > ${idsIn(after)[0]}::uuid order by account_id limit ${limit}::int`,
  (row: PrivacyColumns) => {
    const { locked, discoverable, who_may_mention: whoMayMention, who_may_reply: whoMayReply } = row;
    const settings = settingsOf({ locked, discoverable, whoMayMention, whoMayReply }, BigInt(row.version));
    return { accountId: row.account_id, settings };
  },
  // What others keep of it is who is locked.
  (partition) => sql`select account_id::text as key, '' as says from privacy
    where shard = ${partition}::smallint and locked`,
);

interface ListColumns {
  owner_id: string;
  id: string;
  title: string;
  exclusive: boolean;
  hide_reposts: boolean;
  changed_at: string;
}

const lists = snapshot(
  "list",
  ListRowSchema,
  (partition, after, limit) => {
    const [owner, id] = idsIn(after);
    return sql`select *, owner_id || ' ' || id as key from list
      where shard = ${partition}::smallint and (owner_id, id) > (${owner}::uuid, ${id}::uuid)
      order by owner_id, id limit ${limit}::int`;
  },
  (row: ListColumns) => ({
    ...{ ownerId: row.owner_id, listId: row.id, title: row.title, exclusive: row.exclusive },
    ...{ hideReposts: row.hide_reposts, changedAt: stampOf(row.changed_at) },
  }),
  (partition) => sql`select owner_id || ' ' || id as key, concat_ws(' ', exclusive, hide_reposts, title) as says
    from list where shard = ${partition}::smallint`,
);

const listMembers = snapshot(
  "list-member",
  ListMemberRowSchema,
  (partition, after, limit) => {
    const [owner, list, account] = idsIn(after);
    return sql`select *, owner_id || ' ' || list_id || ' ' || account_id as key from list_member
      where shard = ${partition}::smallint and (owner_id, list_id, account_id) > (${owner}::uuid, ${list}::uuid, ${account}::uuid)
      order by owner_id, list_id, account_id limit ${limit}::int`;
  },
  (row: { owner_id: string; list_id: string; account_id: string; added_at: string }) => ({
    ...{ ownerId: row.owner_id, listId: row.list_id, accountId: row.account_id, addedAt: stampOf(row.added_at) },
  }),
  (partition) => sql`select owner_id || ' ' || list_id || ' ' || account_id as key, '' as says
    from list_member where shard = ${partition}::smallint`,
);

/** What read models elsewhere, and our own by followee, are built anew from. */
export const snapshots: readonly Snapshot[] = [follows, blocks, mutes, privacies, lists, listMembers, fanoutTiers];
