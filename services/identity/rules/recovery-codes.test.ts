import { expect, test } from "vitest";
import { realLent } from "#mesh/lent.ts";
import { makeRecoveryCodes, plainRecoveryCode } from "./recovery-codes.ts";

test("there are ten different codes of two groups of five", () => {
  const codes = makeRecoveryCodes(realLent().chance);
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) expect(code).toMatch(/^[A-Z2-7]{5}-[A-Z2-7]{5}$/);
});

test("every letter of the alphabet comes up about equally often", () => {
  const letters = makeRecoveryCodes(realLent().chance, 3_200).join("").replaceAll("-", "");
  const counts = new Map<string, number>();
  for (const letter of letters) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  expect(counts.size).toBe(32);
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(250);
});

test.each([
  ["k3vqa-7tb2m", "K3VQA7TB2M"],
  [" K3VQA 7TB2M ", "K3VQA7TB2M"],
  ["K3VQO-7TBIM", "K3VQO7TBIM"],
  ["K3VQ0-7T81M", "K3VQO7TBIM"],
  ["K3VQA-7TB2", undefined],
  ["123456", undefined],
  ["K3VQA-7TB2M-X", undefined],
])("%j typed in is read as %j", (typed, plain) => {
  expect(plainRecoveryCode(typed)).toBe(plain);
});
