import type { DescMethod } from "@bufbuild/protobuf";
import { Code, type ConnectError, createContextKey, type HandlerContext } from "@connectrpc/connect";
import type { LogPosition } from "#gen/skein/common/v1/consistency_pb.ts";
import type { Actor, Context, Noted, Spent } from "#mesh/context.ts";
import { nameOf } from "#mesh/contract.ts";
import type { Incoming } from "#mesh/exchange.ts";
import { ExpectedFailure, toConnectError } from "#mesh/failure.ts";
import type { GatewayLoan } from "../deps.ts";
import type { Identifiers } from "../door/identifiers.ts";
import type { Caller } from "../who/identify.ts";
import { challenge } from "./challenge.ts";
import type { Timings } from "./timings.ts";

/** A call that has passed the gate, whichever way it was read. */
export type OuterCall = Incoming & Pick<HandlerContext, "protocolName">;

/** One call from outside, from its first header to its line in the log. */
export interface Visit extends Identifiers {
  readonly method: DescMethod;
  readonly now: Date;
  /** The client's full address. */
  readonly address: string;
  /** Set by the gate, before anything of the call's body is read. */
  caller: Caller;
  /** What the client wrote before, by the token it brought; also set by the gate. */
  known: readonly LogPosition[] | undefined;
  /** What the call leaves behind: what was written on its behalf. */
  readonly noted: Noted;
  /** Whether all of the request was read, so that from here on its deadline counts. */
  begun(): boolean;
  /** What the mesh is told about the call. */
  context(call: OuterCall, bounds: Pick<Context, "signal" | "timeoutMs">): Context;
  /** Notes why the call failed, and gives what its caller is told. */
  fail(thrown: unknown, signal?: AbortSignal): ConnectError;
  succeed(): void;
  /** The connection is done with the call. */
  end(status: number): void;
}

/** Where the gate and the forwarding find the visit that a call belongs to. */
export const visitKey = createContextKey<Visit | undefined>(undefined, { description: "the visit" });

/** The visit behind a call. */
export function visitOf(call: HandlerContext): Visit {
  const visit = call.values.get(visitKey);
  if (!visit) throw new Error(`${nameOf(call.method)} was not reached through the gateway's door`);
  return visit;
}

type Parts = Pick<GatewayLoan, "clock" | "log"> & { readonly timings: Timings };

/** Opens the books on one call. */
export function openVisit(
  { clock, log, timings }: Parts,
  method: DescMethod,
  { requestId, trace }: Identifiers,
  address: string,
): Visit {
  const now = clock.now();
  const spent: Spent = { sql: 0, redis: 0, rpc: 0 };
  const noted: Noted = { wrote: [], heard: [], judged: false };
  let outcome: string | undefined;
  let failure: ExpectedFailure | undefined;
  let protocol: string | undefined;
  return {
    ...{ method, requestId, trace, now, address, noted },
    caller: { actor: undefined, assertion: "" },
    known: undefined,
    // No getter: in what is made for every call it costs a shape of its own, and with it all else outlives the call.
    begun: () => protocol !== undefined,
    context(call, bounds) {
      protocol = call.protocolName;
      const { actor, assertion } = this.caller;
      const headers = { headers: call.requestHeader, answerHeaders: call.responseHeader };
      const origin = { service: "gateway", from: "", actor, assertion, clientAddress: address };
      return { method, ...origin, ...bounds, now, requestId, trace, ...headers, spent, noted, replay: undefined };
    },
    fail(thrown, signal) {
      const error = toConnectError(thrown, requestId, signal);
      outcome = Code[error.code];
      if (thrown instanceof ExpectedFailure) failure = thrown;
      else if (error.code === Code.Internal)
        log.error({ method: nameOf(method), request_id: requestId, cause: thrown }, "call failed");
      challenge(error, failure);
      return error;
    },
    succeed() {
      outcome = "OK";
    },
    end(status) {
      // Whatever ended before the gate or between it and the service was a request that Connect could not read.
      const code = outcome ?? (status === 0 ? "Canceled" : "InvalidArgument");
      const tookMs = clock.now().getTime() - now.getTime();
      timings.observe(method, code, tookMs / 1000);
      log.info(
        line({
          method,
          code,
          status,
          tookMs,
          requestId,
          traceId: trace.traceId,
          protocol,
          actor: this.caller.actor,
          failure,
          spent,
        }),
        "call",
      );
    },
  };
}

interface Ended {
  readonly method: DescMethod;
  readonly code: string;
  readonly status: number;
  readonly tookMs: number;
  readonly requestId: string;
  readonly traceId: string;
  readonly protocol: string | undefined;
  readonly actor: Actor | undefined;
  readonly failure: ExpectedFailure | undefined;
  readonly spent: Spent;
}

const line = ({ method, code, status, tookMs, requestId, traceId, protocol, actor, failure, spent }: Ended) => ({
  ...{ method: nameOf(method), code, status, duration_ms: tookMs, request_id: requestId, trace_id: traceId },
  ...{ protocol, actor: actor?.accountId, reason: failure?.reason, rpc: spent.rpc },
});
