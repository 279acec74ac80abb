import { ListChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { ListMemberRowSchema, ListRowSchema } from "#gen/skein/graph/v1/snapshot_rows_pb.ts";
import { from, on } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { addMembers, clearLists, clearMembers, dropList, removeMember, saveLists } from "../store/lists.ts";
import { edgeWords } from "../store/words.ts";

/** Everybody's lists and who is on them: they have timelines of their own, and exclusive ones take their members out of home. */
export const lists = [
  on<typeof ListChangedSchema, Deps>(ListChangedSchema, async ({ tx, event, partition }) => {
    const { ownerId, listId, change } = event;
    switch (change.case) {
      case "saved":
        await saveLists(tx, partition, [{ ownerId, listId, ...change.value }]);
        break;
      case "deleted":
        await dropList(tx, ownerId, listId);
        break;
      case "memberAdded":
        await addMembers(tx, partition, [{ ownerId, listId, accountId: change.value.accountId }]);
        break;
      case "memberRemoved":
        await removeMember(tx, { ownerId, listId, accountId: change.value.accountId });
    }
  }),
];

/** Lists, and who is on them, as social-graph has them. */
export const listsAnew = [
  from(
    "list",
    ListRowSchema,
    async ({ tx, rows, partition }) => void (await saveLists(tx, partition, rows)),
    async ({ tx, partition }) => void (await clearLists(tx, partition)),
    edgeWords.list,
  ),
  from(
    "list-member",
    ListMemberRowSchema,
    async ({ tx, rows, partition }) => void (await addMembers(tx, partition, rows)),
    async ({ tx, partition }) => void (await clearMembers(tx, partition)),
    edgeWords.member,
  ),
];
