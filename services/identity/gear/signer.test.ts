import { createHmac, generateKeyPairSync } from "node:crypto";
import { createLocalJWKSet, jwtVerify, SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { newcomer, readJwt } from "../testing/tokens.ts";
import { createSigner, type Signer } from "./signer.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const deps = () => mesh.deps<Deps>("identity");
const jwks = async () => (await mesh.client(SessionService).getJwks({})).keys;
const sign = (signer: Signer) => {
  const issuedAt = mesh.clock.now();
  return signer.sign({
    accountId: "a",
    sessionId: "s",
    roles: ["admin"],
    suspended: false,
    issuedAt,
    expiresAt: new Date(issuedAt.getTime() + 900_000),
  });
};
/** The host may be at it by itself. */
const rotate = async () => {
  while (!(await mesh.runJob("identity", "rotate-keys")));
};
const DAY = 86_400_000;

test("many replicas that begin at once make one key that signs and one that waits", async () => {
  await deps().db.query(sql`delete from signing_key`);
  const replicas = Array.from({ length: 8 }, () => createSigner(deps(), deps().vault));
  const kids = await Promise.all(replicas.map(async (one) => readJwt(await sign(one)).kid));
  expect(new Set(kids).size).toBe(1);
  expect(await deps().db.query(sql`select 1 from signing_key`)).toHaveLength(2);
});

test("anybody can verify a token with the published keys, to the millisecond of its making", async () => {
  const { accountId, sessionId, accessToken } = await newcomer(mesh, "ann");
  const keys = await jwks();
  expect(keys).toHaveLength(2);
  const set = createLocalJWKSet({ keys: keys.map(({ $typeName, ...key }) => key) });
  const { payload } = await jwtVerify(accessToken, set, {
    issuer: "skein",
    audience: "skein",
    algorithms: ["EdDSA"],
    typ: "JWT",
  });
  expect(payload).toMatchObject({ sub: accountId, sid: sessionId, roles: [] });
  expect(payload.jti).toMatch(/^[0-9a-f-]{36}$/);
  expect(Math.abs((payload.iat ?? 0) * 1000 - mesh.clock.now().getTime())).toBeLessThan(5_000);
  const claims = await deps().signer.verify(accessToken, mesh.clock.now());
  expect(claims?.issuedAt.getTime()).toBe(Math.round((payload.iat ?? 0) * 1000));
});

test("a key is published long before it signs and stays until its last token is dead", async () => {
  const { signer } = deps();
  const before = await sign(signer);
  const [first, next] = await jwks();
  mesh.clock.advance(30 * DAY - 60_000);
  const last = await sign(signer);
  expect(readJwt(last).kid).toBe(first?.kid);
  mesh.clock.advance(120_000);
  const after = await sign(signer);
  expect(readJwt(after).kid).toBe(next?.kid);
  expect(await signer.verify(last, mesh.clock.now())).toMatchObject({ accountId: "a", roles: ["admin"] });
  expect(await signer.verify(before, mesh.clock.now())).toBeUndefined(); // expired, not forged
  await rotate();
  const rotated = (await jwks()).map(({ kid }) => kid);
  expect(rotated.slice(0, 2)).toEqual([first?.kid, next?.kid]);
  expect(rotated).toHaveLength(3);
  mesh.clock.advance(3_600_000);
  await rotate();
  expect((await jwks()).map(({ kid }) => kid)).toEqual(rotated.slice(1));
  expect(await deps().db.query(sql`select 1 from signing_key`)).toHaveLength(2);
});

test("keys cost a call no statement, and no private key lies in the database in the clear", async () => {
  await mesh.client(SessionService).getJwks({});
  const rows = await deps().db.query<{ row: string; sealed: Buffer }>(
    sql`select signing_key::text as row, sealed from signing_key`,
  );
  for (const { sealed } of rows) {
    expect(sealed).toHaveLength(12 + 16 + 32);
    expect(() => deps().vault.open("signing-key:another", sealed)).toThrow();
  }
});

test("no forged token is taken", async () => {
  const { signer } = deps();
  const good = await sign(signer);
  const { kid = "", iat = 0, exp = 0 } = readJwt(good);
  const [, body = "", signature = ""] = good.split(".");
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const [key] = await jwks();
  const hmac = (head: object) => {
    const text = `${part(head)}.${body}`;
    return `${text}.${createHmac("sha256", Buffer.from(key?.x ?? "", "base64url"))
      .update(text)
      .digest("base64url")}`;
  };
  const strange = generateKeyPairSync("ed25519").privateKey;
  const claims = { sid: "s", roles: [], sub: "a", iss: "skein", aud: "skein", iat, nbf: Math.floor(iat), exp };
  const other = (head: { kid?: string; typ?: string }, change: object = {}) =>
    new SignJWT({ ...claims, ...change }).setProtectedHeader({ alg: "EdDSA", kid, typ: "JWT", ...head }).sign(strange);
  const forged = [
    `${part({ alg: "none", typ: "JWT", kid })}.${body}.`,
    `${part({ alg: "none", typ: "JWT", kid })}.${body}.${signature}`,
    hmac({ alg: "HS256", typ: "JWT", kid }),
    hmac({ alg: "HS256", typ: "JWT" }),
    `${part({ alg: "EdDSA", typ: "JWT", kid: "../../etc/passwd" })}.${body}.${signature}`,
    `${part({ alg: "EdDSA", typ: "JWT", kid: "' or 1=1 --" })}.${body}.${signature}`,
    `${part({ alg: "EdDSA", typ: "JWT", kid, jku: "http://evil.example/keys" })}.${body}.${signature}`,
    `${part({ alg: "EdDSA", typ: "JWT", kid, crit: ["x"], x: 1 })}.${body}.${signature}`,
    await other({}),
    await other({ kid: "unknown" }),
    `${good.slice(0, good.lastIndexOf("."))}.`,
    `${good}A`,
    good.replace(/^[^.]+\./, ""),
    "",
    "..",
    "a.b.c",
  ];
  for (const token of forged) expect(await signer.verify(token, mesh.clock.now()), token).toBeUndefined();
});

test.each([
  ["another issuer", { iss: "other" }],
  ["another audience", { aud: "other" }],
  ["a time to come", { nbf: 60 }],
  ["a time that is over", { exp: -60 }],
  ["no subject", { sub: undefined }],
  ["no session", { sid: undefined }],
])("a well-signed token for %s is not taken", async (_, change) => {
  const { signer, db, vault } = deps();
  const kid = readJwt(await sign(signer)).kid ?? "";
  const [row] = await db.query<{ sealed: Buffer }>(sql`select sealed from signing_key where kid = ${kid}`);
  const seed = vault.open(`signing-key:${kid}`, row?.sealed ?? Buffer.alloc(0));
  const key = await crypto.subtle.importKey(
    "pkcs8",
    Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]),
    "Ed25519",
    false,
    ["sign"],
  );
  const now = Math.floor(mesh.clock.now().getTime() / 1000);
  const moved = Object.fromEntries(
    Object.entries(change).map(([name, value]) => [name, typeof value === "number" ? now + value : value]),
  );
  const make = (claims: object) =>
    new SignJWT({
      sid: "s",
      roles: [],
      sub: "a",
      iss: "skein",
      aud: "skein",
      iat: now,
      nbf: now,
      exp: now + 900,
      ...claims,
    })
      .setProtectedHeader({ alg: "EdDSA", kid, typ: "JWT" })
      .sign(key);
  expect(await signer.verify(await make({}), mesh.clock.now())).toMatchObject({ accountId: "a" });
  expect(await signer.verify(await make(moved), mesh.clock.now())).toBeUndefined();
});
