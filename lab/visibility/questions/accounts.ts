import type { Counts } from "#gen/skein/graph/v1/counts_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { recipe } from "../question.ts";
import type { Known } from "../relations.ts";
import type { Person } from "../things.ts";
import type { Town } from "../town.ts";
import { nowOf } from "../viewers.ts";

const identity = IdentityService.method;
const graph = GraphService.method;
const by = (accountId: string) => ({ accountId });
/** One's own side of a relation is open to oneself: also whom one blocks, whether or not they block back. */
const OWN_SIDE = Surface.SELF;

const everybody = ({ authors, cast: { neutral, viewer } }: Town): Person[] => [...authors, neutral, viewer];
const accountsOf = (people: readonly Person[]) => people.map(({ account }) => account);
const ids = (people: readonly Person[]) => people.map(({ id }) => id);

/** Accounts by id, by handle and by search, with their counts and relations. */
export const accounts = [
  recipe({
    method: identity.getProfile,
    each: ({ town }, { id, account }) => [
      { request: by(id), about: account, missing: by(town.nobody.id), yields: [account] },
    ],
  }),
  recipe({
    method: identity.lookupProfile,
    each: ({ town }, { handle, account, relation }) =>
      relation?.name === "being_deleted" // the handle is put aside with the face: even its owner is not found by it
        ? []
        : [{ request: { handle }, about: account, missing: { handle: town.nobody.handle }, yields: [account] }],
  }),
  recipe({
    method: identity.batchGetProfiles,
    once: ({ town }) => [{ request: { accountIds: ids(everybody(town)) }, yields: accountsOf(everybody(town)) }],
  }),
  recipe({
    method: identity.searchProfiles,
    once: ({ town }) => ["mx_", ""].map((query) => ({ request: { query }, yields: accountsOf(everybody(town)) })),
  }),
  recipe({
    method: identity.listRoles,
    by: ["administrator"],
    // Whoever is being deleted has no role to speak of; all other hidden ones do.
    once: ({ town }) => [
      { request: {}, yields: accountsOf(everybody(town).filter(({ relation }) => relation?.name !== "being_deleted")) },
    ],
  }),
  recipe({
    method: graph.getRelationship,
    surface: OWN_SIDE,
    each: ({ town }, { id, account }) => [
      {
        ...{ request: by(id), about: account, missing: by(town.nobody.id), yields: [account] },
        wrong: ({ relationship }) => (relationship?.relation?.blockedBy ? "says who blocks" : undefined),
      },
    ],
  }),
  recipe({
    method: graph.batchGetRelationships,
    surface: OWN_SIDE,
    once: ({ town }) => [
      {
        ...{ request: { accountIds: ids(everybody(town)) }, yields: accountsOf(everybody(town)) },
        wrong: ({ relationships }) =>
          relationships.some(({ relation }) => relation?.blockedBy) ? "says who blocks" : undefined,
      },
    ],
  }),
  recipe({
    method: graph.getCounts,
    each: ({ town }, author) => [
      {
        ...{ request: by(author.id), about: author.account, missing: by(town.nobody.id), yields: [author.account] },
        wrong: ({ counts }) => miscounted(nowOf(town.cast, author), counts),
      },
    ],
  }),
  recipe({
    method: graph.batchGetCounts,
    once: ({ town }) => [{ request: { accountIds: ids(everybody(town)) }, yields: accountsOf(everybody(town)) }],
  }),
  recipe({
    method: graph.getAffinity,
    each: ({ town }, { id, account }) => [
      { request: by(id), about: account, missing: by(town.nobody.id), yields: [account] },
    ],
  }),
];

/** The neutral one is on either side, the passer-by is followed, the viewer is where an edge is: the same for everybody. */
function miscounted({ following, followedBy }: Known, counts: Counts | undefined): string | undefined {
  const expected = `${following ? 2 : 1} and ${followedBy ? 3 : 2}`;
  const found = `${counts?.followers} and ${counts?.following}`;
  return found === expected ? undefined : `followers and following are ${found} instead of ${expected}`;
}
