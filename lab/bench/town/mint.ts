import { openKeyring } from "#mesh/identity/keyring.ts";
import { realLent } from "#mesh/lent.ts";
import { storeOf } from "../../../cli/demo/stores.ts";
import { readSettings } from "../../../cli/install/settings.ts";
import { createSigner } from "../../../services/identity/gear/signer.ts";
import { createVault } from "../../../services/identity/gear/vault.ts";
import type { Bench } from "../bench.ts";
import type { Person } from "../load/job.ts";

/** Longer than any bench: nobody refreshes in the middle of a measurement. */
const LIFE_MS = 12 * 3_600_000;

/** Access tokens as identity signs them, without signing in: a thousand passwords would take longer than a bench. */
export async function mint(
  { ground, stores }: Pick<Bench, "ground" | "stores">,
  accounts: readonly Omit<Person, "token">[],
  roles: readonly string[] = [],
): Promise<Person[]> {
  const { clock, ids, chance } = realLent();
  const { identity: config } = readSettings(ground.env).values as never;
  const keyring = openKeyring(ground.env.SKEIN_KEYS ?? "", "identity");
  const loan = { db: storeOf(stores, "identity"), config, ids, chance };
  const signer = createSigner(loan as never, createVault(keyring.derive("vault")));
  const issuedAt = clock.now();
  const expiresAt = new Date(issuedAt.getTime() + LIFE_MS);
  const sign = async ({ id, handle }: Omit<Person, "token">) => {
    const claims = { accountId: id, sessionId: ids.next(), roles, suspended: false, issuedAt, expiresAt };
    return { id, handle, token: await signer.sign(claims) };
  };
  return Promise.all(accounts.map(sign));
}
