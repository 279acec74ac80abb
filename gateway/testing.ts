import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import type { DescService } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { PrivacyService } from "#gen/skein/identity/v1/privacy_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import type { Context } from "#mesh/context.ts";
import type { Listener } from "#mesh/listener.ts";
import type { AnyRpc, Service } from "#mesh/service.ts";
import { toy } from "#mesh/testing/toy.ts";
import { startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "./deps.ts";
import { gateway } from "./index.ts";

const NO_LIMITS = {
  GATEWAY_LIMIT_ANONYMOUS: "0",
  GATEWAY_LIMIT_ACCOUNT: "0",
  GATEWAY_LIMIT_WRITES: "0",
  GATEWAY_LIMIT_GUARDED: "0",
};

/** One signing key, as identity would have it. */
export interface TestKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** A fresh Ed25519 key. */
export const makeKey = (kid: string): TestKey => ({ kid, ...generateKeyPairSync("ed25519") });

/** What one test says to and about the identity that stands behind the gateway. */
export interface Staged {
  keys: TestKey[];
  /** How often its keys, or a token, were asked for. */
  asked: { jwks: number; introspected: string[] };
  /** Answers to introspection, by token; anything else is not active. */
  apps: Map<string, object>;
  down: boolean;
  /** Every call that reached a handler. */
  readonly calls: Context[];
}

/** The gateway on a real port, before a small identity of the test's own. */
export interface TestGate extends AsyncDisposable {
  readonly mesh: TestMesh;
  readonly url: string;
  readonly port: number;
  readonly staged: Staged;
  /** A good access token, unless told otherwise. */
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>, key?: TestKey): string;
  bearer(claims?: Record<string, unknown>): { authorization: string };
}

export interface GateOptions {
  readonly env?: Record<string, string>;
  readonly handlers?: Record<string, AnyRpc>;
  readonly also?: readonly Service[];
  readonly contracts?: readonly DescService[];
  /** What the small identity has besides. */
  readonly identity?: Partial<Service>;
}

export const ACCOUNT = "01920000-0000-7000-8000-000000000001";
export const SESSION = "01920000-0000-7000-8000-0000000000aa";

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Signs a token of any content with any key. */
export function signToken(header: object, claims: object, key: KeyObject): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${sign(null, Buffer.from(text), key).toString("base64url")}`;
}

/** Claims of a token that is good now. */
export function goodClaims(now: Date): Record<string, unknown> {
  const iat = Math.floor(now.getTime() / 1000);
  return { iss: "skein", aud: "skein", sub: ACCOUNT, sid: SESSION, roles: [], iat, nbf: iat, exp: iat + 900 };
}

/** Starts it; without limits unless the test sets them. */
export async function startTestGate({
  env,
  handlers,
  also = [],
  contracts = [],
  identity: more,
}: GateOptions = {}): Promise<TestGate> {
  const staged: Staged = {
    keys: [makeKey("k1")],
    asked: { jwks: 0, introspected: [] },
    apps: new Map(),
    down: false,
    calls: [],
  };
  const identity = {
    ...toy(
      "identity",
      [SessionService, IdentityService, CredentialService, PrivacyService, ...contracts],
      staging(staged, handlers),
    ),
    ...more,
  };
  const mesh = await startTestMesh([identity, ...also, gateway], { ...NO_LIMITS, ...env });
  await mesh.deps<Deps>("gateway").redis.whenUp(); // before, each process counts for itself
  const { url, port } = mesh.mesh.edges.get("gateway") as Listener;
  const token: TestGate["token"] = (claims, header, key = staged.keys[0] as TestKey) =>
    signToken(
      { alg: "EdDSA", typ: "JWT", kid: key.kid, ...header },
      { ...goodClaims(mesh.clock.now()), ...claims },
      key.privateKey,
    );
  return {
    ...{ mesh, url, port, staged, token },
    bearer: (claims) => ({ authorization: `Bearer ${token(claims)}` }),
    [Symbol.asyncDispose]: () => mesh[Symbol.asyncDispose](),
  };
}

function staging(staged: Staged, handlers: Record<string, AnyRpc> = {}): Record<string, () => AnyRpc> {
  const jwk = ({ kid, publicKey }: TestKey) => ({
    kid,
    kty: "OKP",
    crv: "Ed25519",
    x: publicKey.export({ format: "jwk" }).x,
    alg: "EdDSA",
    use: "sig",
  });
  const refuseIfDown = () => {
    if (staged.down) throw new ConnectError("down", Code.Unavailable);
  };
  const own = {
    async getJwks() {
      staged.asked.jwks++;
      refuseIfDown();
      return { keys: staged.keys.map(jwk) };
    },
    async introspectToken({ token }: { token: string }) {
      staged.asked.introspected.push(token);
      refuseIfDown();
      return staged.apps.get(token) ?? { active: false };
    },
    async getMe() {
      return { account: { email: "me@example.org" } };
    },
    async getProfile() {
      return { profile: { handle: "ann" } };
    },
    ...handlers,
  } as unknown as Record<string, AnyRpc>;
  const noted =
    (handler: AnyRpc): AnyRpc =>
    (request, context) => {
      staged.calls.push(context);
      return handler(request, context);
    };
  const quiet = new Set(["getJwks", "introspectToken"]);
  return Object.fromEntries(
    Object.entries(own).map(([name, handler]) => [name, () => (quiet.has(name) ? handler : noted(handler))]),
  );
}

/** Sends bytes as they are, and gives back whatever comes until the server hangs up. */
export async function speak({ port }: Pick<TestGate, "port">, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(bytes);
  let heard = "";
  socket.on("data", (data) => {
    heard += data.toString("latin1");
  });
  socket.on("error", () => undefined);
  await once(socket, "close");
  return heard;
}
