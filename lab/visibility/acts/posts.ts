import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { DraftService } from "#gen/skein/content/v1/draft_service_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { InteractionService } from "#gen/skein/content/v1/interaction_service_pb.ts";
import { PollService } from "#gen/skein/content/v1/poll_service_pb.ts";
import { Circle } from "#gen/skein/content/v1/post_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { FeedbackKind } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import type { KindName } from "../kinds.ts";
import type { Scene } from "../question.ts";
import type { Person, Thing } from "../things.ts";
import { written, writtenBy } from "../town.ts";
import { act, type Try } from "./act.ts";

const surface = Surface.THREAD;
const always = true;
const DAY_MS = 86_400_000;

/** One post of each kind, as far as it is seen by other rules than the others. */
const KINDS_TRIED: readonly KindName[] = ["main", "followers", "to_viewer", "to_neutral", "deleted"];

const at = ({ id }: Pick<Thing, "id">) => ({ postId: id });
const each =
  <Request>(
    request: (one: Pick<Thing, "id" | "of">, scene: Scene) => Request | Promise<Request>,
    kinds = KINDS_TRIED,
  ) =>
  (scene: Scene, author: Person): Try<Request>[] =>
    writtenBy(scene.town, author, kinds).map((about) => ({ about, request: (one) => request(one, scene) }));

const towards = each(at);
/** Only of one's own posts: everybody else's are nobody's. */
const others = each(at, ["main"]);

async function draft({ town, viewer }: Scene, post: { replyToId?: string; quoteId?: string }) {
  const { draft } = await town
    .client(DraftService)
    .createDraft({ post: { text: "from a draft", ...post } }, viewer.options);
  return { draftId: draft?.id ?? "" };
}

/** A text that names somebody: of whom the viewer does not reach, only the name stays. */
const hello = ({ of: { handle } }: Pick<Thing, "of">): string => `hello @${handle}`;
const mentions = (card: { mentionedIds: string[]; facets: object[] } | undefined) =>
  `mentions ${card?.mentionedIds.length}, facets ${card?.facets.length}`;

/** What a viewer does with posts, and in posts about others. */
export const postActs = [
  act({ method: EngagementService.method.likePost, surface, towards }),
  act({ method: EngagementService.method.sharePost, surface, towards }),
  act({ method: CollectionService.method.bookmarkPost, surface, towards }),
  act({
    method: PollService.method.votePoll,
    surface,
    towards: each((one) => ({ ...at(one), options: [1] }), ["main"]),
  }),
  act({
    method: TimelineService.method.sendFeedback,
    surface,
    towards: each((one) => ({ ...at(one), kind: FeedbackKind.MORE })),
  }),
  act({ method: ThreadService.method.createComment, surface, towards: each((one) => ({ ...at(one), text: "well" })) }),
  act({
    ...{ method: PostService.method.createPost, surface },
    towards: (scene, author) => [
      ...each(({ id }) => ({ post: { text: "a reply", replyToId: id } }))(scene, author),
      ...each(({ id }) => ({ post: { text: "a quote", quoteId: id } }))(scene, author),
    ],
  }),
  act({
    ...{ method: DraftService.method.publishDraft, surface },
    towards: (scene, author) => [
      ...each(({ id }) => draft(scene, { replyToId: id }), ["main", "followers"])(scene, author),
      ...each(({ id }) => draft(scene, { quoteId: id }), ["main", "followers"])(scene, author),
    ],
  }),
  act({
    ...{ method: DraftService.method.schedulePost, surface },
    towards: each(
      ({ id }, { town }) => {
        const publishAt = timestampFromDate(new Date(town.mesh.clock.now().getTime() + DAY_MS));
        return { post: { text: "later", replyToId: id }, publishAt };
      },
      ["main", "followers"],
    ),
  }),
  act({
    ...{ method: PostService.method.createPost, surface },
    towards: (_, { account: about }) => [
      { about, request: (one) => ({ post: { text: hello(one) }, validateOnly: true }) },
    ],
    told: ({ post }) => mentions(post?.card),
  }),
  act({
    ...{ method: PostService.method.editPost, surface },
    towards: ({ town }, { name, account: about }) => {
      const own = written(town, town.cast.viewer, `quote of ${name}`);
      return [{ about, request: (one) => ({ postId: own.id, change: { text: hello(one) } }) }];
    },
    told: ({ post }) => mentions(post?.card),
  }),
  // What is brought back shows what it quotes to whoever sees that.
  act({
    ...{ method: PostService.method.undeletePost, surface },
    towards: ({ town, viewer }, author) => {
      const own = written(town, town.cast.viewer, `quote of ${author.name}`);
      const request = async ({ id }: Pick<Thing, "id">) => {
        if (id !== author.id) return { postId: id };
        await town.client(PostService).deletePost({ postId: own.id }, viewer.options);
        return { postId: own.id };
      };
      return [{ about: author.account, request, alike: false }];
    },
  }),
  act({
    method: PostService.method.editPost,
    surface,
    always,
    towards: each((one) => ({ ...at(one), change: { text: "mine" } }), ["main"]),
  }),
  act({ method: PostService.method.deletePost, surface, always, towards: others }),
  act({ method: PostService.method.undeletePost, surface, always, towards: each(at, ["main", "deleted"]) }),
  act({ method: CollectionService.method.pinPost, surface, always, towards: others }),
  act({ method: CollectionService.method.unpinPost, surface, always, towards: others }),
  act({
    ...{ method: InteractionService.method.updateInteractionPolicy, surface, always },
    towards: each((one) => ({ ...at(one), policy: { reply: Circle.NOBODY } }), ["main"]),
  }),
  act({
    ...{ method: ThreadService.method.deleteComment, surface, always },
    towards: each(({ id }) => ({ commentId: id }), ["answer_to_viewer"]),
  }),
  act({ method: EngagementService.method.unlikePost, surface, always, towards }),
  act({ method: EngagementService.method.unsharePost, surface, always, towards }),
  act({ method: CollectionService.method.removeBookmark, surface, always, towards }),
];
