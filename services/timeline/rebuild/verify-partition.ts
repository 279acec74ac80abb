import type { Compared } from "#mesh/log/proof.ts";
import type { Verified } from "#mesh/log/verify.ts";
import type { Deps } from "../deps.ts";
import { coolHomes } from "../store/incarnations.ts";
import { mendCounts } from "../store/mend-counts.ts";

/** What one comparison came to. */
export interface Outcome extends Compared, Verified {
  /** It differed, was built anew, and no longer differs. */
  readonly repaired: boolean;
}

/** Compares everything that came from one partition; with `repair` what differs is built anew and compared once more. */
export async function* verifyPartition(
  { proof, db, clock }: Pick<Deps, "proof" | "db" | "clock">,
  partition: number,
  { repair, signal }: { readonly repair: boolean; readonly signal: AbortSignal },
): AsyncGenerator<Outcome> {
  let mended = false;
  for (const one of proof.compared) {
    const found = await proof.verify(one, partition, signal);
    if (found.differing === 0 || !repair) {
      yield { ...one, ...found, repaired: false };
      continue;
    }
    await proof.rebuild(one, partition, signal);
    mended = true;
    const { differing, unsettled } = await proof.verify(one, partition, signal);
    yield { ...one, ...found, repaired: differing === 0 && !unsettled };
  }
  // Whatever damaged the rows may have left alone what was counted of them, or not.
  if (mended) await mendCounts(db, clock.now());
  // Homes stand on entries and edges: what these lacked, homes lack.
  if (mended) await coolHomes(db);
}
