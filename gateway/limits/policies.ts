import type { DescMethod } from "@bufbuild/protobuf";
import type { Values } from "#mesh/config.ts";
import { isMutation, optionsOf } from "#mesh/contract.ts";
import type { config } from "../config.ts";

/** Whom a call is charged to. */
export interface Payer {
  /** What stands for the client's address; see `addressKey`. */
  readonly address: string;
  readonly accountId: string | undefined;
}

/** One allowance: so many units in a window, for each address or each account. */
export interface Policy {
  readonly name: string;
  readonly quota: number;
  readonly windowS: number;
  readonly per: "address" | "account";
  /** Refills steadily instead of all at once at the end of the window. */
  readonly steady: boolean;
  /** What a call takes from it; undefined when it does not concern the call. */
  units(method: DescMethod, payer: Payer): number | undefined;
}

const MINUTE_S = 60;
const costOf = (method: DescMethod): number => optionsOf(method).cost || 1;

/** The allowances that an operator has set; a limit of 0 is none. */
export function policiesOf(limits: Values<typeof config>): Policy[] {
  const policies: Policy[] = [
    {
      ...{ name: "anonymous", quota: limits.limitAnonymous, windowS: MINUTE_S, per: "address", steady: false },
      units: (method, { accountId }) => (accountId === undefined ? costOf(method) : undefined),
    },
    {
      ...{ name: "account", quota: limits.limitAccount, windowS: MINUTE_S, per: "account", steady: false },
      units: (method, { accountId }) => (accountId === undefined ? undefined : costOf(method)),
    },
    {
      ...{ name: "writes", quota: limits.limitWrites, windowS: MINUTE_S, per: "account", steady: true },
      units: (method, { accountId }) => (accountId !== undefined && isMutation(method) ? costOf(method) : undefined),
    },
    {
      // Attempts are what must be few here, whatever each of them costs us.
      ...{ name: "guarded", quota: limits.limitGuarded, windowS: MINUTE_S, per: "address", steady: false },
      units: (method) => (optionsOf(method).guarded ? 1 : undefined),
    },
  ];
  return policies.filter(({ quota }) => quota > 0);
}
