import type { Surface } from "#gen/skein/options/v1/options_pb.ts";
import type { Deps } from "../deps.ts";
import type { Between } from "./shapes.ts";

/** So many accounts go into one question. */
const MOST_ASKED = 200;

/** What social-graph says is between a viewer and accounts now; those of a question that failed are missing. */
export async function askOwner(
  { peers, log }: Pick<Deps, "peers" | "log">,
  viewerId: string | undefined,
  surface: Surface,
  accountIds: readonly string[],
): Promise<{ between: Map<string, Between>; complete: boolean }> {
  const between = new Map<string, Between>();
  const ask = async (subjectIds: string[]) => {
    const { subjects } = await peers.graph.batchCheckVisibility({ viewerId: viewerId ?? "", surface, subjectIds });
    for (const { relation } of subjects) if (relation) between.set(relation.accountId, relation);
  };
  const parts = Array.from({ length: Math.ceil(accountIds.length / MOST_ASKED) }, (_, part) =>
    accountIds.slice(part * MOST_ASKED, (part + 1) * MOST_ASKED),
  );
  for (const answer of await Promise.allSettled(parts.map(ask)))
    if (answer.status === "rejected") log.warn({ err: answer.reason }, "whom to show could not be asked");
  return { between, complete: between.size === accountIds.length };
}
