import { createSecretKey, type KeyObject } from "node:crypto";
import type { DescMessage, DescMethod, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Logger } from "pino";
import { encodePositions, WROTE_HEADER, writtenIn } from "../consistency.ts";
import { type Context, type Noted, type Spent, within } from "../context.ts";
import { isOurs, nameOf, optionsOf } from "../contract.ts";
import type { CallHeaders, Incoming } from "../exchange.ts";
import { ExpectedFailure, toConnectError } from "../failure.ts";
import type { Lent } from "../lent.ts";
import type { AnyRpc } from "../service.ts";
import { redactMessage } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { childOf, parseTraceparent, startTrace } from "../telemetry/trace.ts";
import { type Admitted, admit, type Guard } from "./admission.ts";
import { checkBudget } from "./budget.ts";
import { deadlineOf } from "./deadline.ts";
import { checkJudged } from "./judgement.ts";
import type { createLimiter } from "./limiter.ts";
import { replayKeyOf } from "./replay-key.ts";
import { validate } from "./validation.ts";

/** What the chain of one service stands on. */
export interface ChainParts {
  readonly service: string;
  readonly guard: Guard;
  readonly lent: Lent;
  readonly limiter: ReturnType<typeof createLimiter>;
  /** Streams are open for long and do little: they have places of their own. */
  readonly streams: ReturnType<typeof createLimiter>;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Binds idempotency keys to their requests. */
  readonly fingerprintKey: Uint8Array;
  /** Turns an overspent budget into a failure: on in tests. */
  readonly strictBudgets: boolean;
  /** Of the service's database, now: what was written before a restore is of another. */
  readonly incarnation: () => Promise<string>;
  /** Decides who calls; the gateway reads outside tokens here, every other service the hop. */
  readonly admit?: (method: DescMethod, call: Incoming, now: Date) => Promise<Admitted>;
}

type Ready = ChainParts & { readonly fingerprints: KeyObject };

/** A handler as whatever brings it a call sees it. */
export type Wrapped = (
  message: MessageShape<DescMessage>,
  call: Incoming,
) => Promise<MessageInitShape<DescMessage>> | AsyncIterable<MessageInitShape<DescMessage>>;

/**
 * Wraps a handler in everything that every call goes through, in one order: telemetry, identity and authorization,
 * deadline, limits, validation, idempotency, budget, failure mapping.
 */
export function chain(parts: ChainParts, method: DescMethod, rpc: AnyRpc): Wrapped {
  // Made ready once: with bare bytes each of its MACs costs five times as much.
  const ready = { ...parts, fingerprints: createSecretKey(parts.fingerprintKey) };
  return method.methodKind === "server_streaming" ? streaming(ready, method, rpc) : unary(ready, method, rpc);
}

function unary(parts: Ready, method: DescMethod, rpc: AnyRpc): Wrapped {
  return async (message, call) => {
    const visit = enter(parts, method, call);
    using deadline = deadlineOf(method, call, parts.lent);
    try {
      const admitted = await who(parts, method, call, visit.now);
      using _place = parts.limiter.enter(optionsOf(method).tier, visit.shed);
      const context = visit.context(message, admitted, deadline);
      const work = within(context, () => rpc(message, context) as Promise<MessageInitShape<DescMessage>>);
      const answer = await deadline.race(work);
      checkBudget(parts, method, visit.spent);
      checkJudged(method, visit.noted);
      await tellWritten(parts, visit, call.responseHeader);
      visit.leave(undefined);
      return answer;
    } catch (thrown) {
      throw visit.leave(thrown, deadline.signal);
    }
  };
}

function streaming(parts: Ready, method: DescMethod, rpc: AnyRpc): Wrapped {
  const open = async function* (message: MessageShape<DescMessage>, call: Incoming) {
    const visit = enter(parts, method, call);
    let left = false;
    const leave = (thrown: unknown) => {
      left = true;
      return visit.leave(thrown, call.signal);
    };
    try {
      const admitted = await who(parts, method, call, visit.now);
      using _place = parts.streams.enter(optionsOf(method).tier, visit.shed);
      // A stream lives as long as its client: the contract's deadline does not end it.
      const context = visit.context(message, admitted, { signal: call.signal, timeoutMs: call.timeoutMs });
      for await (const answer of inside(
        context,
        rpc(message, context) as AsyncIterable<MessageInitShape<DescMessage>>,
      )) {
        checkJudged(method, visit.noted);
        yield answer;
      }
      leave(undefined);
    } catch (thrown) {
      throw leave(thrown);
    } finally {
      if (!left) leave(new ConnectError("the client left", Code.Canceled));
    }
  };
  return (message, call) => untilLeft(open(message, call), call.signal);
}

