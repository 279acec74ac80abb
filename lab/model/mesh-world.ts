import type { DescService } from "@bufbuild/protobuf";
import { type CallOptions, type Client, Code, ConnectError } from "@connectrpc/connect";
import { Audience as Audiences, Verdict } from "#gen/skein/common/v1/visibility_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import type { Outcome, World } from "./world.ts";

/** What a world needs of a running mesh, in whichever shape. */
export interface WorldParts {
  readonly people: readonly string[];
  client<S extends DescService>(contract: S): Client<S>;
  /** Calls for the n-th of the people. */
  as(who: number): CallOptions;
  settle(): Promise<void>;
  audit(): Promise<string[]>;
}

/** Speaks to a mesh as its users do. */
export function meshWorld({ people, client, as, settle, audit }: WorldParts): World {
  const graph = client(GraphService);
  const posts = client(PostService);
  const engagement = client(EngagementService);
  const timeline = client(TimelineService);
  const id = (who: number) => people[who] as string;
  const plain = (call: Promise<unknown>): Promise<Outcome> => outcomeOf(call, () => true as const);
  const numbersOf = (profiles: readonly { accountId: string }[]) =>
    profiles.map(({ accountId }) => people.indexOf(accountId)).sort((a, b) => a - b);

  return {
    people,
    settle,
    audit,
    follow: (who, whom) => plain(graph.followAccount({ accountId: id(whom) }, as(who))),
    unfollow: (who, whom) => plain(graph.unfollowAccount({ accountId: id(whom) }, as(who))),
    block: (who, whom) => plain(graph.blockAccount({ accountId: id(whom) }, as(who))),
    unblock: (who, whom) => plain(graph.unblockAccount({ accountId: id(whom) }, as(who))),
    mute: (who, whom) => plain(graph.muteAccount({ accountId: id(whom) }, as(who))),
    unmute: (who, whom) => plain(graph.unmuteAccount({ accountId: id(whom) }, as(who))),
    post(who, audience, replyToId = "") {
      const post = { text: `said by ${who}`, audience: Audiences[audience], replyToId };
      return outcomeOf(posts.createPost({ post }, as(who)), (answer) => answer.post?.card?.id ?? "");
    },
    deletePost: (who, postId) => plain(posts.deletePost({ postId }, as(who))),
    like: (who, postId) => plain(engagement.likePost({ postId }, as(who))),
    unlike: (who, postId) => plain(engagement.unlikePost({ postId }, as(who))),
    share: (who, postId) => plain(engagement.sharePost({ postId }, as(who))),
    unshare: (who, postId) => plain(engagement.unsharePost({ postId }, as(who))),
    edit: (who, postId) => plain(posts.editPost({ postId, change: { text: `said again by ${who}` } }, as(who))),
    async home(who) {
      const found: string[] = [];
      for (let pageToken = ""; ; ) {
        const request = { mode: TimelineMode.CHRONOLOGICAL, pageSize: 3, pageToken };
        const page = await timeline.listHomeTimeline(request, as(who));
        found.push(...page.items.map(({ post }) => post?.card?.id ?? ""));
        pageToken = page.nextPageToken;
        if (pageToken === "") return found;
      }
    },
    async see(who, postId) {
      const found = await posts.getPost({ postId }, as(who)).catch(only(Code.NotFound));
      if (!found?.post) return undefined;
      const { counts, viewer, visibility } = found.post;
      return {
        likes: Number(counts?.likes ?? 0),
        replies: Number(counts?.replies ?? 0),
        liked: viewer?.liked ?? false,
        folded: visibility?.verdict === Verdict.WARN,
      };
    },
    async following(who, whom) {
      const found = await graph.getRelationship({ accountId: id(whom) }, as(who)).catch(only(Code.NotFound));
      return found?.relationship?.relation?.following ?? false;
    },
    async followers(viewer, whom) {
      const found = await graph
        .listFollowers({ accountId: id(whom), pageSize: 100 }, as(viewer))
        .catch(only(Code.NotFound));
      return numbersOf(found?.followers.flatMap(({ profile }) => (profile ? [profile] : [])) ?? []);
    },
    async likers(viewer, postId) {
      const found = await engagement.listLikers({ postId, pageSize: 100 }, as(viewer)).catch(only(Code.NotFound));
      return numbersOf(found?.likers ?? []);
    },
    async counts(whom) {
      const { counts } = await graph.getCounts({ accountId: id(whom) }, as(whom));
      return { followers: Number(counts?.followers ?? 0), following: Number(counts?.following ?? 0) };
    },
  };
}

async function outcomeOf<A, T>(call: Promise<A>, read: (answer: A) => T): Promise<Outcome<T>> {
  try {
    return { done: read(await call) };
  } catch (error) {
    const { code } = ConnectError.from(error);
    if (code === Code.Internal || code === Code.Unknown) throw error; // a bug of ours is never an outcome
    return { refused: code === Code.NotFound ? "NOT_FOUND" : "OTHER" };
  }
}

const only =
  (code: Code) =>
  (error: unknown): undefined => {
    if (ConnectError.from(error).code !== code) throw error;
    return undefined;
  };
