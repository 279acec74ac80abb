import { expect, test } from "vitest";
import { base32, otpauthUri, stepOf, totpAt, verifyTotp } from "./totp.ts";

const secret = Buffer.from("12345678901234567890");
const at = (seconds: number) => new Date(seconds * 1000);

// RFC 6238, appendix B, SHA-1: eight digits there, of which an app shows the last six.
test.each([
  [59, "94287082"],
  [1_111_111_109, "07081804"],
  [1_111_111_111, "14050471"],
  [1_234_567_890, "89005924"],
  [2_000_000_000, "69279037"],
  [20_000_000_000, "65353130"],
])("the code at second %d ends as RFC 6238 says", (seconds, code) => {
  expect(totpAt(secret, stepOf(at(seconds)))).toBe(code.slice(2));
  expect(verifyTotp(secret, code.slice(2), at(seconds), 0)).toBe(stepOf(at(seconds)));
});

test("a code is taken one step early and one step late, and not two", () => {
  const now = at(1_234_567_890);
  const step = stepOf(now);
  const accepted = [-2, -1, 0, 1, 2].map((off) => verifyTotp(secret, totpAt(secret, step + off), now, 0));
  expect(accepted).toEqual([undefined, step - 1, step, step + 1, undefined]);
});

test("a code is refused once its step or a later one was used", () => {
  const now = at(1_234_567_890);
  const step = stepOf(now);
  expect(verifyTotp(secret, totpAt(secret, step), now, step)).toBeUndefined();
  expect(verifyTotp(secret, totpAt(secret, step - 1), now, step)).toBeUndefined();
  expect(verifyTotp(secret, totpAt(secret, step + 1), now, step)).toBe(step + 1);
});

test.each(["", "12345", "1234567", "12345a", "１２３４５６", "-12345"])("%j is no code", (code) => {
  expect(verifyTotp(secret, code, at(59), 0)).toBeUndefined();
});

test("spaces in a code do not matter", () => {
  expect(verifyTotp(secret, "287 082", at(59), 0)).toBe(1);
});

// RFC 4648, section 10, without padding.
test.each([
  ["", ""],
  ["f", "MY"],
  ["fo", "MZXQ"],
  ["foo", "MZXW6"],
  ["foob", "MZXW6YQ"],
  ["fooba", "MZXW6YTB"],
  ["foobar", "MZXW6YTBOI"],
])("%j in base32 is %j", (text, wanted) => {
  expect(base32(Buffer.from(text))).toBe(wanted);
});

test("the URI for authenticator apps names issuer, account and parameters", () => {
  const uri = new URL(otpauthUri({ issuer: "Our Skein", account: "ann", secret }));
  expect(uri.href).toMatch(/^otpauth:\/\/totp\/Our%20Skein:ann\?/);
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    ...{
      secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
      issuer: "Our Skein",
      algorithm: "SHA1",
      digits: "6",
      period: "30",
    },
  });
});
