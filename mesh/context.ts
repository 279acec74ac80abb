import { AsyncLocalStorage } from "node:async_hooks";
import type { DescMethod } from "@bufbuild/protobuf";
import type { Role } from "#gen/skein/options/v1/options_pb.ts";
import type { CallHeaders } from "./exchange.ts";
import type { Trace } from "./telemetry/trace.ts";

/** The account on whose behalf a call is made, as the gateway asserted it. */
export interface Actor {
  readonly accountId: string;
  readonly sessionId: string;
  readonly roles: readonly Role[];
  /** Set for app tokens: what they may do. Absent for people. */
  readonly scopes?: readonly string[];
  readonly suspended: boolean;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** What one call has spent so far. */
export interface Spent {
  sql: number;
  redis: number;
  rpc: number;
}

/** What a call leaves for its answer's headers and for the checks at its end. */
export interface Noted {
  /** Where this service logged what the call changed. */
  readonly wrote: { readonly partition: number; readonly seq: bigint }[];
  /** What peers wrote on its behalf, as their answers said. */
  readonly heard: string[];
  /** The visibility decision was asked. */
  judged: boolean;
}

/** The idempotency key of this call and what it is bound to. */
export interface ReplayKey {
  /** Who repeats: the account, or the client's address where nobody is signed in. */
  readonly scope: string;
  readonly key: string;
  readonly fingerprint: Uint8Array;
}

/** One call, the same however it arrived. */
export interface Context {
  readonly method: DescMethod;
  /** The service that runs the handler. */
  readonly service: string;
  /** The service that made the call. */
  readonly from: string;
  readonly actor: Actor | undefined;
  /** The signed assertion behind `actor`, forwarded unchanged. */
  readonly assertion: string;
  /** Where the outermost client is, as the gateway saw it. */
  readonly clientAddress: string;
  /** Fires when the deadline is over, the client is gone, or the server must stop. */
  readonly signal: AbortSignal;
  /** What is left of the deadline. */
  readonly timeoutMs: () => number | undefined;
  readonly now: Date;
  readonly requestId: string;
  readonly trace: Trace;
  readonly headers: CallHeaders;
  readonly answerHeaders: CallHeaders;
  readonly spent: Spent;
  readonly noted: Noted;
  readonly replay: ReplayKey | undefined;
}

const running = new AsyncLocalStorage<Context>();

/** Runs a handler so that whatever it calls knows on whose behalf. */
export const within = <T>(context: Context, work: () => T): T => running.run(context, work);

/** Runs what goes on after the call that set it off, so that it is neither cancelled with it nor counted to it. */
export const outside = <T>(work: () => T): T => running.exit(work);

/** The call being served, if any: jobs and start-up have none. */
export const current = (): Context | undefined => running.getStore();

/** Adds one statement, round trip or call to what the running call has spent. */
export function spend(kind: keyof Spent): void {
  const context = current();
  if (context) context.spent[kind]++;
}

/** The signed-in account; the contract's `auth` has already refused everybody else. */
export function callerOf(context: Context): string {
  if (!context.actor) throw new Error(`${context.method.name} asks for its caller but admits anonymous calls`);
  return context.actor.accountId;
}

/** Says that what this call answers has passed the visibility decision; the chain refuses shown accounts and posts that have not. */
export function judged(context: Context): void {
  context.noted.judged = true;
}
