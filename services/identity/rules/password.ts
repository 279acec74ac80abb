import { failure } from "../failures.ts";

/** What a guesser tries first: words that stay weak with a few digits or signs behind them. */
const WORDS = new Set(
  `abcd abcdef abcdefgh abc access admin administrator amanda angel anthony asdf asdfgh asdfghjk asdfghjkl ashley baseball
  batman buster changeme charlie cheese chocolate computer daniel default donald dragon family flower football freedom
  fuckyou george ginger guest hannah harley hello hockey hunter hunter2 iloveyou internet jennifer jessica jordan joshua
  justin killer letmein liverpool login lovely loveme maggie master matrix matthew merlin michael michelle mustang nicole
  ninja pass passw0rd password passwort pepper princess purple qazwsx qwer qwert qwerty qwertyui qwertyuiop ranger robert
  samsung secret security shadow skein soccer solo starwars summer sunshine superman taylor test testing thomas tigger
  thunder trustno trustnoone user welcome whatever winter yellow zaq zxcvbn zxcvbnm`.split(/\s+/),
);
/** Weak by what is in them although they do not end in digits. */
const WHOLE = new Set(
  `1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 q1w2e3r4 q1w2e3r4t5 a1b2c3d4 abc12345 abcd1234 zaq12wsx qwe123qwe 123qweasd
  1234qwer p@ssw0rd p@ssword pa$$w0rd passw0rd! monkey123 0987654321 9876543210 98765432 87654321 1123581321 31415926
  11223344 12341234 12121212 123123123 147258369 159357456 789456123 741852963 987654321`.split(/\s+/),
);
const RISING = "01234567890123456789";
/** A longer tail behind a common word is no longer among the first guesses. */
const LONGEST_VARIANT = 12;

/** Whether a password is among the first that anybody would try for this account. */
export function isWeakPassword(password: string, { handle, email }: { handle: string; email: string }): boolean {
  const plain = password.toLowerCase();
  const bare = plain.trim();
  const [mailbox = ""] = email.toLowerCase().split("@");
  const stem = plain.replace(/[^a-z]+$/, "");
  return (
    new Set(bare).size < 3 || // whitespace alone, one or two characters over and over
    [handle.toLowerCase(), email.toLowerCase(), mailbox].includes(bare) ||
    RISING.includes(bare) ||
    WHOLE.has(bare) ||
    (plain.length <= LONGEST_VARIANT && WORDS.has(stem)) ||
    (plain.length % 2 === 0 &&
      WORDS.has(plain.slice(0, plain.length / 2)) &&
      plain.endsWith(plain.slice(0, plain.length / 2)))
  );
}

/** Refuses a password that is among the first that anybody would try; `field` is where the caller wrote it. */
export function refuseWeakPassword(
  password: string,
  owner: { handle: string; email: string },
  field = "password",
): void {
  if (isWeakPassword(password, owner))
    throw failure("PASSWORD_TOO_WEAK", { facts: { field }, fields: { [field]: "is too easy to guess" } });
}
