import type { Keeps } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";

/**
 * Where accounts are kept. Events do not say of every change how often there was one, so version, and the profile that
 * has it inside, may be older than identity's: what everybody sees is compared, and that is its face.
 */
export const keepsAccounts: Keeps<Deps> = {
  tables: [{ table: "account", loose: ["version", "hidden", "profile"] }],
  besides: ["erasure"],
};
