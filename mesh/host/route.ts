import type { DescMethod } from "@bufbuild/protobuf";
import type { Wrapped } from "../pipeline/chain.ts";

/** Deadlines beyond this are refused by the adapter; each method's own is far below. */
export const MAX_TIMEOUT_MS = 10 * 60 * 1000;

/** A method behind the chain. */
export interface Route {
  readonly method: DescMethod;
  readonly impl: Wrapped;
}
