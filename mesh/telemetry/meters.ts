import { type DescMethod, getOption, hasOption } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import type { Histogram } from "prom-client";
import { method as methodOptions } from "#gen/skein/options/v1/options_pb.ts";
import type { Spent } from "../context.ts";

export const SHED_REASONS = ["overload", "rate", "deadline", "draining"] as const;
/** Why a call was turned away before its handler ran. */
export type ShedReason = (typeof SHED_REASONS)[number];

/** The numbers of one method on this host; `observeCall` once for each `started`. */
export type ServerMeter = {
  started(): void;
  /** `code` is Connect's, 0 for success. */
  observeCall(code: number, seconds: number, spent: Readonly<Spent>): void;
  shed(reason: ShedReason): void;
  /** The answer was one kept from an earlier call with the same key. */
  replayed(): void;
};

/** The numbers of one method as this host calls it. */
export type ClientMeter = { observeCall(code: number, seconds: number): void; retried(): void };

export type Labels = { service: string; method: string };
/** Plain numbers that a meter raises and the registry reads when it is asked. */
export type ServerCount = {
  inFlight: number;
  replayed: number;
  readonly spent: Spent;
  readonly overBudget: Spent;
  readonly shed: Record<ShedReason, number>;
};
export type ClientCount = { retried: number };

type Seconds = Histogram<"service" | "method" | "code">;

/** A meter for one served method and the numbers it raises. */
export function serverMeter(method: DescMethod, seconds: Seconds): { meter: ServerMeter; count: ServerCount } {
  const observe = byCode(method, seconds);
  const budget = budgetOf(method);
  const count: ServerCount = {
    inFlight: 0,
    replayed: 0,
    spent: { sql: 0, redis: 0, rpc: 0 },
    overBudget: { sql: 0, redis: 0, rpc: 0 },
    shed: { overload: 0, rate: 0, deadline: 0, draining: 0 },
  };
  const meter: ServerMeter = {
    started: () => void count.inFlight++,
    observeCall(code, took, spent) {
      count.inFlight--;
      observe(code, took);
      count.spent.sql += spent.sql;
      count.spent.redis += spent.redis;
      count.spent.rpc += spent.rpc;
      if (spent.sql > budget.sql) count.overBudget.sql++;
      if (spent.redis > budget.redis) count.overBudget.redis++;
      if (spent.rpc > budget.rpc) count.overBudget.rpc++;
    },
    shed: (reason) => void count.shed[reason]++,
    replayed: () => void count.replayed++,
  };
  return { meter, count };
}

/** A meter for one called method and the numbers it raises. */
export function clientMeter(method: DescMethod, seconds: Seconds): { meter: ClientMeter; count: ClientCount } {
  const count: ClientCount = { retried: 0 };
  return { meter: { observeCall: byCode(method, seconds), retried: () => void count.retried++ }, count };
}

/** The labels every number of a method carries. */
export const labelsOf = (method: DescMethod): Labels => ({ service: method.parent.typeName, method: method.name });

// One ready-made child of the histogram per outcome, made when it first happens.
function byCode(method: DescMethod, seconds: Seconds): (code: number, took: number) => void {
  const children: ReturnType<Seconds["labels"]>[] = [];
  return (code, took) => {
    const child = children[code] ?? seconds.labels({ ...labelsOf(method), code: OUTCOMES[code] ?? "unknown" });
    children[code] = child;
    child.observe(took);
  };
}

const OUTCOMES: readonly string[] = Array.from({ length: Code.Unauthenticated + 1 }, (_, code) =>
  code === 0 ? "ok" : (Code[code] ?? "").replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase(),
);

function budgetOf(method: DescMethod): Spent {
  const declared = hasOption(method, methodOptions) ? getOption(method, methodOptions).budget : undefined;
  return declared ?? { sql: Infinity, redis: Infinity, rpc: Infinity };
}
