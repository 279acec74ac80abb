import { Code, ConnectError } from "@connectrpc/connect";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { explainFailure } from "./call/failure.ts";
import { type Cli, command, exits, misused, Refusal } from "./command.ts";
import { layGround } from "./install/ground.ts";
import { asOperator, type Operator } from "./install/operator.ts";
import { provision } from "./install/provision.ts";
import { askHidden, readStdin } from "./terminal/ask.ts";

/** Makes administrators. */
export const admin = command({
  usage: ["admin create --handle NAME --email ADDRESS [--password-stdin]", "admin grant --handle NAME"],
  help: `create   makes an account that is an administrator; there is no default password
grant    makes an account that exists an administrator
It works while the mesh runs and while it is stopped, for whoever can read the keys in SKEIN_HOME: with them it acts as
identity itself. The role is announced to the other services like any other; sessions have it from their next refresh on.

  --handle NAME       two to thirty letters, digits or _
  --email ADDRESS     where mail to the administrator goes
  --password-stdin    read the password from standard input; otherwise it is asked for, twice`,
  options: { handle: { type: "string" }, email: { type: "string" }, "password-stdin": { type: "boolean" } },
  words: 1,
  async run({ handle, email, "password-stdin": fromStdin }, [act], cli) {
    if (act !== "create" && act !== "grant")
      throw misused(
        act ? `admin cannot ${act}` : "admin does what?",
        "say: ./skein admin create or ./skein admin grant",
      );
    if (!handle) throw misused("--handle is missing", `say: ./skein admin ${act} --handle NAME`);
    if (act === "create" && !email)
      throw misused("--email is missing", "say: ./skein admin create --handle NAME --email ADDRESS");
    const password = act === "create" ? await newPassword(fromStdin === true, cli.signal) : "";
    const accountId = await withOperator(cli, async (operator) => {
      const id =
        act === "create"
          ? await register(operator, { handle, email: email ?? "", password })
          : await find(operator, handle);
      if (!(await operator.grant(id, Role.ADMIN))) throw new Refusal(exits.failed, `${handle} is being deleted`);
      return id;
    });
    cli.out(
      cli.json
        ? JSON.stringify({ handle, accountId, role: "ROLE_ADMIN" })
        : `${handle} is an administrator (account ${accountId})`,
    );
    return exits.done;
  },
});

async function withOperator<T>(cli: Cli, work: (operator: Operator) => Promise<T>): Promise<T> {
  await using ground = await layGround(cli);
  await provision(ground.env);
  try {
    return await asOperator(ground.env, work);
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    const taken = error.code === Code.AlreadyExists;
    throw new Refusal(
      exits.failed,
      explainFailure(error).words,
      taken ? "to promote an account that exists: ./skein admin grant --handle NAME" : undefined,
    );
  }
}

async function register(
  { identity }: Operator,
  account: { handle: string; email: string; password: string },
): Promise<string> {
  const { account: made } = await identity.registerAccount({ ...account, deviceName: "skein admin" });
  return made?.profile?.accountId ?? "";
}

async function find({ identity }: Operator, handle: string): Promise<string> {
  return (await identity.lookupProfile({ handle })).profile?.accountId ?? "";
}

async function newPassword(fromStdin: boolean, signal: AbortSignal): Promise<string> {
  if (fromStdin) return readStdin();
  const first = await askHidden("Password: ", signal);
  if (first !== (await askHidden("Once more: ", signal))) throw misused("the two passwords differ");
  return first;
}
