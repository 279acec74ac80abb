import { AbsenceRule } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { compileFilters, type KeptFilter } from "#mesh/judging/filter.ts";
import { admit, type Looking, type Placed } from "./admit.ts";

/** Which filter hides a post, and which phrase of it: found by asking the rule itself about one after the other. */
export function filterHit(looking: Looking, placed: Placed): { filterId: string; phrase: string } | undefined {
  const { filters } = looking;
  const hides = (filter: KeptFilter): boolean => {
    const alone = { ...looking, filters: compileFilters(filters?.accountId ?? "", [filter]) };
    const answer = admit(alone, placed);
    return !answer.shown && answer.absence === AbsenceRule.FILTERED;
  };
  const hit = filters?.filters.find(hides);
  if (!hit) return undefined;
  const phrase = hit.rule.phrases.find((one) => hides({ ...hit, rule: { ...hit.rule, phrases: [one] } }));
  return { filterId: hit.id, phrase: phrase?.text ?? "" };
}
