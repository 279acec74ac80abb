import type { DescMethod } from "@bufbuild/protobuf";
import { type Context, within } from "#mesh/context.ts";
import { startTrace } from "#mesh/telemetry/trace.ts";
import type { ContentMesh } from "./start.ts";

/** Runs a handler on what content was lent, for an account and without the way there: for tests that call by the thousand. */
export function callWithin<A>(
  mesh: ContentMesh,
  method: DescMethod,
  accountId: string,
  handler: (context: Context) => Promise<A>,
): Promise<A> {
  const now = mesh.clock.now();
  const context: Context = {
    ...{ method, service: "content", from: "gateway", assertion: "", clientAddress: "192.0.2.1", requestId: "within" },
    actor: { accountId, sessionId: "", roles: [], suspended: false, issuedAt: now, expiresAt: now },
    ...{ signal: new AbortController().signal, timeoutMs: () => 5_000, now, trace: startTrace(mesh.mesh.lent.chance) },
    ...{ headers: new Headers(), answerHeaders: new Headers(), replay: undefined },
    spent: { sql: 0, redis: 0, rpc: 0 },
    noted: { wrote: [], heard: [], judged: false },
  };
  return within(context, () => handler(context));
}
