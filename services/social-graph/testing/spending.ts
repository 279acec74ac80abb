import type { DescMethod, MessageInitShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { type Context, type Spent, within } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import { startTrace } from "#mesh/telemetry/trace.ts";
import type { TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";

/** Runs a handler for a caller on what social-graph was lent, and returns what it spent and what it threw. */
export async function spentBy<M extends DescMethod>(
  mesh: TestMesh,
  { method, handler, caller }: { method: M; handler: (deps: Deps) => Rpc<M>; caller: string },
  request: MessageInitShape<M["input"]>,
): Promise<{ spent: Spent; thrown: unknown }> {
  const deps = mesh.deps<Deps>("social-graph");
  const spent: Spent = { sql: 0, redis: 0, rpc: 0 };
  const now = mesh.clock.now();
  const actor = {
    ...{ accountId: caller, sessionId: "", roles: [], suspended: false },
    ...{ issuedAt: now, expiresAt: now },
  };
  const context: Context = {
    ...{
      method,
      service: "social-graph",
      from: "gateway",
      actor,
      assertion: "",
      clientAddress: "192.0.2.1",
      now,
      spent,
    },
    ...{ signal: new AbortController().signal, timeoutMs: () => 5_000, requestId: "spending", replay: undefined },
    ...{ trace: startTrace(mesh.mesh.lent.chance), headers: new Headers(), answerHeaders: new Headers() },
    noted: { wrote: [], heard: [], judged: false },
  };
  const run = handler(deps) as unknown as (request: unknown, context: Context) => Promise<unknown>;
  const thrown = await within(context, () => run(create(method.input, request), context)).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { spent, thrown };
}
