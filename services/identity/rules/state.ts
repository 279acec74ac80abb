import { failure } from "../failures.ts";
import type { AccountRow } from "../store/accounts.ts";

type State = AccountRow["state"];

/** The account, if there is one and its state allows what is asked; tokens may be a little older than the state. */
export function inState(row: AccountRow | undefined, ...allowed: readonly State[]): AccountRow {
  if (!row) throw failure("ACCOUNT_NOT_FOUND");
  if (!allowed.includes(row.state)) throw failure("STATE_FORBIDS", { facts: { state: row.state } });
  return row;
}
