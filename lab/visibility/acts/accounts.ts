import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { ListService } from "#gen/skein/graph/v1/list_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import type { Scene } from "../question.ts";
import { type Person, sees, type Thing } from "../things.ts";
import { type Cast, nowOf } from "../viewers.ts";
import { act, type Try } from "./act.ts";

const graph = GraphService.method;
const lists = ListService.method;

/** What one does about others is one's own side: whom one blocks is there, and it is said that they are blocked. */
const surface = Surface.SELF;
const always = true;

const at = ({ id }: Pick<Thing, "id">) => ({ accountId: id });
const towards = (_: Scene, { account }: Person): Try<{ accountId: string }>[] => [{ about: account, request: at }];
const onList = (
  { town: { listId } }: Scene,
  { account: about }: Person,
): Try<{ listId: string; accountId: string }>[] => [{ about, request: (one) => ({ listId, ...at(one) }) }];
/** Follows the viewer, or asks to; a block has ended either. */
const isAskingOrIn = (cast: Cast, author: Person): boolean => {
  const steps = author.relation?.steps ?? [];
  return (
    nowOf(cast, author).followedBy || (steps.includes("author asks") && !steps.some((step) => step.includes("block")))
  );
};

const ROWS = [
  { case: "follow", value: {} },
  { case: "block", value: {} },
  { case: "mute", value: {} },
  { case: "list", value: { title: "brought in" } },
] as const;

/** What a viewer does about accounts, in this order: what ends a relation comes last. */
export const accountActs = [
  act({
    ...{ method: graph.updateFollow, surface },
    // One's own follow is one's own row, as the archive has it: it can be changed while the other is away.
    towards: ({ town }, author) => [
      {
        ...{ about: author.account, request: (one) => ({ ...at(one), notifyOnPost: true }) },
        alike: !(nowOf(town.cast, author).following || author.relation?.name === "locked_pending"),
      },
    ],
  }),
  act({ method: graph.dismissSuggestion, surface, towards }),
  act({ method: lists.addListMember, surface, towards: onList }),
  act({
    ...{ method: graph.importGraph, surface },
    towards: (_, { account: about }) =>
      ROWS.flatMap((kind) => [
        { about, request: (one) => ({ dryRun: true, rows: [{ ...at(one), kind }] }) },
        { about, request: ({ of: { handle } }) => ({ dryRun: true, rows: [{ handle, kind }] }) },
      ]),
    told: ({ results }) =>
      JSON.stringify(results.map(({ outcome, reason, accountId }) => [outcome, reason, accountId])),
  }),
  act({ method: graph.muteAccount, surface, towards }),
  act({
    ...{ method: graph.acceptFollowRequest, surface },
    towards: ({ town, viewer }, author) => [
      {
        ...{ about: author.account, request: at },
        alike: !(isAskingOrIn(town.cast, author) && sees(viewer, author.account, surface)),
      },
    ],
  }),
  act({ method: graph.followAccount, surface, towards }),
  act({ method: graph.rejectFollowRequest, surface, always, towards }),
  act({ method: graph.removeFollower, surface, always, towards }),
  act({ method: graph.unmuteAccount, surface, always, towards }),
  act({ method: lists.removeListMember, surface, always, towards: onList }),
  act({ method: graph.blockAccount, surface, towards }),
  act({ method: graph.unblockAccount, surface, always, towards }),
  act({ method: graph.unfollowAccount, surface, always, towards }),
];
