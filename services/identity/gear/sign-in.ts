import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AccountSchema } from "#gen/skein/identity/v1/account_pb.ts";
import type { TokensSchema } from "#gen/skein/identity/v1/tokens_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { plainDevice } from "../rules/device.ts";
import { accountOf, readAccount } from "../store/accounts.ts";
import { checkSecondFactor } from "../store/second-factor.ts";
import { type Candidate, openSession } from "../store/sessions.ts";
import { issueTokens } from "./issue.ts";

/** What somebody gets who has signed in. */
export interface SignedIn {
  readonly account: MessageInitShape<typeof AccountSchema>;
  readonly tokens: MessageInitShape<typeof TokensSchema>;
}

/** Who signs in, from where. The password was right; without a code the second factor is not asked for. */
export interface Entry {
  readonly candidate: Candidate;
  readonly code: string | undefined;
  readonly deviceName: string;
  readonly now: Date;
}

/** Begins a session for somebody whose password was right: checks the second factor, opens it, makes its tokens. */
export async function signIn(tx: Tx, deps: Deps, { candidate, code, deviceName, now }: Entry): Promise<SignedIn> {
  const { accountId, secondFactor } = candidate;
  if (secondFactor && code !== undefined) {
    const check = await checkSecondFactor(tx, deps, { accountId, code, now });
    if (check === "missing") throw failure("CODE_REQUIRED");
    if (check !== "good") throw failure("BAD_CREDENTIALS");
  }
  const session = {
    id: deps.ids.next(),
    deviceName: plainDevice(deviceName),
    now,
    expiresAt: new Date(now.getTime() + deps.config.refreshTtl),
  };
  if (!(await openSession(tx.query, candidate, session))) throw failure("BAD_CREDENTIALS");
  const holder = await readAccount(tx.query, accountId);
  if (!holder) throw failure("BAD_CREDENTIALS");
  const tokens = await issueTokens(
    deps,
    { sessionId: session.id, generation: 0, expiresAt: session.expiresAt, holder },
    now,
  );
  return { account: accountOf(holder), tokens };
}
