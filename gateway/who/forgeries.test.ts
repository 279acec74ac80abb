import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ACCOUNT, goodClaims, makeKey, startTestGate, type TestGate, type TestKey } from "../testing.ts";

let gate: TestGate;
let key: TestKey;
const stranger = makeKey("k1");
const other = makeKey("k2");
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });

beforeAll(async () => {
  gate = await startTestGate();
  [key] = gate.staged.keys as [TestKey];
  gate.staged.keys.push(other);
});
afterAll(async () => {
  await gate[Symbol.asyncDispose]();
});

const b64 = (value: object | string) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const now = () => gate.mesh.clock.now();
const claims = (more: object = {}) => ({ ...goodClaims(now()), ...more });
const seconds = () => Math.floor(now().getTime() / 1000);
const raw = (header: object, body: object | string, seal: (text: string) => Buffer) => {
  const text = `${b64(header)}.${b64(body)}`;
  return `${text}.${seal(text).toString("base64url")}`;
};
const byOwnKey = (header: object, body: object | string = claims()) =>
  raw(header, body, (text) => sign(null, Buffer.from(text), key.privateKey));
const std = (more: object = {}) => ({ alg: "EdDSA", typ: "JWT", kid: "k1", ...more });
const parts = () => gate.token().split(".") as [string, string, string];
const publicPem = () => key.publicKey.export({ type: "spki", format: "pem" }).toString();
const jwkOf = (one: TestKey) => one.publicKey.export({ format: "jwk" });
const hs256 = (secret: string | Buffer) =>
  raw(std({ alg: "HS256" }), claims(), (text) => createHmac("sha256", secret).update(text).digest());
const byStranger = (header: Record<string, unknown>) => gate.token({}, header, stranger);
const swapLast = (text: string) => text.slice(0, -1) + (text.endsWith("A") ? "B" : "A");

const forged: Record<string, () => string> = {
  "alg none, no signature": () => `${b64({ alg: "none", typ: "JWT", kid: "k1" })}.${b64(claims())}.`,
  "alg None, some signature": () => `${b64({ alg: "None", typ: "JWT", kid: "k1" })}.${parts()[1]}.${parts()[2]}`,
  "alg missing": () => byOwnKey({ typ: "JWT", kid: "k1" }),
  "alg in lower case": () => byOwnKey(std({ alg: "eddsa" })),
  "alg as a list": () => byOwnKey(std({ alg: ["EdDSA"] })),
  "HS256 keyed by the public key in PEM": () => hs256(publicPem()),
  "HS256 keyed by the public key in DER": () => hs256(key.publicKey.export({ type: "spki", format: "der" })),
  "HS256 keyed by the JWK's x": () => hs256(Buffer.from(jwkOf(key).x ?? "", "base64url")),
  "HS256 with the empty secret": () => hs256(""),
  "RS256 by a key of one's own": () =>
    raw(std({ alg: "RS256" }), claims(), (text) => sign("sha256", Buffer.from(text), rsa.privateKey)),
  "ES256 by a key of one's own": () =>
    raw(std({ alg: "ES256" }), claims(), (text) =>
      sign("sha256", Buffer.from(text), { key: ec.privateKey, dsaEncoding: "ieee-p1363" }),
    ),
  "EdDSA said, ECDSA done": () =>
    raw(std(), claims(), (text) =>
      sign("sha256", Buffer.from(text), { key: ec.privateKey, dsaEncoding: "ieee-p1363" }),
    ),
  "ES256 header over a good EdDSA signature": () => byOwnKey(std({ alg: "ES256" })),
  "a stranger's key under a known name": () => byStranger({}),
  "a known key under another's name": () => byOwnKey(std({ kid: "k2" })),
  "kid unknown": () => byOwnKey(std({ kid: "k9" })),
  "kid missing": () => byOwnKey({ alg: "EdDSA", typ: "JWT" }),
  "kid empty": () => byOwnKey(std({ kid: "" })),
  "kid a path": () => byStranger({ kid: "../../../../dev/null" }),
  "kid an SQL fragment": () => byStranger({ kid: "k1' union select 'x' --" }),
  "kid a URL": () => byStranger({ kid: "https://evil.example/key.json" }),
  "kid of the prototype": () => byStranger({ kid: "__proto__" }),
  "kid a number": () => byStranger({ kid: 0 }),
  "kid a list": () => byStranger({ kid: ["k1"] }),
  "jku header": () => byStranger({ jku: "https://evil.example/jwks" }),
  "jwk header": () => byStranger({ jwk: jwkOf(stranger) }),
  "x5u header": () => byStranger({ x5u: "https://evil.example/cert" }),
  "x5c header": () => byStranger({ x5c: [b64("certificate")] }),
  "jwk header beside a good signature": () => byOwnKey(std({ jwk: jwkOf(key) })),
  "crit header": () => byOwnKey(std({ crit: ["exp"] })),
  "b64 false": () => byOwnKey(std({ b64: false })),
  "typ of another kind": () => byOwnKey(std({ typ: "logout+jwt" })),
  "typ missing": () => byOwnKey({ alg: "EdDSA", kid: "k1" }),
  "issuer of another": () => gate.token({ iss: "evil" }),
  "issuer missing": () => gate.token({ iss: undefined }),
  "audience of another": () => gate.token({ aud: "other" }),
  "audience missing": () => gate.token({ aud: undefined }),
  "audience of several": () => gate.token({ aud: ["skein", "other"] }),
  "nbf two minutes ahead": () => gate.token({ nbf: seconds() + 120 }),
  "iat two minutes ahead": () => gate.token({ iat: seconds() + 120 }),
  "iat missing": () => gate.token({ iat: undefined }),
  "exp missing": () => gate.token({ exp: undefined }),
  "exp a text": () => gate.token({ exp: String(seconds() + 900) }),
  "exp endless": () => gate.token({ exp: 1e300 }),
  "exp before iat": () => gate.token({ iat: seconds(), exp: seconds() - 1 }),
  "sub missing": () => gate.token({ sub: undefined }),
  "sub an object": () => gate.token({ sub: { id: ACCOUNT } }),
  "sub with a line break": () => gate.token({ sub: `${ACCOUNT}\nadmin` }),
  "sid missing": () => gate.token({ sid: undefined }),
  "claims a list": () => byOwnKey(std(), [claims()]),
  "claims no JSON": () => byOwnKey(std(), "{"),
  "claims exchanged": () =>
    `${parts()[0]}.${b64(claims({ sub: "01920000-0000-7000-8000-000000000002" }))}.${parts()[2]}`,
  "signature cut": () => gate.token().slice(0, -10),
  "signature missing": () => parts().slice(0, 2).join("."),
  "signature changed": () => swapLast(gate.token()),
  "signature with junk after it": () => `${gate.token()}AAAA`,
  "signature with padding": () => `${gate.token()}==`,
  "a fourth part": () => `${gate.token()}.${parts()[2]}`,
  "the body twice": () => `${parts()[0]}.${parts()[1]}.${parts()[1]}.${parts()[2]}`,
  "two tokens joined": () => gate.token() + gate.token(),
  "all parts empty": () => "..",
  oversized: () => gate.token({ filler: "x".repeat(5_000) }),
  "JWE with five parts": () => `${parts().join(".")}.AAAA.AAAA`,
  "app token of nobody": () => `ska_${"0".repeat(32)}.0.${"A".repeat(43)}`,
  "app token cut": () => "ska_0000",
  "app token holding an access token": () => `ska_${gate.token()}`,
  "refresh token": () => `skr_${"0".repeat(32)}.0.${"A".repeat(43)}`,
};

