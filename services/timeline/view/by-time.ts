import type { Listed, Source } from "./page.ts";
import type { Candidate } from "./shapes.ts";

/** A list whose order is time alone: `read` gives up to `limit` candidates older than `before`, newest first. */
export const byTime =
  (read: (before: string | undefined, limit: number) => Promise<readonly Candidate[]>): Source =>
  async (place, wanted): Promise<Listed> => {
    const before = place?.[0];
    const found = await read(before, wanted + 1); // one more says whether that was all
    const candidates = found.slice(0, wanted);
    return {
      candidates,
      end: found.length <= wanted,
      placeAfter: (count) => [candidates[count - 1]?.id ?? before ?? NEWER_THAN_ALL],
    };
  };

const NEWER_THAN_ALL = "ffffffff-ffff-ffff-ffff-ffffffffffff";
