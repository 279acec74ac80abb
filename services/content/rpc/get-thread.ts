import { create } from "@bufbuild/protobuf";
import {
  type GetThreadRequest,
  GetThreadRequestSchema,
  ThreadOrder,
  ThreadService,
} from "#gen/skein/content/v1/thread_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { weaveTree } from "../rules/thread-tree.ts";
import { wayUp } from "../store/threads.ts";
import { look } from "../view/page.ts";
import { present } from "../view/present.ts";
import { readPlace, type Sorting, writePlace } from "../view/siblings.ts";
import { ancestorsOf, itemsOf, leftUnder, partsOf, readTree } from "../view/thread.ts";
import { tokenFor } from "../view/token.ts";

const method = ThreadService.method.getThread;

/** So many steps up are shown; a longer way is cut behind the root. */
const MOST_ANCESTORS = 40;
/** So many accounts are asked about: two calls at most. */
const MOST_ACCOUNTS = 400;

/** A post with everything above it and the best of what is below it. */
export const getThread =
  (deps: Deps): Rpc<typeof method> =>
  async (request, ctx) => {
    const question = bare(request);
    const { postId } = question;
    const { after, startedAt: now = ctx.now } = deps.cursors.read(method, question, request.moreToken);
    const [baseId = postId, ...place] = after ?? [];
    const sorting: Sorting = { order: request.order || ThreadOrder.RANKED, viewerId: ctx.actor?.accountId, now };
    const [way, tree] = await Promise.all([
      after ? [] : wayUp(deps.db.query, postId, MOST_ANCESTORS),
      readTree(deps, baseId, sorting, readPlace(place, now)),
    ]);
    const cut = way.length > MOST_ANCESTORS;
    const above = [...way.slice(1).map(({ id }) => id), ...(cut ? [way[0]?.root_id ?? postId] : [])];
    const { chosen, left } = partsOf(tree);
    const ids = [...new Set([postId, baseId, ...above, ...chosen.map(({ id }) => id)])];
    // Each post may quote somebody: what then remains is for counting what is left out.
    const room = Math.max(0, MOST_ACCOUNTS - 2 * ids.length);
    const also = [...new Set(left.map(({ authorId }) => authorId))].slice(0, room);
    const seen = await look(deps, ctx, ids, also);
    if (!seen.posts.has(postId)) throw failure("POST_NOT_FOUND");
    const { lists, siblings, shown } = tree;
    const weft = { siblings, shown, seen: (id: string) => seen.posts.has(id), left: leftUnder(tree, seen) };
    const tokenOf = (parentId: string) => {
      const goesOn = lists.get(parentId)?.placeAfter(shown.get(parentId) ?? 0) ?? { kind: "start" };
      return tokenFor(deps.cursors, method, question, [parentId, ...writePlace(goesOn)], now);
    };
    const [post] = present(seen, [baseId]);
    return {
      ancestors: ancestorsOf(way, cut, seen),
      ...(post && { post }),
      replies: itemsOf(weaveTree(weft, baseId), seen, tokenOf),
      readInfo: await deps.feeds.readInfo(ctx),
    };
  };

/** The question without the place in its answer: what a token is bound to. */
const bare = ({ postId, order }: GetThreadRequest) =>
  create(GetThreadRequestSchema, { postId: postId.toLowerCase(), order });
