import type { DescMethod, MessageShape } from "@bufbuild/protobuf";
import { type Context, type Spent, within } from "#mesh/context.ts";
import { startTrace } from "#mesh/telemetry/trace.ts";
import type { TestMesh } from "#mesh/testing.ts";

/** Runs a handler on what identity was lent, and returns what it spent. */
export async function spentBy<M extends DescMethod>(
  mesh: TestMesh,
  method: M,
  work: (context: Context) => Promise<MessageShape<M["output"]> | object>,
): Promise<Spent> {
  const spent: Spent = { sql: 0, redis: 0, rpc: 0 };
  const context: Context = {
    ...{ method, service: "identity", from: "gateway", actor: undefined, assertion: "", clientAddress: "192.0.2.1" },
    ...{ signal: new AbortController().signal, timeoutMs: () => 5_000, now: mesh.clock.now(), requestId: "spending" },
    ...{
      trace: startTrace(mesh.mesh.lent.chance),
      headers: new Headers(),
      answerHeaders: new Headers(),
      spent,
      noted: { wrote: [], heard: [], judged: false },
      replay: undefined,
    },
  };
  await within(context, () => work(context));
  return spent;
}
