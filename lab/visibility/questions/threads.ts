import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { type GetThreadResponse, ThreadOrder, ThreadService } from "#gen/skein/content/v1/thread_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { type Question, recipe, type Scene } from "../question.ts";
import { type Person, sees, type Thing } from "../things.ts";
import { type Town, written, writtenBy } from "../town.ts";
import { about, everyAuthors } from "./posts.ts";

const { getThread, listReplies, listComments } = ThreadService.method;
const { listLikers, listSharers, listQuotes } = EngagementService.method;
type AboutPost = Question<{ postId: string }, unknown>;

const root = (town: Town): Thing => written(town, town.cast.neutral, "root");
const main = (town: Town, author: Person): Thing => written(town, author, "main");
const accounts = ({ town }: Scene): Thing[] => town.authors.map(({ account }) => account);
const neutralToo = (town: Town): Thing[] => [town.cast.neutral.account];

/** What stands below an author's first post: an answer and a quote of the neutral one's. */
const below = (town: Town, author: Person, what: "reply to" | "quote of"): Thing[] => [
  written(town, town.cast.neutral, `${what} ${author.name}`),
];

/** The same about a post of each kind that is not for all, or not there. */
const others = (town: Town, author: Person): AboutPost[] =>
  writtenBy(town, author, ["followers", "to_neutral", "deleted"]).map((thing) => about(town, thing, []));

/** What the neutral one wrote below an author's answer. */
const wordBelow = (town: Town, { name }: Person): Thing => written(town, town.cast.neutral, `word below ${name}`);

/** Of a thread in parts only what stands below something that is seen is sure to be there: see the tree's own tests. */
const underAnswers = ({ town, viewer }: Scene): Thing[] =>
  town.authors
    .filter((author) => sees(viewer, written(town, author, "answer"), Surface.THREAD))
    .map((author) => wordBelow(town, author));

/** Every author did it to the neutral one's first post, and the other way round. */
const engaged = {
  once: (scene: Scene) => [{ request: { postId: root(scene.town).id }, yields: accounts(scene) }],
  each: ({ town }: Scene, author: Person) => [
    about(town, main(town, author), neutralToo(town)),
    ...others(town, author),
  ],
};

/** Threads, and who did what with a post. */
export const threads = [
  recipe({
    method: getThread,
    once: (scene) =>
      [ThreadOrder.RANKED, ThreadOrder.OLDEST, ThreadOrder.NEWEST].map((order) => ({
        request: { postId: root(scene.town).id, order },
        yields: [root(scene.town), ...everyAuthors(scene, "answer"), ...underAnswers(scene)],
        wrong: (answer) => leftOut(scene, answer),
      })),
    each: ({ town }, author) => {
      const post = main(town, author);
      const answers = [town.cast.neutral, town.cast.viewer].map((one) => written(town, one, `reply to ${author.name}`));
      return [
        about(town, post, [post, ...below(town, author, "reply to")]),
        ...writtenBy(town, author, ["answer", "followers", "deleted"]).map((thing) => about(town, thing)),
        // From below: the answer is there, and what it answers if the viewer sees that.
        ...answers.map((answer) => about(town, answer, [answer, post])),
        about(town, wordBelow(town, author), [wordBelow(town, author), written(town, author, "answer")]),
      ];
    },
    goesOn: ({ ancestors, replies }, { postId, order }) =>
      [...ancestors, ...replies].flatMap(({ item }) =>
        item.case === "more" && item.value.token
          ? [{ postId, moreToken: item.value.token, ...(order !== undefined && { order }) }]
          : [],
      ),
  }),
  recipe({
    method: listReplies,
    once: (scene) =>
      [ThreadOrder.OLDEST, ThreadOrder.RANKED].map((order) => ({
        request: { postId: root(scene.town).id, order },
        yields: everyAuthors(scene, "answer"),
      })),
    each: ({ town }, author) => [
      about(town, main(town, author), below(town, author, "reply to")),
      ...others(town, author),
    ],
  }),
  recipe({
    method: listComments,
    once: (scene) => [{ request: { postId: root(scene.town).id }, yields: everyAuthors(scene, "answer") }],
    each: ({ town }, author) => [about(town, main(town, author), below(town, author, "reply to"))],
  }),
  recipe({
    method: listQuotes,
    once: (scene) => [{ request: { postId: root(scene.town).id }, yields: everyAuthors(scene, "quote") }],
    each: ({ town }, author) => [
      about(town, main(town, author), below(town, author, "quote of")),
      ...others(town, author),
    ],
  }),
  recipe({ method: listLikers, ...engaged }),
  recipe({ method: listSharers, ...engaged }),
];

/** What is said to be left out under the first post is what the viewer would be shown, and not one more. */
function leftOut({ town, viewer }: Scene, { replies }: GetThreadResponse): string | undefined {
  const visible = everyAuthors({ town, viewer }, "answer").filter((thing) =>
    sees(viewer, thing, Surface.THREAD),
  ).length;
  const shown = replies.filter(({ depth, item }) => depth === 1 && item.case === "post").length;
  const more = replies.find(({ parentId, item }) => parentId === root(town).id && item.case === "more")?.item;
  const left = more?.case === "more" ? Number(more.value.count) : 0;
  const told = left > 0 ? shown + left === visible : shown <= visible;
  return told ? undefined : `${shown} are shown and ${left} left out of ${visible}`;
}
