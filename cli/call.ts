import { type DescMethodStreaming, toJson } from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { requestsOf } from "./call/input.ts";
import { refused } from "./call/refused.ts";
import { type Found, findMethod, listServices } from "./call/registry.ts";
import { accessToken, forgetSession, type Login } from "./call/session.ts";
import { type Cli, command, exits, misused } from "./command.ts";
import { runningHere } from "./fleet/here.ts";
import { openDoor } from "./install/door.ts";
import { askHidden, readStdin } from "./terminal/ask.ts";

/** Calls any method by its name. */
export const call = command({
  usage: ["call <service>/<method> [field=value ...] [--data JSON] [--as NAME]", "call --list"],
  help: `Asks the server what it serves, so it also calls what this checkout does not know. The service may be named by its
last part. Fields are typed by the contract: page_size=2, change.bio=hello, ids=a ids=b, role=ROLE_ADMIN, at=2026-01-31T12:00:00Z.
Answers are printed as JSON, one line per message when they stream.

  --data JSON         the request, or its beginning; - reads standard input
  --as NAME           sign in as a persona (alice, bob, mo, admin), a handle or an address
  --password-stdin    the password of whoever is no persona; otherwise it is asked for
  --url URL           another server than the one of this SKEIN_HOME
  --header NAME:VALUE send a header; may be repeated
  --list              only list the services`,
  options: {
    data: { type: "string" },
    as: { type: "string" },
    "password-stdin": { type: "boolean" },
    url: { type: "string" },
    header: { type: "string", multiple: true },
    list: { type: "boolean" },
  },
  words: 1_000,
  async run({ data, as, "password-stdin": fromStdin, url, header, list }, [name, ...words], cli) {
    using door = openDoor(url ?? runningHere(cli.home).url);
    const { transport } = door;
    try {
      if (list) return printList(await listServices(transport), cli);
      if (!name)
        throw misused(
          "call what?",
          "say: ./skein call skein.identity.v1.IdentityService/GetMe, or: ./skein call --list",
        );
      const found = await findMethod(transport, name);
      const password = () => (fromStdin ? readStdin() : askHidden(`Password of ${as}: `, cli.signal));
      const login = as === undefined ? undefined : { url: door.url, home: cli.home, name: as, password };
      await send(transport, found, { data, words, headers: headersOf(header ?? []), login }, cli);
      return exits.done;
    } catch (error) {
      throw error instanceof ConnectError ? refused(error, door.url) : error;
    }
  },
});

interface Request {
  readonly data: string | undefined;
  readonly words: readonly string[];
  readonly headers: Headers;
  readonly login: Login | undefined;
}

async function send(
  transport: Transport,
  { method, registry }: Found,
  { data, words, headers, login }: Request,
  { out, signal, json }: Cli,
): Promise<void> {
  const requests = requestsOf(method, registry, { data, words });
  if (login) headers.set("authorization", `Bearer ${await accessToken(transport, login)}`);
  const many = method.methodKind !== "unary";
  try {
    // On the wire a single call is a stream of one; only a real stream may last longer than the transport's own time-out.
    const { message } = await transport.stream(
      method as DescMethodStreaming,
      signal,
      many ? 0 : undefined,
      headers,
      requests,
    );
    for await (const answer of message)
      out(JSON.stringify(toJson(method.output, answer, { registry }), null, many || json ? 0 : 2));
  } catch (error) {
    if (login && ConnectError.from(error).code === Code.Unauthenticated) forgetSession(login);
    if (signal.aborted && many) return; // the one who listens has heard enough
    throw error;
  }
}

function headersOf(given: readonly string[]): Headers {
  const headers = new Headers();
  for (const one of given) {
    const cut = one.indexOf(":");
    if (cut < 1) throw misused(`"${one}" is no header`, "say --header name:value");
    headers.append(one.slice(0, cut).trim(), one.slice(cut + 1).trim());
  }
  return headers;
}

function printList(services: readonly string[], { json, out }: Cli): number {
  out(json ? JSON.stringify({ services }) : services.join("\n"));
  return exits.done;
}
