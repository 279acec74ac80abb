import { CollectionService } from "#gen/skein/content/v1/collection_service_pb.ts";
import { InteractionService } from "#gen/skein/content/v1/interaction_service_pb.ts";
import { PollService } from "#gen/skein/content/v1/poll_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import type { Post } from "#gen/skein/content/v1/post_view_pb.ts";
import { KINDS, type Kind, type KindName, kindNames } from "../kinds.ts";
import { type Question, recipe, type Scene } from "../question.ts";
import type { Person, Thing } from "../things.ts";
import { type Town, written, writtenBy } from "../town.ts";

const { getPost, batchGetPosts, listPostsByAuthor, listPostRevisions } = PostService.method;

/** Everything that was written, by whomever. */
export const everyPost = ({ things }: Town): Thing[] => [...things.values()].filter(({ post }) => post !== undefined);
const inHundreds = (things: readonly Thing[]): Thing[][] =>
  Array.from({ length: Math.ceil(things.length / 100) }, (_, part) => things.slice(part * 100, part * 100 + 100));

/** A question about a post, answered with it. */
export const about = (
  { nobody }: Town,
  thing: Thing,
  yields: readonly Thing[] = [thing],
): Question<{ postId: string }, unknown> => ({
  ...{ request: { postId: thing.id }, about: thing, missing: { postId: nobody.id }, yields },
});

const first = kindNames.filter((name) => !("answers" in KINDS[name]));
const saved: readonly KindName[] = ["main", "followers", "followers_mentioning", "to_viewer"];
const of = (town: Town, authors: readonly Person[], kinds: readonly KindName[]) =>
  authors.flatMap((author) => writtenBy(town, author, kinds));

/** Posts by id, by author and by what the viewer keeps of them. */
export const posts = [
  recipe({
    method: getPost,
    once: ({ town }) => [
      { ...about(town, written(town, town.cast.neutral, "root")), wrong: ({ post }) => miscounted(town, post) },
      about(town, written(town, town.cast.viewer, "root")),
    ],
    // A quote is there for whoever sees the quoter, and shows what it quotes to whoever sees that.
    each: ({ town }, author) => [
      ...writtenBy(town, author).map((thing) => about(town, thing)),
      ...[town.cast.neutral, town.cast.viewer].map((other) => {
        const quote = written(town, other, `quote of ${author.name}`);
        return about(town, quote, [quote, written(town, author, "main")]);
      }),
    ],
  }),
  recipe({
    method: batchGetPosts,
    once: ({ town }) =>
      inHundreds(everyPost(town)).map((part) => ({ request: { postIds: part.map(({ id }) => id) }, yields: part })),
  }),
  recipe({
    method: listPostsByAuthor,
    each: ({ town }, author) => {
      const { id: accountId, account } = author;
      const ask = (more: object, kinds: readonly KindName[]) => ({
        ...{ request: { accountId, ...more }, missing: { accountId: town.nobody.id, ...more } },
        ...{ about: account, yields: writtenBy(town, author, kinds) },
      });
      return [ask({}, first), ask({ withReplies: true }, kindNames), ask({ pinnedOnly: true }, ["main"])];
    },
  }),
  recipe({
    method: listPostRevisions,
    each: ({ town }, author) =>
      writtenBy(town, author, ["main", "followers", "deleted"]).map((thing) => about(town, thing)),
  }),
  recipe({
    method: PollService.method.getPollResults,
    each: ({ town }, author) => [about(town, written(town, author, "main"), [])],
  }),
  recipe({
    method: CollectionService.method.listBookmarks,
    by: ["viewer", "neutral"],
    once: ({ town, viewer }) => [
      { request: {}, yields: of(town, town.authors, viewer.name === "viewer" ? saved : ["main"]) },
    ],
  }),
  recipe({
    method: InteractionService.method.listInteractionRequests,
    by: ["viewer"],
    once: ({ town }) => [{ request: {}, yields: of(town, town.authors, ["asking"]) }],
  }),
];

/** All of a kind. */
export const everyAuthors = ({ town }: Scene, ...kinds: KindName[]): Thing[] => of(town, town.authors, kinds);
export const openKinds = kindNames.filter((name) => (KINDS[name] as Kind).audience === KINDS.main.audience);

/** Numbers are rows, whoever looks: all authors did it, hidden ones too, and of nobody is it told that they did. */
function miscounted({ authors }: Town, post: Post | undefined): string | undefined {
  const { likes, shares, replies, quotes } = post?.counts ?? {};
  const found = [likes, shares, replies, quotes, post?.poll?.voters, post?.poll?.votes[0]].map(Number);
  return found.every((one) => one === authors.length) ? undefined : `${found} are counted of ${authors.length}`;
}
