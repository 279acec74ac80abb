import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { KINDS, kindNames } from "../kinds.ts";
import { recipe, type Scene } from "../question.ts";
import { type Person, sees, type Thing } from "../things.ts";
import { writtenBy } from "../town.ts";
import { TAG } from "../traces.ts";
import { nowOf } from "../viewers.ts";
import { about, everyAuthors, openKinds } from "./posts.ts";

const { listHomeTimeline, listUserTimeline, listListTimeline, listHashtagTimeline } = TimelineService.method;
const { listExploreTimeline, explainTimelineItem } = TimelineService.method;

const first = kindNames.filter((name) => !("answers" in KINDS[name]));
/** Whom a block took off the viewer's list is not put back by its end. */
const listed = ({ relation }: Person): boolean => !/^unblock/.test(relation?.name ?? "");

/** The neutral one, whom the viewer follows, has shared every author's first post; of the followed all is there. */
function inHome(scene: Scene): Thing[] {
  const { town } = scene;
  const followed = town.authors.filter((author) => nowOf(town.cast, author).following);
  return [...new Set([...everyAuthors(scene, "main"), ...followed.flatMap((author) => writtenBy(town, author))])];
}

/** Posts in an order: one's own, an author's, a list's, a tag's, everybody's. */
export const timelines = [
  recipe({
    method: listHomeTimeline,
    by: ["viewer"],
    once: (scene) =>
      [TimelineMode.CHRONOLOGICAL, TimelineMode.RANKED].map((mode) => ({ request: { mode }, yields: inHome(scene) })),
  }),
  recipe({
    method: listUserTimeline,
    each: ({ town }, author) => {
      const { id: accountId, account } = author;
      const ask = (more: object, kinds: typeof kindNames) => ({
        ...{ request: { accountId, ...more }, missing: { accountId: town.nobody.id, ...more } },
        ...{ about: account, yields: writtenBy(town, author, kinds) },
      });
      return [ask({ withoutReposts: true }, first), ask({ withReplies: true }, kindNames)];
    },
  }),
  recipe({
    method: listListTimeline,
    by: ["viewer"],
    once: ({ town }) => [
      {
        request: { listId: town.listId },
        yields: town.authors.filter(listed).flatMap((author) => writtenBy(town, author, first)),
      },
    ],
  }),
  recipe({
    method: listHashtagTimeline,
    once: (scene) => [{ request: { tag: TAG }, yields: everyAuthors(scene, ...openKinds) }],
    each: ({ town }, author) => [
      { request: { tag: `only_${author.name}` }, yields: writtenBy(town, author, ["main"]) },
    ],
  }),
  // Which of them many care about is for the ranking to say; whoever is hidden is not among them.
  recipe({ method: listExploreTimeline, once: () => [{ request: {} }] }),
  // What may be seen is in home or not, and its own tests hold that against home; what may not is nobody's.
  recipe({
    ...{ method: explainTimelineItem, by: ["viewer"], surface: Surface.THREAD },
    each: ({ town, viewer }, author) =>
      writtenBy(town, author)
        .filter((thing) => !sees(viewer, thing, Surface.THREAD))
        .map((thing) => about(town, thing, [])),
  }),
];
