/** What each letter needs to be written. */
export interface LetterParams {
  /** Proves the address of an account. */
  "verify-email": { handle: string; token: string };
  /** Lets a new password be set. */
  "reset-password": { handle: string; token: string };
  /** To the new address: completes the change. */
  "change-email": { handle: string; token: string };
  /** To the owner of an address that somebody else wanted. */
  "address-taken": { handle: string };
  /** To the old address: a change was asked for. */
  "email-change-requested": { handle: string; newEmail: string };
  /** To the old address: the change is done. */
  "email-changed": { handle: string; newEmail: string };
  "password-changed": { handle: string };
  "second-factor-on": { handle: string };
  "second-factor-off": { handle: string };
  "recovery-codes-replaced": { handle: string };
  /** Holds the token by which the deletion can be cancelled; erasureAt is an ISO date. */
  deletion: { handle: string; token: string; erasureAt: string };
  /** A refresh token was used twice, so the session was ended. */
  "refresh-reused": { handle: string; deviceName: string };
}

/** A letter by name, with exactly what it needs. */
export type Letter = {
  [T in keyof LetterParams]: { readonly template: T; readonly params: LetterParams[T] };
}[keyof LetterParams];

/** A mail as people read it. */
export interface Written {
  readonly subject: string;
  readonly text: string;
}

/** Writes a letter out. Links carry tokens behind the #, where no server and no log sees them. */
export function writeLetter({ template, params }: Letter, publicUrl: string): Written {
  const site = publicUrl.replace(/\/+$/, "");
  const write = LETTERS[template] as (params: Letter["params"], site: string) => readonly [string, readonly string[]];
  const [subject, paragraphs] = write(params, site);
  const text = [`Hello @${params.handle},`, ...paragraphs, `Skein\n${site}`].join("\n\n");
  return { subject, text: `${text}\n` };
}

const link = (site: string, page: string, token: string) => `    ${site}/${page}#${token}`;
const orPaste = (token: string) =>
  `If the link does not open, paste this token where you are asked for it:\n\n    ${token}`;
const secure = (site: string) =>
  `If that was not you, somebody may know your password. Set a new one now, which signs out every device:\n\n    ${site}/reset-password`;

const LETTERS: {
  [T in keyof LetterParams]: (params: LetterParams[T], site: string) => readonly [string, readonly string[]];
} = {
  "verify-email": ({ token }, site) => [
    "Confirm your address",
    [
      "you get this mail because this address was given for your account. Please confirm that it is yours, within 24 hours:",
      link(site, "verify-email", token),
      orPaste(token),
      "If you have no account here, somebody mistyped an address. Do nothing: without the confirmation it is not used.",
    ],
  ],
  "reset-password": ({ token }, site) => [
    "Set a new password",
    [
      "you get this mail because a new password was asked for your account. You can set it within one hour, once:",
      link(site, "reset-password", token),
      orPaste(token),
      "Every device will be signed out. If you did not ask for this, do nothing: your password stays as it is. Give the token to nobody, also not to us.",
    ],
  ],
  "change-email": ({ token }, site) => [
    "Confirm your new address",
    [
      "you get this mail because this is to become the address of your account. Please confirm it within 24 hours; until then the old one stays:",
      link(site, "verify-email", token),
      orPaste(token),
      "If you did not ask for this, do nothing: nothing changes.",
    ],
  ],
  "address-taken": (_, site) => [
    "Somebody entered your address",
    [
      "somebody tried to make this the address of another account. It is yours, so nothing was changed and they were not told.",
      `If that was you, sign in to this account instead, or set a new password for it:\n\n    ${site}/reset-password`,
      "If it was not you, there is nothing to do.",
    ],
  ],
  "email-change-requested": ({ newEmail }, site) => [
    "A new address for your account",
    [
      `somebody who knows your password asked to change the address of your account to ${newEmail}. It changes as soon as that address is confirmed.`,
      `If that was you, confirm it in the mail that we sent there. ${secure(site)}`,
      "A new password also stops the change of address.",
    ],
  ],
  "email-changed": ({ newEmail }, site) => [
    "The address of your account was changed",
    [
      `the address of your account is now ${newEmail}. This is the last mail to the old one.`,
      `If that was not you, change the password at once from a device that is still signed in, then change the address back. If there is none, write to whoever runs ${site}.`,
    ],
  ],
  "password-changed": (_, site) => [
    "Your password was changed",
    [
      "the password of your account was changed. Other devices were signed out, and app tokens were revoked.",
      secure(site),
    ],
  ],
  "second-factor-on": (_, site) => [
    "Second factor switched on",
    [
      "from now on a code is needed beside your password. Keep the recovery codes where you find them without your phone.",
      secure(site),
    ],
  ],
  "second-factor-off": (_, site) => [
    "Second factor switched off",
    ["from now on your password alone is enough to sign in. The recovery codes are void.", secure(site)],
  ],
  "recovery-codes-replaced": (_, site) => [
    "New recovery codes",
    ["the recovery codes of your account were replaced. The former ones are void.", secure(site)],
  ],
  deletion: ({ token, erasureAt }, site) => [
    "Your account is being deleted",
    [
      `as you asked, your account is hidden and signed out everywhere. Everything in it will be erased on ${erasureAt.slice(0, 10)}, for good.`,
      "Until then you can change your mind. This brings it back as it was:",
      link(site, "cancel-deletion", token),
      orPaste(token),
      "If you did not ask for this, use the link at once, then set a new password.",
    ],
  ],
  "refresh-reused": ({ deviceName }, site) => [
    "A session was ended",
    [
      `the session${deviceName ? ` on "${deviceName}"` : ""} was ended, because its key was used a second time. A copy of it may be in somebody else's hands, or a program of yours went wrong.`,
      `Please sign in again. ${secure(site)}`,
    ],
  ],
};