test.each(Object.entries(forged))("refused: %s", async (_, forge) => {
  const before = gate.staged.calls.length;
  // A method that needs nobody: a bad token is refused even so, never taken for none.
  for (const method of ["IdentityService/GetMe", "IdentityService/GetProfile", "SessionService/CreateSession"]) {
    const response = await call(method, { authorization: `Bearer ${forge()}` });
    expect([response.status, reasonOf(await response.json())]).toEqual([401, "TOKEN_INVALID"]);
    expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
  }
  expect(gate.staged.calls.length).toBe(before);
});

test("there are more than thirty of them", () => {
  expect(Object.keys(forged).length).toBeGreaterThan(30);
});

test.each([
  ["another scheme", "Basic YTpi"],
  ["no token", "Bearer"],
  ["an empty header", ""],
  ["two tokens", "Bearer a.b.c, Bearer d.e.f"],
  ["a token without its scheme", "a.b.c"],
])("refused: an Authorization header with %s", async (_, authorization) => {
  const response = await call("IdentityService/GetProfile", { authorization });
  expect([response.status, reasonOf(await response.json())]).toEqual([401, "TOKEN_INVALID"]);
});

test("a token that has expired says so, to the second", async () => {
  const gone = await call("IdentityService/GetMe", {
    authorization: `Bearer ${gate.token({ iat: seconds() - 900, exp: seconds() })}`,
  });
  expect([gone.status, reasonOf(await gone.json())]).toEqual([401, "TOKEN_EXPIRED"]);
});

test("clocks may differ by a minute", async () => {
  const token = gate.token({ iat: seconds() + 55, nbf: seconds() + 55 });
  expect((await call("IdentityService/GetMe", { authorization: `Bearer ${token}` })).status).toBe(200);
});

test("the signature of the good token is what makes it good", async () => {
  expect((await call("IdentityService/GetMe", { authorization: `Bearer ${gate.token()}` })).status).toBe(200);
  expect(
    (await call("IdentityService/GetMe", { authorization: `bearer ${gate.token({ roles: ["admin", "king"] })}` }))
      .status,
  ).toBe(200);
});

const call = (method: string, headers: Record<string, string>) =>
  fetch(`${gate.url}/skein.identity.v1.${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: "{}",
  });

interface ErrorBody {
  details?: { type: string; debug?: { reason?: string } }[];
}
const reasonOf = (body: unknown) =>
  (body as ErrorBody).details?.find(({ type }) => type === "skein.common.v1.Failure")?.debug?.reason;
