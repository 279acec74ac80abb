import type { DescMethod } from "@bufbuild/protobuf";
import { type Context, type Spent, within } from "#mesh/context.ts";
import { startTrace } from "#mesh/telemetry/trace.ts";
import type { TimelineMesh } from "./start.ts";

/** A call as a handler would see it, outside of the chain. */
export function callBy({ timeline }: TimelineMesh, method: DescMethod, accountId: string): Context {
  const now = timeline.clock.now();
  const actor = { accountId, sessionId: "", roles: [], suspended: false, issuedAt: now, expiresAt: now };
  return {
    ...{ method, service: "timeline", from: "gateway", actor, assertion: "", clientAddress: "192.0.2.1", now },
    ...{ signal: new AbortController().signal, timeoutMs: () => undefined, requestId: timeline.ids.next() },
    ...{ trace: startTrace(timeline.chance), headers: new Map(), answerHeaders: new Map(), replay: undefined },
    spent: { sql: 0, redis: 0, rpc: 0 },
    noted: { wrote: [], heard: [], judged: false },
  };
}

/** What a call spends. */
export async function spentBy(
  mesh: TimelineMesh,
  method: DescMethod,
  accountId: string,
  work: (ctx: Context) => Promise<unknown>,
): Promise<Spent> {
  const ctx = callBy(mesh, method, accountId);
  await within(ctx, () => work(ctx));
  return ctx.spent;
}
