import type { SuggestAccountsResponse } from "#gen/skein/graph/v1/affinity_pb.ts";
import type { Connection } from "#gen/skein/graph/v1/follow_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { type Question, recipe, type Scene } from "../question.ts";
import type { Known } from "../relations.ts";
import { type Person, sees, seesLists, type Thing } from "../things.ts";
import { nowOf } from "../viewers.ts";

const { listFollowers, listFollowing, listMutuals, listKnownFollowers, listFollowRequests } = GraphService.method;
const { suggestAccounts } = GraphService.method;

/** Authors by what the table knows of them and the viewer. */
export const authorsWho = ({ town }: Scene, holds: (facts: Known, author: Person) => boolean | undefined): Thing[] =>
  town.authors.filter((author) => holds(nowOf(town.cast, author), author)).map(({ account }) => account);

const isViewer = ({ viewer, town }: Scene): boolean => viewer.person === town.cast.viewer;
const everyAuthor = (scene: Scene): Thing[] => authorsWho(scene, () => true);

type Listed = Question<{ accountId: string }, Withholding>;

/** The neutral one follows everybody and is followed by everybody; the viewer follows whom the table says. */
function aboutTheTwo(scene: Scene, own: readonly Thing[]): Listed[] {
  const { viewer, neutral } = scene.town.cast;
  const all = [{ request: { accountId: neutral.id }, yields: everyAuthor(scene) }];
  return isViewer(scene) ? [...all, { request: { accountId: viewer.id }, yields: own }] : all;
}

/** An author's own lists hold the neutral one, and perhaps the viewer, for whom the author shows them to. */
function aboutOne({ town, viewer }: Scene, author: Person, viewerToo?: boolean): Listed[] {
  const shown = seesLists(viewer, author);
  const there = [town.cast.neutral.account, ...(viewerToo ? [town.cast.viewer.account] : [])];
  return [
    {
      ...{ request: { accountId: author.id }, about: author.account, missing: { accountId: town.nobody.id } },
      ...{ yields: shown ? there : [], absent: viewerToo === false ? [town.cast.viewer.account] : [] },
      wrong: (answer) => withheld(answer, shown),
    },
  ];
}

interface Withholding {
  readonly withheld: boolean;
  readonly followers?: Connection[];
  readonly following?: Connection[];
  readonly mutuals?: Connection[];
}

function withheld({ withheld: said, followers, following, mutuals }: Withholding, shown: boolean): string | undefined {
  if (said === shown) return `withheld is ${said}`;
  const count = (followers ?? following ?? mutuals ?? []).length;
  return said && count > 0 ? `withheld, but for ${count}` : undefined;
}

const askedToFollow = ({ relation }: Person): boolean => relation?.steps.includes("author asks") ?? false;
const asksAlready = ({ relation }: Person): boolean => relation?.steps.includes("viewer follows") ?? false;

/** Whom to follow: for the viewer those of whom nothing is known yet, for others everybody, whom many follow. */
const candidates = (scene: Scene): Thing[] =>
  authorsWho(
    scene,
    ({ following, muted }, author) => !isViewer(scene) || !(following || muted.length > 0 || asksAlready(author)),
  );

/** All authors follow the passer-by: known are those whom the viewer follows, and sees. */
function knowsOthers(scene: Scene, { suggestions }: SuggestAccountsResponse): string | undefined {
  const { passerBy } = scene.town.cast;
  const found = suggestions.find(({ profile }) => profile?.accountId === passerBy.id)?.knownFollowerCount;
  const expected = isViewer(scene) ? authorsWho(scene, isFollowed).filter(isSeenBy(scene)).length : undefined;
  return found === expected ? undefined : `${found} known followers instead of ${expected}`;
}

const isFollowed = ({ following }: Known): boolean => following;
const isFollower = ({ followedBy }: Known): boolean => followedBy;
const isMutual = (facts: Known): boolean => isFollowed(facts) && isFollower(facts);
const isSeenBy =
  ({ viewer }: Scene) =>
  (thing: Thing): boolean =>
    sees(viewer, thing, Surface.RELATIONS);

/** Lists of accounts by who follows whom. */
export const follows = [
  recipe({
    method: listFollowers,
    once: (scene) => aboutTheTwo(scene, authorsWho(scene, isFollower)),
    each: (scene, author) => aboutOne(scene, author, isFollowed(nowOf(scene.town.cast, author))),
  }),
  recipe({
    method: listFollowing,
    once: (scene) => aboutTheTwo(scene, authorsWho(scene, isFollowed)),
    each: (scene, author) => aboutOne(scene, author, isFollower(nowOf(scene.town.cast, author))),
  }),
  recipe({
    method: listMutuals,
    once: (scene) => aboutTheTwo(scene, authorsWho(scene, isMutual)),
    each: (scene, author) => aboutOne(scene, author, isMutual(nowOf(scene.town.cast, author))),
  }),
  recipe({
    ...{ method: listKnownFollowers, by: ["viewer"] },
    once: (scene) =>
      [scene.town.cast.neutral, scene.town.cast.passerBy].map(({ id: accountId }) => ({
        ...{ request: { accountId }, yields: authorsWho(scene, isFollowed) },
      })),
    each: (scene, author) => aboutOne(scene, author),
  }),
  recipe({
    ...{ method: listFollowRequests, by: ["viewer"] },
    once: (scene) => [{ request: {}, yields: authorsWho(scene, (_, author) => askedToFollow(author)) }],
  }),
  recipe({
    ...{ method: suggestAccounts, by: ["viewer", "passer-by", "moderator"] },
    once: (scene) => [{ request: {}, yields: candidates(scene), wrong: (answer) => knowsOthers(scene, answer) }],
  }),
];
