import { type DescMethod, fromBinary, type MessageInitShape, type MessageShape, toBinary } from "@bufbuild/protobuf";
import type { HandlerContext, MethodImpl } from "@connectrpc/connect";
import { createAsyncIterable } from "@connectrpc/connect/protocol";
import { within } from "#mesh/context.ts";
import { optionsOf } from "#mesh/contract.ts";
import type { LeanTransport } from "#mesh/exchange.ts";
import { meshFailure } from "#mesh/failure.ts";
import type { Revocations } from "#mesh/identity/revocations.ts";
import type { Lent } from "#mesh/lent.ts";
import { deadlineOf } from "#mesh/pipeline/deadline.ts";
import type { createLimiter } from "#mesh/pipeline/limiter.ts";
import type { Metrics } from "#mesh/telemetry/metrics.ts";
import { inward, passBack } from "../door/headers.ts";
import type { ClientTokens } from "./client-token.ts";
import { type OuterCall, type Visit, visitOf } from "./visit.ts";

/** What forwarding stands on. */
export interface Forwarding {
  readonly transport: LeanTransport;
  readonly lent: Lent;
  readonly limiter: ReturnType<typeof createLimiter>;
  readonly tokens: ClientTokens;
  readonly revocations: Revocations;
  readonly metrics: Metrics;
}

type Request = MessageShape<DescMethod["input"]>;
type Answer = MessageInitShape<DescMethod["output"]>;

/** Hands a call on to whoever serves it, in the name of its caller and with what is left of its time. */
export function forward(parts: Forwarding, method: DescMethod): MethodImpl<DescMethod> {
  return (method.methodKind === "unary" ? unary(parts, method) : streaming(parts, method)) as MethodImpl<DescMethod>;
}

/** Hands on a request that is bytes; what the gateway does not read it cannot get wrong. */
export async function forwardBytes(
  { transport, lent, limiter, tokens, metrics }: Forwarding,
  visit: Visit,
  call: OuterCall,
  body: Uint8Array,
): Promise<Uint8Array> {
  const { method } = visit;
  using deadline = deadlineOf(method, call, lent);
  try {
    using _place = limiter.enter(optionsOf(method).tier, () => metrics.server(method).shed("overload"));
    const header = inward(call.requestHeader, visit.known);
    const asked = { method, header, body, signal: undefined, timeoutMs: undefined };
    const answer = await deadline.race(within(visit.context(call, deadline), () => transport.exchange(asked)));
    passBack(answer.header, call.responseHeader);
    tokens.answer(visit, lent.clock.now(), call.responseHeader);
    visit.succeed();
    return answer.body;
  } catch (thrown) {
    throw visit.fail(thrown, deadline.signal);
  }
}

const unary =
  (parts: Forwarding, { input, output }: DescMethod) =>
  async (message: Request, call: HandlerContext): Promise<Answer> =>
    fromBinary(output, await forwardBytes(parts, visitOf(call), call, toBinary(input, message)));

const streaming = ({ transport, lent, tokens, revocations }: Forwarding, method: DescMethod) =>
  async function* (message: Request, call: HandlerContext): AsyncGenerator<Answer> {
    const visit = visitOf(call);
    try {
      const header = [...inward(call.requestHeader, visit.known)];
      const input = createAsyncIterable([message]);
      const open = () => transport.stream(method as never, undefined, call.timeoutMs(), header, input);
      const answer = await within(visit.context(call, { signal: call.signal, timeoutMs: call.timeoutMs }), open);
      passBack(answer.header, call.responseHeader);
      tokens.answer(visit, lent.clock.now(), call.responseHeader);
      for await (const one of answer.message) {
        stillGood(visit, revocations, lent.clock.now());
        yield one as Answer;
      }
      visit.succeed();
    } catch (thrown) {
      throw visit.fail(thrown, call.signal);
    }
  };

/** A stream may outlive what it was opened with: each message asks again, heartbeats included. */
function stillGood({ caller: { actor } }: Visit, revocations: Revocations, now: Date): void {
  if (!actor) return;
  if (actor.expiresAt.getTime() <= now.getTime()) throw meshFailure("TOKEN_EXPIRED");
  if (revocations.revoked(actor)) throw meshFailure("TOKEN_REVOKED");
}
