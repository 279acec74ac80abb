import { plainHandle } from "./handle.ts";

/** What somebody signs in with; one of the two is empty. */
export interface Login {
  readonly handle: string;
  readonly email: string;
}

/** Reads a login as handle or address, as they are claimed; what can be neither is nobody's. */
export function readLogin(given: string): Login {
  const text = given.trim();
  const handle = plainHandle(text);
  if (/^[a-z0-9_]{2,30}$/.test(handle)) return { handle, email: "" };
  // Control characters stand in no address, and PostgreSQL takes no NUL.
  return { handle: "", email: /^[^@\p{Cc}]+@[^@\p{Cc}]+$/u.test(text) ? text.toLowerCase() : "" };
}
