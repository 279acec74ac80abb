import { ReadInfo_Source } from "#gen/skein/common/v1/consistency_pb.ts";
import type { Found } from "#mesh/cache.ts";

/** Where an answer came from: one part out of the cache makes the whole no fresher than that. */
export function readInfo(parts: readonly Pick<Found<unknown>, "source">[]) {
  const cached = parts.some(({ source }) => source === "cache");
  return { satisfied: !cached, source: cached ? ReadInfo_Source.CACHE : ReadInfo_Source.OWNER };
}
