import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { SeedPost } from "../../services/content/seeding/card.ts";
import type { SeedAct, SeedShare } from "../../services/content/seeding/seed-engagement.ts";
import type { SeedVote } from "../../services/content/seeding/seed-votes.ts";
import type { SeedFollow } from "../../services/social-graph/seeding/seed-follows.ts";
import type { SeedBlock } from "../../services/social-graph/seeding/seed-privacy.ts";
import { blocks } from "../install/persona-states.ts";
import { type Act, likes, shares, votes } from "./acts.ts";
import { openings } from "./openings.ts";
import type { Person } from "./person.ts";
import { type Society, societyOf } from "./society.ts";
import { threads } from "./threads.ts";
import type { Written } from "./written.ts";

/** How much of a network is wanted. */
export interface Size {
  readonly seed: number;
  readonly accounts: number;
  readonly posts: number;
}

/** Everything that happens in the network, in the order in which it must be written. Its accounts are there before it. */
export interface Plan {
  readonly locked: readonly string[];
  readonly blocks: readonly SeedBlock[];
  readonly follows: readonly SeedFollow[];
  /** Oldest first: what is answered comes before its answers. */
  readonly posts: readonly SeedPost[];
  readonly votes: readonly SeedVote[];
  readonly shares: readonly SeedShare[];
  readonly likes: readonly SeedAct[];
}

/** Of a hundred posts, so many begin a thread; the rest answers. */
const OPENINGS = 0.57;
/** Nobody follows anybody for longer. */
const LONGEST_MS = 400 * 86_400_000;

/** Plans a network among people. The same people, size and moment make the same network, to the last id. */
export function planOf(
  { seed, posts: count }: Size,
  people: readonly Person[],
  names: readonly string[],
  since: Date,
): Plan {
  const now = since.getTime();
  const society = societyOf(seed, people, blocksAmong(names));
  const opened = openings(seed, society, Math.round(count * OPENINGS), now);
  const answers = threads(seed, society, opened, count - opened.length, now);
  const written = [...opened, ...answers].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  const idOf = (place: number) => people[place]?.id ?? "";
  const act = ({ by, post, at }: Act): SeedAct => ({
    ...{ actorId: idOf(by), postId: post.id, authorId: idOf(post.by), at: new Date(at) },
  });
  return {
    follows: followsIn(society, now),
    blocks: society.blocks
      .filter(([one]) => people[one]?.made)
      .map(([one, other]) => ({ blockerId: idOf(one), blockedId: idOf(other) })),
    locked: people.filter(({ made, locked }) => made && locked).map(({ id }) => id),
    posts: written.map((post) => seedPost(post, idOf)),
    votes: votes(seed, society, written, now).map(({ option, ...vote }) => ({ ...act(vote), option })),
    shares: inOrder(shares(seed, society, written, now).map(({ id, ...share }) => ({ ...act(share), id }))),
    likes: inOrder(likes(seed, society, written, now).map(act)),
  };

  /** By partition, for few of them in a batch are few statements for the log; what the cast does first, see `isWhole`. */
  function inOrder<A extends SeedAct>(acts: readonly A[]): A[] {
    const cast = new Set(people.filter(({ made }) => !made).map(({ id }) => id));
    const rank = ({ actorId }: A) => (cast.has(actorId) ? -1 : partitionOf(actorId));
    return acts.toSorted((a, b) => rank(a) - rank(b) || a.at.getTime() - b.at.getTime());
  }
}

function followsIn({ edges, people }: Society, now: number): SeedFollow[] {
  const follow = ({ from, to, at, asked }: Society["edges"][number]): SeedFollow => {
    const [one, other] = [people[from], people[to]];
    const both = Math.max(one?.registeredAt ?? 0, other?.registeredAt ?? 0, now - LONGEST_MS);
    const followedAt = new Date(Math.floor(both + (now - both) * at));
    return { followerId: one?.id ?? "", followeeId: other?.id ?? "", followedAt, asked };
  };
  const partition = ({ from }: Society["edges"][number]) => partitionOf(people[from]?.id ?? "");
  return edges.toSorted((a, b) => partition(a) - partition(b) || a.from - b.from).map(follow);
}

function blocksAmong(names: readonly string[]): [number, number][] {
  return blocks
    .map(([blocker, blocked]): [number, number] => [names.indexOf(blocker), names.indexOf(blocked)])
    .filter(([blocker, blocked]) => blocker >= 0 && blocked >= 0);
}

function seedPost(
  { id, by, at, text, language, reach, warning, root, parent, quoted, poll }: Written,
  idOf: (place: number) => string,
): SeedPost {
  return {
    ...{ id, authorId: idOf(by), createdAt: new Date(at), text, language },
    ...(reach !== "PUBLIC" && { audience: Audience[reach] }),
    ...(warning !== "" && { contentWarning: warning }),
    ...(root && parent && { reply: { rootId: root.id, parentId: parent.id, parentAuthorId: idOf(parent.by) } }),
    ...(quoted && { quoted: { postId: quoted.id, authorId: idOf(quoted.by) } }),
    ...(poll && { poll: { options: poll.options, multiple: false, endsAt: new Date(poll.endsAt) } }),
  };
}
