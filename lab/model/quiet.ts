import { PEOPLE } from "./commands.ts";
import type { Reference } from "./reference.ts";
import type { World } from "./world.ts";

/** Compares everything that everybody may see with the model, once all is applied; says in words what differs. */
export async function differences(model: Reference, world: World): Promise<string[]> {
  const wrong: string[] = [];
  const same = (what: string, got: unknown, want: unknown) => {
    const [a, b] = [JSON.stringify(got), JSON.stringify(want)];
    if (a !== b) wrong.push(`${what}: ${a} instead of ${b}`);
  };
  const people = Array.from({ length: PEOPLE }, (_, n) => n);
  await Promise.all(
    people.flatMap((viewer) => [
      world.counts(viewer).then((got) => same(`counts of ${viewer}`, got, model.countsOf(viewer))),
      ...people.map(async (whom) => {
        if (viewer === whom) return;
        same(
          `${viewer} sees followers of ${whom}`,
          await world.followers(viewer, whom),
          model.followersOf(viewer, whom),
        );
        same(`${viewer} follows ${whom}`, await world.following(viewer, whom), model.follows.has(`${viewer} ${whom}`));
      }),
      ...[...model.posts.keys()].map(async (post, n) => {
        same(`${viewer} sees #${n}`, await world.see(viewer, post), model.seen(viewer, post));
        same(`${viewer} sees likers of #${n}`, await world.likers(viewer, post), model.likersOf(viewer, post));
      }),
    ]),
  );
  return wrong;
}
