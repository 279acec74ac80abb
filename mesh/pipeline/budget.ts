import type { DescMethod } from "@bufbuild/protobuf";
import type { Spent } from "../context.ts";
import { nameOf, optionsOf } from "../contract.ts";
import type { ChainParts } from "./chain.ts";

/** Compares what a call spent with what its contract allows: too much is logged, and in tests it is a failure. */
export function checkBudget(
  { strictBudgets, log }: Pick<ChainParts, "strictBudgets" | "log">,
  method: DescMethod,
  spent: Spent,
): void {
  const { budget } = optionsOf(method);
  const over = (["sql", "redis", "rpc"] as const).filter((kind) => spent[kind] > (budget?.[kind] ?? 0));
  if (over.length === 0) return;
  const words = `${nameOf(method)} spent ${over.map((kind) => `${spent[kind]} ${kind} of ${budget?.[kind] ?? 0}`).join(", ")}`;
  if (strictBudgets) throw new Error(words);
  log.warn({ method: nameOf(method), ...spent }, words);
}
