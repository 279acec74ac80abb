import { expect, test } from "vitest";
import { type Letter, writeLetter } from "./mail-templates.ts";

const token = "sko_0123.0.abc";
const handle = "ann";
const letters: Letter[] = [
  { template: "verify-email", params: { handle, token } },
  { template: "reset-password", params: { handle, token } },
  { template: "change-email", params: { handle, token } },
  { template: "address-taken", params: { handle } },
  { template: "email-change-requested", params: { handle, newEmail: "new@example.org" } },
  { template: "email-changed", params: { handle, newEmail: "new@example.org" } },
  { template: "password-changed", params: { handle } },
  { template: "second-factor-on", params: { handle } },
  { template: "second-factor-off", params: { handle } },
  { template: "recovery-codes-replaced", params: { handle } },
  { template: "deletion", params: { handle, token, erasureAt: "2026-12-21T00:00:00.000Z" } },
  { template: "refresh-reused", params: { handle, deviceName: "Firefox" } },
];

test.each(letters)("$template says who is meant, why it came and what to do if that was not you", (letter) => {
  const { subject, text } = writeLetter(letter, "https://skein.example/");
  expect(subject).toMatch(/^[A-Z][ -~]{8,60}$/);
  expect(text).toMatch(/^Hello @ann,\n\n[a-z]/);
  expect(text).toMatch(/\bif (it|that) was not you|if you did not ask|if you have no account/i);
  expect(text).toContain("\n\nSkein\nhttps://skein.example\n");
  expect(text).not.toMatch(/undefined|\[object|example\/\//);
});

test.each(letters.filter(({ params }) => "token" in params))(
  "$template has its token as a link, behind the #, and for pasting",
  (letter) => {
    const { subject, text } = writeLetter(letter, "https://skein.example");
    expect(text).toMatch(/https:\/\/skein\.example\/[a-z-]+#sko_0123\.0\.abc\n/);
    expect(text.split("\n").filter((line) => line.trim() === token)).toHaveLength(1);
    expect(subject).not.toContain(token);
  },
);

test("a deletion names the day of erasure, a change of address the new one", () => {
  const write = (template: string) =>
    writeLetter(letters.find((one) => one.template === template) as Letter, "https://skein.example").text;
  expect(write("deletion")).toContain("2026-12-21");
  expect(write("email-changed")).toContain("new@example.org");
  expect(write("refresh-reused")).toContain('"Firefox"');
});
