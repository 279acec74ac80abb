import { Code, ConnectError } from "@connectrpc/connect";
import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { HashtagService } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { SearchService } from "#gen/skein/content/v1/search_service_pb.ts";
import { ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { Person } from "./people.ts";
import type { Town } from "./shapes.ts";
import type { Player, Stage } from "./stage.ts";

/** What a look came to. */
export interface Sight {
  readonly at: string;
  /** "OK", or the code of the refusal. */
  readonly code: string;
  /** The other one is in the answer: their id, their handle, their words. */
  readonly shows: boolean;
}

/** Looks for somebody wherever the viewer could come upon them, everywhere at once. */
export function lookAround(town: Town, stage: Stage, viewer: Player, other: Player): Promise<Sight[]> {
  const posts = town.client(PostService);
  const threads = town.client(ThreadService);
  const engagement = town.client(EngagementService);
  const graph = town.client(GraphService);
  const accounts = town.client(IdentityService);
  const me = viewer.who.as;
  const { id: accountId, handle } = other.who;
  const host = { postId: stage.hostRoot };
  const mine = { postId: viewer.root };
  const theirs = { postId: other.root };
  const ofMe = { accountId: viewer.who.id };
  const ofHost = { accountId: stage.host.id };
  const looks: Record<string, Promise<object>> = {
    "the host's thread": threads.getThread(host, me),
    "the replies to the host": threads.listReplies(host, me),
    "the comments on the host": threads.listComments(host, me),
    "the likers of the host": engagement.listLikers(host, me),
    "the sharers of the host": engagement.listSharers(host, me),
    "the quotes of the host": engagement.listQuotes(host, me),
    "the own thread": threads.getThread(mine, me),
    "the own likers": engagement.listLikers(mine, me),
    "the own sharers": engagement.listSharers(mine, me),
    "the own quotes": engagement.listQuotes(mine, me),
    "what the own answer answers": threads.getThread({ postId: viewer.answer }, me),
    "what the own quote quotes": posts.getPost({ postId: viewer.quote }, me),
    "their post": posts.getPost(theirs, me),
    "their post's thread": threads.getThread(theirs, me),
    "their post's history": posts.listPostRevisions(theirs, me),
    "their posts": posts.listPostsByAuthor({ accountId }, me),
    "posts by id": posts.batchGetPosts({ postIds: [viewer.root, stage.hostRoot, other.root, other.answer] }, me),
    "the bookmarks": town.client(CollectionService).listBookmarks({}, me),
    "the search for words": town.client(SearchService).searchPosts({ query: `woven ${stage.tag}` }, me),
    "the search for an author": town.client(SearchService).searchPosts({ authorId: accountId }, me),
    "the hashtag": town.client(HashtagService).listPostsByHashtag({ tag: stage.tag }, me),
    "the own followers": graph.listFollowers(ofMe, me),
    "whom the viewer follows": graph.listFollowing(ofMe, me),
    "the own mutuals": graph.listMutuals(ofMe, me),
    "the followers of the host": graph.listFollowers(ofHost, me),
    "whom the host follows": graph.listFollowing(ofHost, me),
    "the mutuals of the host": graph.listMutuals(ofHost, me),
    "known followers of the host": graph.listKnownFollowers(ofHost, me),
    "the counts": graph.getCounts({ accountId }, me),
    "the counts of several": graph.batchGetCounts({ accountIds: [accountId, ofMe.accountId] }, me),
    "the own list": town.client(ListService).listListMembers({ listId: viewer.list }, me),
    "the profile": accounts.getProfile({ accountId }, me),
    "the profile by handle": accounts.lookupProfile({ handle }, me),
    "profiles by id": accounts.batchGetProfiles({ accountIds: [ofMe.accountId, accountId] }, me),
    "the search for people": accounts.searchProfiles({ query: handle }, me),
  };
  return Promise.all(Object.entries(looks).map(([at, answer]) => sightOf(at, answer, other.who)));
}

/** Where the other one was seen. */
export const seenAt = async (sights: Promise<readonly Sight[]>): Promise<string[]> =>
  (await sights).filter(({ shows }) => shows).map(({ at }) => at);

/** Whether an answer holds anything of somebody. */
export function shows(answer: object, { id, handle }: Person): boolean {
  // A card is the same bytes for everybody: the viewer's own answer and quote go on saying to whom they were.
  const text = JSON.stringify(answer, (key, value) =>
    key === "reply" || key === "quoted" ? undefined : typeof value === "bigint" ? String(value) : value,
  );
  return text.includes(id) || text.includes(handle);
}

const sightOf = (at: string, answer: Promise<object>, whom: Person): Promise<Sight> =>
  answer.then(
    (message) => ({ at, code: "OK", shows: shows(message, whom) }),
    (error) => ({ at, code: Code[ConnectError.from(error).code] ?? "", shows: false }),
  );
