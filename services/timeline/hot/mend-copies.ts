import type { Deps } from "../deps.ts";
import { copiesOf } from "../store/apply-posts.ts";
import { arrivedSince, mended, nextRevision, staleCopies } from "../store/stale-copies.ts";
import { storedPosts } from "../store/stored-posts.ts";
import { type CopyDeps, keepCopies, readCopies } from "./copies.ts";
import { EVERYBODY, forgetEverything } from "./epochs.ts";
import type { HotWrite } from "./keep-script.ts";
import { isShare, packCardHalf, SHARE_UNKNOWN, State } from "./layout.ts";

/** Mends up to `most` copies, and says how many there were to look at; none while Redis is away. Only what is there is written. */
export async function mendCopies(deps: CopyDeps & Pick<Deps, "db" | "clock">, most: number): Promise<number> {
  const ids = await staleCopies(deps.db, deps.clock.now(), most);
  if (ids.length === 0) return 0;
  if (ids.includes(EVERYBODY) && !(await forgetEverything(deps))) return 0;
  const places = await readCopies(deps, (keys) => ids.map(keys.place));
  if (!places) return 0;
  const there = ids.flatMap((id, at) => (places[at] ? [{ id, share: isShare(places[at]) }] : []));
  const { known, missing } = await rewritten(deps, there);
  // All are told of: what is not there any more may still be in a process's memory.
  if (!(await keepCopies(deps, [...known, ...missing], ids))) return 0;
  const arrived = await arrivedSince(
    deps.db,
    missing.filter(({ card }) => card).map(({ id }) => id),
  );
  if (!(await keepCopies(deps, await copiesOf(deps.db, arrived)))) return 0;
  await mended(deps.db, ids, deps.clock.now());
  return ids.length;
}

/**
 * Copies as they should be: of what is stored, and of what is not. Such a post is gone until a later revision comes; a share
 * has none, and whoever is storing it at this moment has told of it already: so it is forgotten.
 */
async function rewritten(
  { db }: Pick<Deps, "db">,
  there: readonly { id: string; share: boolean }[],
): Promise<{ known: HotWrite[]; missing: HotWrite[] }> {
  if (there.length === 0) return { known: [], missing: [] };
  const stored = new Set(
    (
      await storedPosts(
        db,
        there.map(({ id }) => ({ id, revision: 0 })),
      )
    ).map(({ id }) => id),
  );
  const known = await copiesOf(
    db,
    there.filter(({ share }) => !share).map(({ id }) => id),
  );
  const absent = there.filter(({ id }) => !stored.has(id));
  if (absent.length === 0) return { known, missing: [] };
  const revision = await nextRevision(db);
  const gone = packCardHalf({ revision, state: State.GONE, consent: 0 });
  const nothing = Buffer.alloc(0);
  const missing = absent.map(({ id, share }) =>
    share ? { id, share: SHARE_UNKNOWN } : { id, card: { half: gone, bytes: nothing } },
  );
  return { known, missing };
}
