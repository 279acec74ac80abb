import { GraphKind } from "#gen/skein/graph/v1/archive_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { recipe } from "../question.ts";
import { authorsWho } from "./follows.ts";

const { listBlocks, listMutes, exportGraph } = GraphService.method;
const by = ["viewer"];

/** What the viewer keeps about others for itself. */
export const own = [
  recipe({
    ...{ method: listBlocks, by, surface: Surface.SELF },
    once: (scene) => [{ request: {}, yields: authorsWho(scene, ({ blocking }) => blocking) }],
  }),
  recipe({
    ...{ method: listMutes, by, surface: Surface.SELF },
    once: (scene) => [{ request: {}, yields: authorsWho(scene, ({ muted }) => muted.length > 0) }],
  }),
  recipe({
    ...{ method: exportGraph, by },
    once: (scene) => [
      { request: { kind: GraphKind.FOLLOWS }, yields: authorsWho(scene, ({ following }) => following) },
      {
        ...{ request: { kind: GraphKind.BLOCKS }, surface: Surface.SELF },
        yields: authorsWho(scene, ({ blocking }) => blocking),
      },
      { request: { kind: GraphKind.MUTES }, yields: authorsWho(scene, ({ muted }) => muted.length > 0) },
      { request: { kind: GraphKind.LISTS }, yields: authorsWho(scene, (_, author) => !parted(author.relation?.steps)) },
    ],
  }),
  recipe({
    ...{ method: ListService.method.listListMembers, by },
    once: (scene) => [
      {
        request: { listId: scene.town.listId },
        yields: authorsWho(scene, (_, author) => !parted(author.relation?.steps)),
      },
    ],
  }),
];

/** A block, also one that is over, has taken both off each other's lists. */
const parted = (steps: readonly string[] = []): boolean => steps.some((step) => step.endsWith(" blocks"));
