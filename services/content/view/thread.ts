import type { MessageInitShape } from "@bufbuild/protobuf";
import { Verdict } from "#gen/skein/common/v1/visibility_pb.ts";
import { type ThreadItemSchema, ThreadOrder } from "#gen/skein/content/v1/thread_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { decidePost } from "#mesh/visibility.ts";
import type { Deps } from "../deps.ts";
import { chooseTree, type Leaf, type Node } from "../rules/thread-tree.ts";
import { MOST_BELOW, PER_PARENT, type Reply, repliesBelow, type Step } from "../store/threads.ts";
import { present } from "./present.ts";
import type { Relations } from "./relations.ts";
import { byAge, type Listed, type Place, ranked, type Sorting, siblingsFrom } from "./siblings.ts";
import type { Seen } from "./visible.ts";

export type Item = MessageInitShape<typeof ThreadItemSchema>;

/** So many of the best replies have their own replies looked for. */
const EXPANDED = 40;

/** What is known of a tree before anybody was asked who may see it, and what of it was chosen to be shown. */
export interface Tree {
  readonly baseId: string;
  readonly lists: ReadonlyMap<string, Listed>;
  readonly siblings: ReadonlyMap<string, readonly Leaf[]>;
  readonly replies: ReadonlyMap<string, Reply>;
  /** How many replies are shown under each post. */
  readonly shown: ReadonlyMap<string, number>;
}

/** Reads the tree below a post from a place on: two statements, three in the middle of a ranked list. */
export async function readTree(
  { db: { query }, config }: Pick<Deps, "db" | "config">,
  baseId: string,
  sorting: Sorting,
  place: Place,
): Promise<Tree> {
  const { order, viewerId } = sorting;
  const top = await siblingsFrom(query, baseId, sorting, place, config.threadPosts);
  const parents = top.rows.slice(0, EXPANDED).map(({ id }) => id);
  const newestFirst = order === ThreadOrder.NEWEST;
  const below = await repliesBelow(query, parents, viewerId, { levels: config.threadDepth - 1, newestFirst });
  const lists = new Map<string, Listed>([[baseId, top]]);
  const cut = below.length === MOST_BELOW ? below.at(-1)?.parentId : undefined;
  for (const [parentId, rows] of Map.groupBy(below, (reply) => reply.parentId)) {
    const open = rows.length === PER_PARENT || parentId === cut;
    lists.set(parentId, order === ThreadOrder.RANKED ? ranked(rows, sorting, open) : byAge(rows, open));
  }
  const siblings = new Map([...lists].map(([id, { rows }]) => [id, rows.map(leafOf)]));
  const shown = chooseTree(siblings, baseId, { most: config.threadPosts, depth: config.threadDepth });
  return {
    baseId,
    lists,
    siblings,
    shown,
    replies: new Map([...top.rows, ...below].map((reply) => [reply.id, reply])),
  };
}

const leafOf = ({ id, state, hasReplies }: Reply): Leaf => ({ id, dead: state === "TOMBSTONE" && !hasReplies });

/** The replies that were chosen to be shown, and those beside them that were not. */
export function partsOf({ lists, shown }: Tree): { chosen: Reply[]; left: Reply[] } {
  const parts = [...lists].map(([id, { rows }]) => ({ rows, count: shown.get(id) ?? 0 }));
  return {
    chosen: parts.flatMap(({ rows, count }) => rows.slice(0, count)),
    left: parts.flatMap(({ rows, count }) => (count > 0 ? rows.slice(count) : [])),
  };
}

/**
 * What is left out under a post: as many as the viewer may see, if that is known of all of them; 0 for some; undefined
 * for nothing. A count of what the viewer may not see would tell of it.
 */
export function leftUnder({ lists, replies }: Tree, { relations, viewerId }: Pick<Seen, "relations" | "viewerId">) {
  return (parentId: string, shown: number): number | undefined => {
    const list = lists.get(parentId);
    if (!list) return replies.get(parentId)?.hasReplies ? 0 : undefined;
    const left = list.rows.slice(shown);
    const views = left.map((reply) => sight(reply, relations, viewerId));
    if (list.open || views.includes("unknown")) return 0;
    return views.filter((view) => view === "seen").length || undefined;
  };
}

function sight(reply: Reply, relations: Relations, viewerId: string | undefined): "seen" | "hidden" | "unknown" {
  if (reply.state === "TOMBSTONE") return reply.hasReplies ? "unknown" : "hidden";
  const { facts } = relations(reply.authorId);
  if (!facts) return "unknown";
  if (reply.state !== "PUBLISHED" && reply.authorId !== viewerId) return "hidden";
  const { audience, mentionsViewer: mentioned } = reply;
  return decidePost(Surface.THREAD, facts, { audience, mentioned }).verdict === Verdict.HIDE ? "hidden" : "seen";
}

/** The nodes of a tree as answers carry them. */
export const itemsOf = (nodes: readonly Node[], seen: Seen, tokenOf: (parentId: string) => string): Item[] =>
  nodes.map((node): Item => {
    const { parentId, depth } = node;
    if (node.kind === "more") {
      const value = { token: tokenOf(parentId), count: BigInt(node.count) };
      return { parentId, depth, item: { case: "more", value } };
    }
    return itemOf(node.id, parentId, depth, seen);
  });

/** One post, or the bare place of what the viewer does not see. */
function itemOf(postId: string, parentId: string, depth: number, seen: Seen): Item {
  const [post] = present(seen, [postId]);
  return { parentId, depth, item: post ? { case: "post", value: post } : { case: "gone", value: { postId } } };
}

/** What a post answers, from the root down; `way` is the way up, itself first, and `cut` says that it does not reach the root. */
export function ancestorsOf(way: readonly Step[], cut: boolean, seen: Seen): Item[] {
  const highest = way.at(-1);
  const missing = highest?.parent_id ?? undefined;
  const above: Item[] = [];
  if (missing !== undefined && cut && highest?.root_id) {
    above.push(itemOf(highest.root_id, "", 0, seen));
    above.push({ parentId: highest.root_id, depth: 1, item: { case: "more", value: {} } });
  } else if (missing !== undefined) above.push(itemOf(missing, "", 0, seen));
  const down = way.slice(1).reverse();
  return [...above, ...down.map(({ id, parent_id }, at) => itemOf(id, parent_id ?? "", above.length + at, seen))];
}
