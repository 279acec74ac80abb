import { expect, test } from "vitest";
import { isWeakPassword } from "./password.ts";

const owner = { handle: "Ann_Lee", email: "ann.lee@Example.org" };

test.each([
  ...["password", "Password1", "PASSWORD123!", "passw0rd", "qwertyuiop", "iloveyou2", "letmein!!", "12345678"],
  ...["1234567890", "11111111", "aaaaaaaaaa", "abababab", "        ", "1q2w3e4r", "p@ssw0rd", "dragondragon"],
  ...["ann_lee", "ANN.LEE@example.org", "ann.lee", " ann_lee "],
])("%j is among the first guesses", (password) => {
  expect(isWeakPassword(password, owner)).toBe(true);
});

test.each([
  ...[
    "correct horse battery staple",
    "dragon-2-lair-Wyrm",
    "ann_lee's own secret",
    "tr0ub4dor&3",
    "пароль которого нет",
  ],
  ...["password that goes on", "xK9#mQ2$"],
])("%j may be a password", (password) => {
  expect(isWeakPassword(password, owner)).toBe(false);
});
