import { HashtagService, TrendWindow } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { SearchService } from "#gen/skein/content/v1/search_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { recipe } from "../question.ts";
import { written, writtenBy } from "../town.ts";
import { TAG, WORD } from "../traces.ts";
import { everyAuthors, everyPost, openKinds } from "./posts.ts";

const { listPostsByHashtag, listTrendingHashtags } = HashtagService.method;

/** Posts by their words and hashtags. */
export const discovery = [
  recipe({
    method: SearchService.method.searchPosts,
    once: (scene) => {
      const { town } = scene;
      const { viewer, neutral } = town.cast;
      const named = everyAuthors(scene, "mentioning", "followers_mentioning", "to_viewer");
      return [
        { request: { query: WORD }, yields: everyPost(town) },
        { request: { mentionedId: viewer.id }, yields: named },
        { request: { repliedToId: neutral.id }, yields: everyAuthors(scene, "answer") },
      ];
    },
    each: ({ town }, author) => [
      { request: { authorId: author.id }, yields: writtenBy(town, author) },
      {
        request: { repliedToId: author.id },
        yields: [written(town, town.cast.neutral, `reply to ${author.name}`)],
      },
      { request: { hashtag: `only_${author.name}` }, yields: [written(town, author, "main")] },
    ],
  }),
  recipe({
    method: listPostsByHashtag,
    once: (scene) => [{ request: { tag: TAG }, yields: everyAuthors(scene, ...openKinds) }],
    each: ({ town }, author) => [{ request: { tag: `only_${author.name}` }, yields: [written(town, author, "main")] }],
  }),
  // The same for everybody, so nobody's blocks are in it; but what only hidden or locked accounts write trends nowhere.
  recipe({
    ...{ method: listTrendingHashtags, by: ["anonymous"], surface: Surface.EXPLORE },
    once: (scene) =>
      [TrendWindow.HOUR, TrendWindow.DAY].map((window) => ({
        request: { window, limit: 50 },
        yields: everyAuthors(scene, "main"),
      })),
  }),
];
