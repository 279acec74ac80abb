import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import type { Account } from "#gen/skein/identity/v1/account_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import type { Tokens } from "#gen/skein/identity/v1/tokens_pb.ts";
import type { Role } from "#gen/skein/options/v1/options_pb.ts";
import { explainFailure } from "../call/failure.ts";
import { type Env, exits, Refusal } from "../command.ts";
import { type Door, openDoor } from "./door.ts";
import { asOperator } from "./operator.ts";
import { makeStates, type Present } from "./persona-states.ts";
import { knownPersonas, type Persona, personaPassword, personas, rememberPersonas, suspended } from "./personas.ts";

/** What became of a persona. */
export interface Seeded {
  readonly name: string;
  readonly handle: string;
  readonly accountId: string;
  readonly made: boolean;
}

/** A persona that was let in. */
interface Entered extends Seeded {
  readonly role: Role | undefined;
  readonly holds: boolean;
  /** Absent for those who were known. */
  readonly token: string | undefined;
}

const device = "skein seed";

/** Whether nobody has an account yet, as far as everybody may see. */
export async function nobodyIsHere(url: string): Promise<boolean> {
  using door = openDoor(url);
  const { profiles } = await createClient(IdentityService, door.transport).searchProfiles({ pageSize: 1 });
  return profiles.length === 0;
}

/** Makes the personas that are missing, through the front door, and gives them their roles as the operator. Repeating changes nothing. */
export async function seedPersonas(url: string, env: Env, home: string): Promise<Seeded[]> {
  using door = openDoor(url);
  const known = knownPersonas(home) ?? {};
  rememberPersonas(home, known); // whatever happens now, the next start goes on with it
  const done: Entered[] = [];
  for (const persona of personas) done.push(await patiently(() => enter(door, persona, known[persona.name])));
  const lacking = done.filter(({ role, holds }) => role !== undefined && !holds);
  const fresh = done.filter(({ name, accountId }) => known[name] !== accountId);
  // What somebody did with a persona since it was made stays as it is.
  if (fresh.length > 0) await makeStates(door.transport, (name) => patiently(() => presentAs(door, done, name)));
  if (lacking.length > 0 || fresh.length > 0) {
    await asOperator(env, async ({ grant, suspend }) => {
      for (const { accountId, role } of lacking) if (role !== undefined) await grant(accountId, role);
      for (const { accountId, name } of fresh)
        if (name === suspended) await suspend(accountId, "a persona that shows what a suspension is");
    });
  }
  rememberPersonas(home, Object.fromEntries(done.map(({ name, accountId }) => [name, accountId])));
  return done.map(({ name, handle, accountId, made }) => ({ name, handle, accountId, made }));
}

async function enter({ transport }: Door, persona: Persona, known: string | undefined): Promise<Entered> {
  const { name, handle, email, displayName, role } = persona;
  const accounts = createClient(IdentityService, transport);
  const as = ({ account, tokens }: { account?: Account; tokens?: Tokens }, made: boolean): Entered => {
    if (!account?.profile) throw new Error("the answer holds no account");
    return {
      name,
      handle,
      role,
      made,
      accountId: account.profile.accountId,
      holds: role !== undefined && account.roles.includes(role),
      token: tokens?.accessToken,
    };
  };
  const there = await accounts.lookupProfile({ handle }).catch(only(Code.NotFound));
  if (there?.profile?.accountId && there.profile.accountId === known)
    return { name, handle, role, made: false, accountId: known, holds: false, token: undefined };
  if (!there) {
    const answer = await accounts
      .registerAccount({ handle, email, displayName, password: personaPassword, deviceName: device })
      .catch(only(Code.AlreadyExists));
    if (answer) return as(answer, true);
  }
  // Somebody has the name. Whoever does not know the password is a stranger, and gets no role.
  const session = await createClient(SessionService, transport)
    .createSession({ login: email, password: personaPassword, deviceName: device })
    .catch(only(Code.Unauthenticated));
  if (!session)
    throw new Refusal(
      exits.failed,
      `somebody else has the handle "${handle}" or the address ${email}`,
      "this database is not for personas: ./skein up --fresh starts over",
    );
  return as(session, false);
}

/** A persona that can act now; known ones sign in for it. */
async function presentAs({ transport }: Door, all: readonly Entered[], name: string): Promise<Present> {
  const entered = all.find((one) => one.name === name);
  const persona = personas.find((one) => one.name === name);
  if (!entered || !persona) throw new Error(`there is no persona ${name}`);
  if (entered.token) return { accountId: entered.accountId, token: entered.token };
  const login = { login: persona.email, password: personaPassword, deviceName: device };
  const { tokens } = await createClient(SessionService, transport).createSession(login);
  return { accountId: entered.accountId, token: tokens?.accessToken ?? "" };
}

/** Makes one expected failure an answer, namely none. */
const only =
  (code: Code) =>
  (error: unknown): undefined => {
    if (ConnectError.from(error).code !== code) throw error;
    return undefined;
  };

/** The front door limits everybody, us too: waits as long as it says, a few times. */
async function patiently<T>(work: () => Promise<T>, patience = 3): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const waitMs =
      error instanceof ConnectError && error.code === Code.ResourceExhausted
        ? explainFailure(error).retryAfterMs
        : undefined;
    if (waitMs === undefined || patience === 0) throw error;
    await sleep(waitMs);
    return patiently(work, patience - 1);
  }
}
