import { meshFailure } from "../failure.ts";

const AWAY = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOTFOUND",
  "57P01",
  "57P02",
  "57P03",
  "53300",
  "53100",
  "53200",
  "25P03",
]);

/** Whether a transaction lost a race that it may win the next time. */
export const lostRace = (error: unknown): boolean => ["40001", "40P01"].includes(codeOf(error));

/** Whether the server itself said no to a statement: then nothing of it was done. */
export const refused = (error: unknown): boolean => {
  const code = codeOf(error);
  return /^[0-9A-Z]{5}$/.test(code) && !AWAY.has(code) && !code.startsWith("08");
};

/** Tells an absent or exhausted server from a bug; everything else stays what it is. */
export function translate(error: unknown): unknown {
  const code = codeOf(error);
  if (code === "55P03") return meshFailure("TOO_BUSY", { cause: error, retryAfterMs: 1_000 });
  const away =
    AWAY.has(code) ||
    code.startsWith("08") ||
    /timeout exceeded when trying to connect|Connection terminated|is not queryable/.test(String(error));
  return away ? meshFailure("DATABASE_UNAVAILABLE", { cause: error, retryAfterMs: 1_000 }) : error;
}

function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  return "cause" in error ? codeOf(error.cause) : "";
}
