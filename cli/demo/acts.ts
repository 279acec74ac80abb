import { type Chance, chanceOf, drawer } from "./chance.ts";
import { idAt } from "./id-at.ts";
import type { Society } from "./society.ts";
import { soonAfter } from "./time.ts";
import type { Written } from "./written.ts";

/** Somebody did something about a post. */
export interface Act {
  readonly by: number;
  readonly post: Written;
  readonly at: number;
}

/** For every post, so many. */
export const PER_POST = { likes: 3, shares: 0.12 };
const LAG_MS = { like: 90 * 60_000, share: 3 * 3_600_000, vote: 4 * 3_600_000 };

/** Who likes what: most likes go to what draws most, and come from followers. */
export const likes = (seed: number, society: Society, posts: readonly Written[], now: number): Act[] =>
  spread(
    chanceOf(seed, "likes", posts.length),
    society,
    posts,
    { count: Math.round(posts.length * PER_POST.likes), lag: LAG_MS.like },
    ({ reach, interest }) => (reach === "PRIVATE" ? 0 : interest),
    now,
  );

/** Who shows what to their followers: public posts of people that everybody may see. */
export function shares(
  seed: number,
  society: Society,
  posts: readonly Written[],
  now: number,
): (Act & { id: string })[] {
  const chance = chanceOf(seed, "shares", posts.length);
  const wish = { count: Math.round(posts.length * PER_POST.shares), lag: LAG_MS.share };
  const weight = ({ reach, interest, by }: Written) =>
    reach === "PUBLIC" && !society.people[by]?.locked ? interest ** 1.2 : 0;
  return spread(chance, society, posts, wish, weight, now).map((act) => ({ ...act, id: idAt(act.at, chance) }));
}

/** What is chosen in polls, each with a favourite of its own. */
export function votes(
  seed: number,
  society: Society,
  posts: readonly Written[],
  now: number,
): (Act & { option: number })[] {
  return posts.flatMap((post) => {
    const { poll } = post;
    if (!poll || post.reach === "PRIVATE") return [];
    const chance = chanceOf(seed, "votes", post.id);
    const draw = drawer(poll.options.map(() => 0.3 + chance.next()));
    const wish = { count: Math.round(6 + 14 * chance.next() + post.interest * 3), lag: LAG_MS.vote };
    return spread(chance, society, [post], wish, () => 1, Math.min(now, poll.endsAt - 1_000)).map((act) => ({
      ...act,
      option: draw(chance),
    }));
  });
}

function spread(
  chance: Chance,
  society: Society,
  posts: readonly Written[],
  { count, lag }: { count: number; lag: number },
  weight: (post: Written) => number,
  now: number,
): Act[] {
  const weights = posts.map(weight);
  if (!weights.some((one) => one > 0)) return [];
  const draw = drawer(weights);
  const done = new Set<string>();
  const acts: Act[] = [];
  for (let tries = 0; acts.length < count && tries < count * 4; tries++) {
    const post = posts[draw(chance)] as Written;
    const by = somebody(society, post, chance);
    if (by === undefined || by === post.by || society.parted(by, post.by) || post.at > now - 2_000) continue;
    const key = `${by} ${post.id}`;
    if (done.has(key)) continue;
    done.add(key);
    acts.push({ by, post, at: soonAfter(chance, post.at, now, lag) });
  }
  return acts;
}

/** Somebody who sees a post: a follower, or a stranger where everybody may. */
function somebody({ people, followers }: Society, { by, reach, root }: Written, chance: Chance): number | undefined {
  const open = reach === "PUBLIC" && !people[by]?.locked && !people[root?.by ?? by]?.locked;
  if (open && chance.hit(0.15)) return chance.below(people.length);
  const circle = followers[by] ?? [];
  return circle.length > 0 ? chance.pick(circle) : undefined;
}
