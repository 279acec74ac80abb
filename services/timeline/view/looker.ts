import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ReadInfoSchema } from "#gen/skein/common/v1/consistency_pb.ts";
import type { Context } from "#mesh/context.ts";
import type { Deps } from "../deps.ts";
import { trustIn } from "../hot/homes.ts";
import type { Trust } from "../store/trust.ts";
import { readViewer, type Viewer } from "../store/viewer.ts";
import { gateConsumers } from "./gate.ts";

/** Who reads a list, and how much of what they have seen elsewhere is known here. */
export interface Looker {
  /** Absent for anonymous callers. */
  readonly viewer: Viewer | undefined;
  readonly trust: Trust | undefined;
  readonly readInfo: MessageInitShape<typeof ReadInfoSchema>;
  /** The caller has seen more than what we know. */
  readonly doubted: boolean;
}

/** What every list of posts stands on. */
const consumers = ["keep-posts", "count-reactions", "keep-wishes", ...gateConsumers] as const;

/** Honours the caller's token first, so that nothing of what is read afterwards is older; then reads who it is. */
export async function lookerOf(deps: Deps, ctx: Context): Promise<Looker> {
  const readInfo = await deps.feeds.readInfo(ctx, ...consumers);
  const id = ctx.actor?.accountId;
  const trust = id === undefined ? undefined : await trustIn(deps, id);
  const viewer = id === undefined ? undefined : await readViewer(deps, id, trust);
  return { viewer, trust, readInfo, doubted: readInfo.satisfied === false };
}
