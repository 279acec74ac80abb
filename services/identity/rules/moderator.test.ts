import { expect, test } from "vitest";
import type { RoleRow } from "../store/roles.ts";
import { moderated } from "./moderator.ts";

const row = (id: string, ...roles: RoleRow["roles"]): RoleRow => ({ id, state: "ACTIVE", roles });
const rows = [row("ann"), row("bob"), row("mo", "MODERATOR"), row("mia", "MODERATOR"), row("root", "ADMIN")];

test.each([
  ["mo", "ann", "ann"],
  ["root", "ann", "ann"],
  ["root", "mo", "mo"],
  ["mo", "mia", "ROLE_MISSING ADMIN"],
  ["mo", "root", "ROLE_MISSING ADMIN"],
  ["mo", "mo", "ROLE_MISSING ADMIN"],
  ["ann", "bob", "ROLE_MISSING MODERATOR"],
  ["gone", "bob", "ROLE_MISSING MODERATOR"],
  ["mo", "gone", "ACCOUNT_NOT_FOUND "],
])("%s about %s: %s", (caller, accountId, outcome) => {
  let said: string;
  try {
    said = moderated(rows, caller, accountId).id;
  } catch (thrown) {
    const { reason, more } = thrown as { reason: string; more: { facts?: { roles?: string } } };
    said = `${reason} ${more.facts?.roles ?? ""}`;
  }
  expect(said).toBe(outcome);
});
