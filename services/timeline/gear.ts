import type { Bare } from "./deps.ts";
import { createHomesGear, type HomesGear } from "./hot/homes-gear.ts";
import { createPostsGear, type PostsGear } from "./hot/posts-gear.ts";
import { createScoringGear, type ScoringGear } from "./scoring/scoring-gear.ts";
import { createRelationsGear, type RelationsGear } from "./store/relations-gear.ts";

/** What timeline's handlers need beyond the host's loan. Each part is made by a function of its own. */
export interface Gear extends RelationsGear, PostsGear, HomesGear, ScoringGear {
  readonly started: true;
}

/** Makes the gear; what it opens goes to the scope. */
export async function equip(loan: Bare, scope: AsyncDisposableStack): Promise<Gear> {
  return {
    started: true,
    ...createRelationsGear(loan),
    ...createHomesGear(loan, scope),
    ...(await createPostsGear(loan)),
    ...(await createScoringGear(loan, scope)),
  };
}
