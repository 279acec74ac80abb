import { Code, ConnectError } from "@connectrpc/connect";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { ExpectedFailure } from "#mesh/failure.ts";
import { explainFailure } from "./call/failure.ts";
import { type Cli, command, exits, misused, Refusal } from "./command.ts";
import { layGround } from "./install/ground.ts";
import { asOperator, type Operator } from "./install/operator.ts";
import { provision } from "./install/provision.ts";
import { askHidden, readStdin } from "./terminal/ask.ts";

/** What is asked for, all of it there. */
interface Asked {
  readonly handle: string;
  readonly email: string;
  readonly reason: string;
  readonly password: string;
}

/** What can be done to an account, and what is said when it is done. */
interface Act {
  readonly needs: readonly ("email" | "reason")[];
  readonly result: object;
  readonly words: string;
  /** Returns the account's id. */
  run(operator: Operator, asked: Asked): Promise<string>;
}

const isAdministrator = { result: { role: "ROLE_ADMIN" }, words: "is an administrator" };
const acts: Readonly<Record<string, Act>> = {
  create: {
    needs: ["email"],
    ...isAdministrator,
    async run(operator, { handle, email, password }) {
      const request = { handle, email, password, deviceName: "skein admin" };
      const { account } = await operator.identity.registerAccount(request);
      return promoted(operator, account?.profile?.accountId ?? "", handle);
    },
  },
  grant: {
    needs: [],
    ...isAdministrator,
    run: async (operator, { handle }) => promoted(operator, await operator.find(handle), handle),
  },
  suspend: {
    needs: ["reason"],
    result: { suspended: true },
    words: "is suspended",
    async run(operator, { handle, reason }) {
      const id = await operator.find(handle);
      await operator.suspend(id, reason);
      return id;
    },
  },
  reinstate: {
    needs: [],
    result: { suspended: false },
    words: "is not suspended",
    async run(operator, { handle, reason }) {
      const id = await operator.find(handle);
      await operator.reinstate(id, reason);
      return id;
    },
  },
};

/** Makes administrators, and shuts accounts out. */
export const admin = command({
  usage: [
    "admin create --handle NAME --email ADDRESS [--password-stdin]",
    "admin grant --handle NAME",
    "admin suspend --handle NAME --reason TEXT",
    "admin reinstate --handle NAME [--reason TEXT]",
  ],
  help: `create     makes an account that is an administrator; there is no default password
grant      makes an account that exists an administrator
suspend    hides an account and ends its sessions; its owner can still sign in, to little
reinstate  ends a suspension
It works while the mesh runs and while it is stopped, for whoever can read the keys in SKEIN_HOME: with them it acts as
identity itself. What is done is announced to the other services like anything else; sessions have a role from their next
refresh on.

  --handle NAME       two to thirty letters, digits or _
  --email ADDRESS     where mail to the administrator goes
  --password-stdin    read the password from standard input; otherwise it is asked for, twice
  --reason TEXT       for those who review it`,
  options: {
    handle: { type: "string" },
    email: { type: "string" },
    reason: { type: "string" },
    "password-stdin": { type: "boolean" },
  },
  words: 1,
  async run({ handle, email, reason, "password-stdin": fromStdin }, [word], cli) {
    const act = word !== undefined && Object.hasOwn(acts, word) ? acts[word] : undefined;
    if (!act)
      throw misused(
        word ? `admin cannot ${word}` : "admin does what?",
        "say: ./skein admin create, grant, suspend or reinstate",
      );
    const given = { handle, email, reason };
    const missing = (["handle", ...act.needs] as const).find((name) => !given[name]);
    if (missing) throw misused(`--${missing} is missing`, `say: ./skein ${usageOf(word)}`);
    const password = word === "create" ? await newPassword(fromStdin === true, cli.signal) : "";
    const asked = { handle: handle ?? "", email: email ?? "", reason: reason ?? "", password };
    const accountId = await withOperator(cli, (operator) => act.run(operator, asked));
    cli.out(
      cli.json ? JSON.stringify({ handle, accountId, ...act.result }) : `${handle} ${act.words} (account ${accountId})`,
    );
    return exits.done;
  },
});

const usageOf = (word: string | undefined): string =>
  admin.usage.find((line) => line.startsWith(`admin ${word} `)) ?? "help admin";

async function promoted(operator: Operator, accountId: string, handle: string): Promise<string> {
  if (!(await operator.grant(accountId, Role.ADMIN))) throw new Refusal(exits.failed, `${handle} is being deleted`);
  return accountId;
}

async function withOperator<T>(cli: Cli, work: (operator: Operator) => Promise<T>): Promise<T> {
  await using ground = await layGround(cli);
  await provision(ground.env);
  try {
    return await asOperator(ground.env, work);
  } catch (error) {
    if (error instanceof ExpectedFailure) throw new Refusal(exits.failed, `${error.reason}  ${error.message}`);
    if (!(error instanceof ConnectError)) throw error;
    const taken = error.code === Code.AlreadyExists;
    throw new Refusal(
      exits.failed,
      explainFailure(error).words,
      taken ? "to promote an account that exists: ./skein admin grant --handle NAME" : undefined,
    );
  }
}

async function newPassword(fromStdin: boolean, signal: AbortSignal): Promise<string> {
  if (fromStdin) return readStdin();
  const first = await askHidden("Password: ", signal);
  if (first !== (await askHidden("Once more: ", signal))) throw misused("the two passwords differ");
  return first;
}
