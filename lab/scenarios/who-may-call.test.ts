import { create, type DescMethod, type DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { createAsyncIterable } from "@connectrpc/connect/protocol";
import { createConnectTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";
import { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { Auth, Role } from "#gen/skein/options/v1/options_pb.ts";
import { callPolicy, SERVICE_HEADER } from "#mesh/calls.ts";
import { nameOf, optionsOf } from "#mesh/contract.ts";
import { CLIENT_HEADER } from "#mesh/identity/hop.ts";
import type { Listener } from "#mesh/listener.ts";
import { sql } from "#mesh/store/sql.ts";
import { switchboard } from "#mesh/switchboard.ts";
import { startTestMesh, type TestMesh } from "#mesh/testing.ts";
import { everything } from "../../main.ts";
import type { Deps } from "../../services/identity/deps.ts";
import { settle, signIn } from "../../services/identity/testing/people.ts";

/** Somebody who stands before a method, and what the gate says to them wherever they come. */
interface Caller {
  readonly role?: "MODERATOR" | "ADMIN";
  readonly suspended?: true;
  readonly scope?: string;
  readonly refusedAs?: "TOKEN_EXPIRED" | "TOKEN_REVOKED" | "TOKEN_INVALID";
}
const anonymous: Caller = {};
const callers: Record<string, Caller> = {
  anonymous,
  user: {},
  "suspended user": { suspended: true },
  moderator: { role: "MODERATOR" },
  administrator: { role: "ADMIN" },
  "administrator with an expired token": { role: "ADMIN", refusedAs: "TOKEN_EXPIRED" },
  "administrator with a revoked token": { role: "ADMIN", refusedAs: "TOKEN_REVOKED" },
  "administrator with a token for somebody else": { role: "ADMIN", refusedAs: "TOKEN_INVALID" },
  "administrator's app token": { role: "ADMIN", scope: "account:read" },
};
/** Every service serves OpsService: here identity is asked. */
const contracts = [...everything.flatMap(({ serves }) => serves.map(({ contract }) => contract)), OpsService];
const methods = contracts.flatMap((contract) => contract.methods);
const cells = (names: readonly string[]) => methods.flatMap((method) => names.map((who) => ({ method, who })));
const GATE = new Set(["UNAUTHENTICATED", "SCOPE_MISSING", "ACCOUNT_SUSPENDED", "ROLE_MISSING", "CALLER_REFUSED"]);
for (const { refusedAs } of Object.values(callers)) if (refusedAs) GATE.add(refusedAs);

/** What the contract says, worked out anew here: the code under test must not be its own witness. */
function declared(method: DescMethod, caller: Caller): string {
  const { auth, roles, scope, whileSuspended, public: open } = optionsOf(method);
  if (!open) return "not there";
  if (caller.refusedAs) return caller.refusedAs;
  if (caller.scope && caller.scope !== scope && (auth === Auth.USER || scope)) return "SCOPE_MISSING";
  if (auth !== Auth.USER) return "let in";
  if (caller === anonymous) return "UNAUTHENTICATED";
  if (caller.suspended && !whileSuspended) return "ACCOUNT_SUSPENDED";
  const missing = roles.length > 0 && !roles.some((role) => caller.role && role === Role[caller.role]);
  return missing ? "ROLE_MISSING" : "let in";
}

let mesh: TestMesh;
let outside: Transport;
beforeAll(async () => {
  const limits = ["ANONYMOUS", "ACCOUNT", "WRITES", "GUARDED"].map((name) => [`GATEWAY_LIMIT_${name}`, "0"]);
  mesh = await startTestMesh(everything, Object.fromEntries(limits));
  const { url: baseUrl } = mesh.mesh.edges.get("gateway") as Listener;
  outside = createConnectTransport({ baseUrl, httpVersion: "2" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const deps = () => mesh.deps<Deps>("identity");
let people = 0;

/** A real token of somebody new, for calls end sessions and close accounts. */
async function tokenOf({ role, suspended, scope, refusedAs }: Caller): Promise<string> {
  const { db, signer, mint, ids, clock } = deps();
  const state = suspended ? "SUSPENDED" : "ACTIVE";
  const accountId = await settle(mesh, { handle: `somebody_${++people}`, roles: role ? [role] : [], state });
  const now = clock.now();
  const later = new Date(now.getTime() + 600_000);
  if (scope) {
    const id = ids.next();
    await db.query(sql`insert into app_token (id, account_id, name, scopes, created_at, expires_at)
      values (${id}, ${accountId}, 'bot', ${[scope]}::text[], ${now}, ${later})`);
    return mint.make("app", id);
  }
  const sessionId = await signIn(mesh, accountId);
  const [issuedAt, expiresAt] = refusedAs === "TOKEN_EXPIRED" ? [new Date(now.getTime() - 600_000), now] : [now, later];
  const roles = role ? [role.toLowerCase()] : [];
  const token = await signer.sign({ accountId, sessionId, roles, suspended: suspended === true, issuedAt, expiresAt });
  if (refusedAs === "TOKEN_REVOKED") endings.push(sessionId);
  return refusedAs === "TOKEN_INVALID" ? withAnother(token) : token;
}

/** Sessions that end before any of their tokens is shown. */
const endings: string[] = [];
async function endThem(): Promise<void> {
  const until = new Date(mesh.clock.now().getTime() + 3_600_000);
  await deps().db.query(sql`with head as (update revocation_head set seq = seq + ${endings.length} returning seq)
    insert into revocation (seq, session_id, revoked_at, expires_at)
    select head.seq - place + 1, id, ${mesh.clock.now()}, ${until}
    from head, unnest(${endings}::uuid[]) with ordinality as ended (id, place)`);
  await mesh.settle();
}

function withAnother(token: string): string {
  const [head, body = "", signature] = token.split(".");
  const claims = { ...JSON.parse(Buffer.from(body, "base64url").toString()), sub: deps().ids.next() };
  return `${head}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${signature}`;
}

/** Sends an empty request: the gate answers before anybody looks at it. */
async function outcome(transport: Transport, method: DescMethod, headers: Record<string, string>): Promise<string> {
  try {
    if (method.methodKind === "unary") {
      await transport.unary(method as never, undefined, undefined, headers, create(method.input));
    } else {
      const asked = createAsyncIterable([create(method.input)]);
      const { message } = await transport.stream(
        method as never,
        AbortSignal.timeout(5_000),
        undefined,
        headers,
        asked,
      );
      const answers = message[Symbol.asyncIterator]();
      await answers.next();
      await answers.return?.();
    }
    return "let in";
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    const reason = error.findDetails(FailureSchema)[0]?.reason ?? "";
    if (GATE.has(reason)) return reason;
    if (error.code === Code.Unimplemented) return "not there";
    return reason ? "let in" : `${Code[error.code]}: ${error.rawMessage}`;
  }
}

describe("through the gateway", () => {
  test("every method lets in whom its contract names, and tells all others why not", async () => {
    const table = await Promise.all(
      cells(Object.keys(callers)).map(async ({ method, who }) => {
        const caller = callers[who] as Caller;
        return { method, who, caller, token: caller === anonymous ? undefined : await tokenOf(caller) };
      }),
    );
    await endThem();
    const found: string[] = [];
    const wanted: string[] = [];
    for (const { method, who, caller, token } of table) {
      const say = (what: string) => `${nameOf(method)}, ${who}: ${what}`;
      const headers: Record<string, string> = { ...(token && { authorization: `Bearer ${token}` }) };
      if (method.parent === OpsService) headers[SERVICE_HEADER] = "identity";
      found.push(say(await outcome(outside, method, headers)));
      wanted.push(say(declared(method, caller)));
    }
    expect(found).toEqual(wanted);
    expect(new Set(wanted.map((line) => line.split(": ")[1])).size).toBe(GATE.size - 1 + 2); // each answer is wanted somewhere
  });
});

describe("past the gateway", () => {
  const services = everything.map(({ name }) => name);
  const ownerOf = (method: DescMethod) =>
    everything.find(({ serves }) => serves.some(({ contract }) => contract === method.parent))?.name ?? "identity";
  const find = (contract: DescService) =>
    contract === OpsService
      ? mesh.mesh.running.find(({ service }) => service.name === "identity")?.transport
      : mesh.mesh.find(contract);

  test("a service is let in where its definition or the contract says so, and nobody's account is its to speak for", async () => {
    const found: string[] = [];
    const wanted: string[] = [];
    for (const { method, who } of cells(services)) {
      const keyring = mesh.mesh.keyringOf(who);
      const inner = callPolicy(switchboard(find), {
        ...{ keyring, lent: mesh.mesh.lent, retries: false },
        ownerOf: () => ownerOf(method),
      });
      const { auth, callers: named, public: open } = optionsOf(method);
      const listed = everything.find(({ name }) => name === who)?.calls ?? {};
      const lists = Object.values(listed).includes(method.parent) || (open && who === "gateway");
      const may = named.length > 0 ? named.includes(who) : auth === Auth.SERVICE || lists;
      const say = (what: string) => `${nameOf(method)}, ${who}: ${what}`;
      found.push(say(await outcome(inner, method, { [CLIENT_HEADER]: "192.0.2.1" })));
      wanted.push(say(!may ? "CALLER_REFUSED" : auth === Auth.USER ? "UNAUTHENTICATED" : "let in"));
    }
    expect(found).toEqual(wanted);
  });
});
