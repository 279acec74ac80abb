import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { untilAnswered } from "./patient.ts";
import type { Person } from "./people.ts";
import type { Town } from "./shapes.ts";

/** One of two who have met wherever people meet. */
export interface Player {
  readonly who: Person;
  readonly root: string;
  /** What they answered to the other one's post, and their quote of it. */
  readonly answer: string;
  readonly quote: string;
  readonly list: string;
}

/** Two players, and where they met. */
export interface Stage {
  readonly tag: string;
  readonly host: Person;
  readonly hostRoot: string;
  readonly players: readonly [Player, Player];
}

/**
 * Lets two people follow, answer, quote, like and share each other, save each other's posts and keep each other on a list,
 * and do the same with their host. Nobody but they themselves writes their handles.
 */
export async function setStage(town: Town, tag: string, host: Person, one: Person, two: Person): Promise<Stage> {
  const posts = town.client(PostService);
  const engagement = town.client(EngagementService);
  const graph = town.client(GraphService);
  const lists = town.client(ListService);
  const say = async ({ handle, as }: Person, more: { replyToId?: string; quoteId?: string } = {}) => {
    const post = { text: `#${tag} woven by ${handle}`, ...more };
    const idempotencyKey = crypto.randomUUID();
    const answer = await untilAnswered(() => posts.createPost({ post, idempotencyKey }, as));
    return answer.post?.card?.id ?? "";
  };
  const meet = async (who: Person, whom: Person, root: string) => {
    const [answer, quote] = await Promise.all([
      say(who, { replyToId: root }),
      say(who, { quoteId: root }),
      untilAnswered(() => engagement.likePost({ postId: root }, who.as)),
      untilAnswered(() => engagement.sharePost({ postId: root }, who.as)),
      untilAnswered(() => town.client(CollectionService).bookmarkPost({ postId: root }, who.as)),
      untilAnswered(() => graph.followAccount({ accountId: whom.id }, who.as)),
    ]);
    return { answer, quote };
  };
  const [hostRoot, first, second] = await Promise.all([say(host), say(one), say(two)]);
  const play = async (who: Person, root: string, other: Person, otherRoot: string): Promise<Player> => {
    const [met, { list }] = await Promise.all([
      meet(who, other, otherRoot),
      untilAnswered(() => lists.createList({ title: "near", idempotencyKey: "near" }, who.as)),
      meet(who, host, hostRoot),
      untilAnswered(() => graph.followAccount({ accountId: who.id }, host.as)),
    ]);
    const listId = list?.listId ?? "";
    await untilAnswered(() => lists.addListMember({ listId, accountId: other.id }, who.as));
    return { who, root, ...met, list: listId };
  };
  const players = await Promise.all([play(one, first, two, second), play(two, second, one, first)]);
  return { tag, host, hostRoot, players };
}
