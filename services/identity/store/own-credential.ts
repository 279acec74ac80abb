import { type Context, callerOf } from "#mesh/context.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import type { Query } from "./accounts.ts";

/** What proves an account, and where its mail goes. */
export interface OwnCredential {
  readonly handle: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly passwordHash: string;
  readonly passwordChangedAt: Date;
  readonly totpSealed: Buffer | null;
  readonly totpOn: boolean;
}

type Row = Omit<OwnCredential, "passwordChangedAt"> & { passwordChangedAt: string };

/** Reads what a signed-in account proves itself with; it exists, for its session does. */
export async function ownCredential(query: Query, accountId: string): Promise<OwnCredential> {
  const [row] = await query<Row>(sql`select a.handle, p.email, p.email_verified_at is not null as "emailVerified",
      c.password_hash as "passwordHash", c.password_changed_at as "passwordChangedAt", c.totp_sealed as "totpSealed",
      c.totp_confirmed_at is not null as "totpOn"
    from account a join person p on p.account_id = a.id join credential c on c.account_id = a.id where a.id = ${accountId}`);
  if (!row) throw new Error(`account ${accountId} has a session and no credential`);
  return { ...row, passwordChangedAt: new Date(row.passwordChangedAt) };
}

/**
 * Runs an attempt of the caller to prove itself. Wrong passwords and codes count against the account: a stolen session
 * must not be a way to guess them. Strangers who guess at sign-in count elsewhere, so they cannot shut the owner out here.
 */
export const countGuesses = <T>(
  { guesses }: Pick<Deps, "guesses">,
  ctx: Context,
  attempt: () => Promise<T>,
): Promise<T> => guesses.during({ handle: callerOf(ctx), email: "" }, attempt, ctx.signal); // no handle looks like an id

/** Reads the caller's credential if the password is right; for attempts that are counted as a whole. */
export async function checkOwner(
  { db, hasher }: Pick<Deps, "db" | "hasher">,
  ctx: Context,
  password: string,
): Promise<OwnCredential> {
  const own = await ownCredential(db.query, callerOf(ctx));
  if (!(await hasher.verify(own.passwordHash, password, ctx.signal))) throw failure("BAD_CREDENTIALS");
  return own;
}

/** Reads the caller's credential and makes sure, by the password, that it is really the owner who calls. */
export const proveOwner = (
  deps: Pick<Deps, "db" | "hasher" | "guesses">,
  ctx: Context,
  password: string,
): Promise<OwnCredential> => countGuesses(deps, ctx, () => checkOwner(deps, ctx, password));
