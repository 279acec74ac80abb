import { TOKEN_HEADER } from "#mesh/consistency.ts";
import type { Edge } from "#mesh/edge.ts";
import type { Incoming } from "#mesh/exchange.ts";
import { authorize } from "#mesh/pipeline/admission.ts";
import { addressKey } from "../door/address.ts";
import type { Gear } from "../gear.ts";
import type { Taken } from "../limits/limits.ts";
import type { Payer } from "../limits/policies.ts";
import { refusal } from "../limits/refusal.ts";
import { encodeStandings } from "../limits/standing.ts";
import type { Caller } from "../who/identify.ts";
import type { Visit } from "./visit.ts";

type Parts = Pick<Gear, "identify" | "limits" | "tokens"> & Pick<Edge, "revocations" | "metrics">;

/** What there is of a call before its body is read. */
export type Entering = Pick<Incoming, "requestHeader" | "responseHeader"> & { readonly signal?: AbortSignal };

/** Decides on a call from its path and headers alone, before its body is read: who, how often, and may they at all. */
export function createGate(parts: Parts): (visit: Visit, call: Entering) => Promise<void> {
  return async (visit, call) => {
    try {
      visit.caller = await identified(parts, call, visit);
      const payer = { address: addressKey(visit.address), accountId: visit.caller.actor?.accountId };
      charge(parts, visit, call, await parts.limits.take(visit.method, payer));
      authorize(visit.method, visit.caller.actor);
      visit.known = parts.tokens.read(call.requestHeader, visit.now);
      call.requestHeader.delete(TOKEN_HEADER); // what it says goes on in the mesh's own way
    } catch (thrown) {
      throw visit.fail(thrown, call.signal);
    }
  };
}

/** A bad token costs its address a unit: guessing must not be free, and a long guesser is not even listened to. */
async function identified(parts: Parts, call: Entering, visit: Visit): Promise<Caller> {
  const { identify, limits, revocations } = parts;
  const payer: Payer = { address: addressKey(visit.address), accountId: undefined };
  const look = async (units: number) => charge(parts, visit, call, await limits.takeFromAddress(payer, units));
  try {
    return await identify(call.requestHeader, { now: visit.now, revocations, beforeAsking: () => look(0) });
  } catch (thrown) {
    await look(1);
    throw thrown;
  }
}

/** Shows the caller how it stands, and refuses what is too much. */
function charge({ metrics }: Parts, { method }: Visit, call: Entering, { standings, refused }: Taken): void {
  if (standings.length > 0) {
    for (const [name, value] of Object.entries(encodeStandings(standings))) call.responseHeader.set(name, value);
  }
  if (!refused) return;
  metrics.server(method).shed("rate");
  throw refusal(refused);
}
