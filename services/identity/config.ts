import { duration, int, text, url } from "#mesh/config.ts";

/** What an operator may set about identity. */
export const config = {
  issuer: text("IDENTITY_ISSUER", "skein", { about: "Issuer and audience of access tokens" }),
  accessTtl: duration("IDENTITY_ACCESS_TTL", "15m", { about: "Life of an access token" }),
  refreshTtl: duration("IDENTITY_REFRESH_TTL", "30d", { about: "Life of a session that is not used" }),
  refreshGrace: duration("IDENTITY_REFRESH_GRACE", "10s", {
    about: "A second use of a refresh token within this time revokes nothing",
  }),
  keyRotation: duration("IDENTITY_KEY_ROTATION", "30d", { about: "How long a signing key signs" }),
  erasureDelay: duration("IDENTITY_ERASURE_DELAY", "30d", {
    about: "From deletion to erasure; the owner may cancel meanwhile",
  }),
  handleCooldown: duration("IDENTITY_HANDLE_COOLDOWN", "14d", { about: "Between two changes of handle" }),
  handleRedirect: duration("IDENTITY_HANDLE_REDIRECT", "90d", {
    about: "How long a former handle leads to the account",
  }),
  profileCache: duration("IDENTITY_PROFILE_CACHE", "10m", { about: "How long a profile stays cached" }),
  hashSlots: int("IDENTITY_HASH_SLOTS", 2, { min: 1, max: 64, about: "Passwords hashed at once; one per core" }),
  hashQueue: int("IDENTITY_HASH_QUEUE", 64, {
    min: 0,
    max: 10_000,
    about: "Sign-ins that may wait for a slot before more are refused",
  }),
  guesses: int("IDENTITY_GUESSES", 10, { min: 1, max: 1000, about: "Wrong passwords per account in 15 minutes" }),
  smtpUrl: url("IDENTITY_SMTP_URL", null, {
    about: "SMTP server for mail, smtp://user:password@host:587; absent writes mail to files",
    schemes: ["smtp:", "smtps:"],
  }),
  mailFrom: text("IDENTITY_MAIL_FROM", "Skein <no-reply@localhost>", { about: "Sender of mail" }),
  mailFolder: text("IDENTITY_MAIL_FOLDER", "", {
    about: "Where mail is written without SMTP; empty means SKEIN_HOME/mail",
  }),
  home: text("SKEIN_HOME", ".skein", { about: "Where data, keys and mail of a local installation live" }),
  publicUrl: text("IDENTITY_PUBLIC_URL", "http://localhost:7700", { about: "Where links in mail lead" }),
};
