import type { Deps } from "../deps.ts";
import { copiesOf } from "../store/apply-posts.ts";
import { mended, nextRevision, staleCopies } from "../store/stale-copies.ts";
import { storedPosts } from "../store/stored-posts.ts";
import { type CopyDeps, keepCopies, readCopies } from "./copies.ts";
import { EVERYBODY, forgetEverything } from "./epochs.ts";
import type { HotWrite } from "./keep-script.ts";
import { isShare, packCardHalf, SHARE_GONE, State } from "./layout.ts";

/** Mends up to `most` copies, and says how many there were to look at; none while Redis is away. Only what is there is written. */
export async function mendCopies(deps: CopyDeps & Pick<Deps, "db" | "clock">, most: number): Promise<number> {
  const ids = await staleCopies(deps.db, deps.clock.now(), most);
  if (ids.length === 0) return 0;
  if (ids.includes(EVERYBODY) && !(await forgetEverything(deps))) return 0;
  const places = await readCopies(deps, (keys) => ids.map(keys.place));
  if (!places) return 0;
  const there = ids.flatMap((id, at) => (places[at] ? [{ id, share: isShare(places[at]) }] : []));
  // All are told of: what is not there any more may still be in a process's memory.
  if (!(await keepCopies(deps, await rewritten(deps, there), ids))) return 0;
  await mended(deps.db, ids, deps.clock.now());
  return ids.length;
}

async function rewritten(
  { db }: Pick<Deps, "db">,
  there: readonly { id: string; share: boolean }[],
): Promise<HotWrite[]> {
  if (there.length === 0) return [];
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
  const missing = there.filter(({ id }) => !stored.has(id));
  if (missing.length === 0) return known;
  const revision = await nextRevision(db);
  const gone = packCardHalf({ revision, state: State.GONE, consent: 0 });
  const nothing = Buffer.alloc(0);
  return [
    ...known,
    ...missing.map(({ id, share }) =>
      share ? { id, share: SHARE_GONE } : { id, card: { half: gone, bytes: nothing } },
    ),
  ];
}
