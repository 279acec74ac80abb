import type { Loan } from "#mesh/service.ts";
import type { config } from "./config.ts";
import { createGuesses, type Guesses } from "./gear/guesses.ts";
import { createHasher, type Hasher } from "./gear/hasher.ts";
import { createMailer, type Mailer } from "./gear/mailer.ts";
import { createSigner, type Signer } from "./gear/signer.ts";
import { createTokens, type TokenMint } from "./gear/tokens.ts";
import { createVault, type Vault } from "./gear/vault.ts";

/** What identity's handlers need beyond the host's loan. */
export interface Gear {
  /** Bounds how often wrong passwords and codes are tried. */
  readonly guesses: Guesses;
  /** Hashes and verifies passwords, a bounded number at once. */
  readonly hasher: Hasher;
  /** Signs access tokens with the current key and knows all public ones. */
  readonly signer: Signer;
  /** Makes and reads refresh, app and one-time tokens: MACs, so none is stored. */
  readonly mint: TokenMint;
  /** Seals what must be read again but not by whoever reads the database. */
  readonly vault: Vault;
  /** Sends mail that was written down before. */
  readonly mailer: Mailer;
}

/** Makes the gear; what it opens goes to the scope. */
export async function equip(
  loan: Loan<Record<never, never>, typeof config>,
  scope: AsyncDisposableStack,
): Promise<Gear> {
  const vault = createVault(loan.keyring.derive("vault"));
  return {
    vault,
    guesses: createGuesses(loan),
    hasher: createHasher({ slots: loan.config.hashSlots, queue: loan.config.hashQueue }),
    signer: createSigner(loan, vault),
    mint: createTokens(loan.keyring),
    mailer: scope.use(createMailer(loan)),
  };
}