// A stream that nobody asks for its next value would stand at its last one for ever, with all that it holds.
function untilLeft<T>(values: AsyncGenerator<T>, signal: AbortSignal): AsyncGenerator<T> {
  const end = () => void values.return(undefined).catch(() => undefined);
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
  return values;
}

// A generator's body runs in the context of whoever asks for its next value, so each asking happens inside the call.
async function* inside<T>(context: Context, values: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = values[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await within(context, () => iterator.next());
      if (done) return;
      yield value;
    }
  } finally {
    await within(context, () => iterator.return?.());
  }
}

/** On success only: what a call wrote before it failed is not promised to anybody. */
async function tellWritten(
  { service, incarnation }: ChainParts,
  { now, noted }: { now: Date; noted: Noted },
  answer: CallHeaders,
): Promise<void> {
  if (noted.wrote.length + noted.heard.length === 0) return;
  const written = writtenIn({ service, incarnation: noted.wrote.length > 0 ? await incarnation() : "", now }, noted);
  answer.set(WROTE_HEADER, encodePositions(written));
}

const who = async (
  { admit: own, guard }: ChainParts,
  method: DescMethod,
  call: Incoming,
  now: Date,
): Promise<Admitted> => (own ? await own(method, call, now) : admit(guard, method, call.requestHeader, now));

function enter({ service, lent, metrics, log, fingerprints }: Ready, method: DescMethod, call: Incoming) {
  if (!isOurs(method.parent)) throw new Error(`${nameOf(method)} is not served through the chain`);
  const now = lent.clock.now();
  const spent: Spent = { sql: 0, redis: 0, rpc: 0 };
  const noted: Noted = { wrote: [], heard: [], judged: false };
  const headers = call.requestHeader;
  const requestId = headers.get("x-request-id") || lent.ids.next();
  const parent = parseTraceparent(headers.get("traceparent"));
  const trace = parent ? childOf(parent, lent.chance) : startTrace(lent.chance);
  const began = performance.now();
  const meter = metrics.server(method);
  meter.started();
  let admitted: Admitted | undefined;
  return {
    now,
    spent,
    noted,
    shed: () => meter.shed("overload"),
    context(
      message: MessageShape<DescMessage>,
      who: Admitted,
      { signal, timeoutMs }: Pick<Context, "signal" | "timeoutMs">,
    ): Context {
      admitted = who;
      if (log.isLevelEnabled("debug")) {
        log.debug({ request_id: requestId, request: redactMessage(method.input, message) }, "request");
      }
      validate(method.input, message);
      const scope = who.actor?.accountId ?? `address:${who.clientAddress}`;
      const replay = replayKeyOf(method, message, headers, scope, fingerprints);
      return {
        method,
        service,
        ...who,
        signal,
        timeoutMs,
        now,
        requestId,
        trace,
        headers,
        answerHeaders: call.responseHeader,
        spent,
        noted,
        replay,
      };
    },
    leave(thrown: unknown, signal?: AbortSignal): ConnectError | undefined {
      const error = thrown === undefined ? undefined : toConnectError(thrown, requestId, signal);
      const tookMs = performance.now() - began;
      meter.observeCall(error?.code ?? 0, tookMs / 1000, spent);
      const bug = error && (error.code === Code.Internal || error.code === Code.Unknown);
      if (!bug && !log.isLevelEnabled("debug")) return error;
      const line = {
        method: nameOf(method),
        code: error ? Code[error.code] : "OK",
        duration_ms: Math.round(tookMs * 100) / 100,
        request_id: requestId,
        trace_id: trace.traceId,
        caller_service: admitted?.from,
        actor: admitted?.actor?.accountId,
        ...spent,
        ...(thrown instanceof ExpectedFailure && { reason: thrown.reason }),
      };
      if (bug) log.error({ ...line, cause: thrown }, "call failed");
      else log.debug(line, "call"); // the edge has said it once already
      return error;
    },
  };
}
