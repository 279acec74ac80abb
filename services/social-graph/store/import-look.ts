import type { GraphRow } from "#gen/skein/graph/v1/archive_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { type Context, callerOf } from "#mesh/context.ts";
import type { Deps } from "../deps.ts";
import { type Unread, type Wish, wishOf } from "../rules/archive-row.ts";
import { type Outcome, planImport, type Row, type Target } from "../rules/import-plan.ts";
import { allowanceOf } from "./allowance.ts";
import { accountsNamed } from "./archive.ts";
import { heldLists } from "./list-archive.ts";
import { type Seen, visibleAccounts } from "./visible-accounts.ts";

/** A row of an import and what it would come to; without `row` it could not even be read. */
export interface Looked {
  readonly row: Row | undefined;
  readonly outcome: Outcome;
}

/** Says what each row would come to now, all of them together: four statements, and nothing is changed. */
export async function lookAt(deps: Deps, ctx: Context, rows: readonly GraphRow[]): Promise<Looked[]> {
  const wishes = rows.map((row) => wishOf(row, ctx.now));
  const targets = await targetsOf(deps, ctx, wishes.filter(isRead));
  const readable = wishes.map((wish) => (isRead(wish) ? { wish, target: targets(wish) } : undefined));
  const planned = planImport(
    readable.filter((row) => row !== undefined),
    await before(deps, callerOf(ctx), readable),
  );
  let next = 0;
  return wishes.map((wish, at): Looked => {
    const row = readable[at];
    const outcome = isRead(wish) ? planned[next++] : { failed: wish };
    return { row, outcome: outcome ?? { failed: "ROW_INVALID" } };
  });
}

const isRead = (wish: Wish | Unread): wish is Wish => typeof wish === "object";

/** Whom rows are about: the id counts, and the handle where nobody here has the id. Who hides from the caller is nobody. */
async function targetsOf(deps: Deps, ctx: Context, wishes: readonly Wish[]): Promise<(wish: Wish) => Row["target"]> {
  const of = (name: "accountId" | "handle") => [...new Set(wishes.flatMap((wish) => wish[name] || []))];
  const { ids, byHandle } = await accountsNamed(deps.db.query, of("accountId"), of("handle"));
  const seen = await visibleAccounts(deps, ctx, Surface.SELF, [...new Set([...ids, ...byHandle.values()])]);
  return ({ accountId, handle }) => {
    if (accountId === "" && handle === "") return "NOBODY";
    const account = seen.get(ids.has(accountId) ? accountId : (byHandle.get(handle) ?? ""));
    return account && targetOf(account);
  };
}

const targetOf = ({ accountId: id, relation, edge, mutedAt }: Seen): Target => ({
  ...{ id, locked: relation.locked, blocking: relation.blocking },
  ...{ following: edge !== undefined, muting: mutedAt !== undefined },
});

async function before({ db, config }: Deps, importer: string, rows: readonly (Row | undefined)[]) {
  const listed = rows.filter((row) => row?.wish.kind === "list");
  const members = listed.flatMap((row) => (typeof row?.target === "object" ? row.target.id : []));
  const lists = listed.length > 0 ? await heldLists(db.query, importer, [...new Set(members)]) : [];
  const allowance = await allowanceOf(db.query, config, importer);
  const left = { ...allowance, lists: Math.max(0, config.mostLists - lists.length) };
  return { importer, lists, left, mostMembers: config.mostListMembers };
}
