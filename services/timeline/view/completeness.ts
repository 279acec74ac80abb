import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type CompletenessSchema,
  type MissingSource,
  Completeness_State as State,
} from "#gen/skein/timeline/v1/timeline_pb.ts";

/** Whether anything that belongs on a page is missing from it, and why. */
export function completenessOf(...missing: Iterable<MissingSource>[]): MessageInitShape<typeof CompletenessSchema> {
  const missingSources = [...new Set(missing.flatMap((some) => [...some]))];
  return { state: missingSources.length > 0 ? State.PARTIAL : State.COMPLETE, missingSources };
}
