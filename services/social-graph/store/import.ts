import type { Tx } from "#mesh/store/commit.ts";
import type { Deps } from "../deps.ts";
import type { Wish } from "../rules/archive-row.ts";
import type { Outcome, Row } from "../rules/import-plan.ts";
import { addBlocks } from "./add-blocks.ts";
import { addFollows } from "./add-follows.ts";
import { addMutes } from "./add-mutes.ts";
import { addListRows } from "./list-archive.ts";

/** A row that is to be brought in, for an account that is known. */
interface Bring<K extends Wish["kind"]> {
  readonly wish: Extract<Wish, { kind: K }>;
  readonly id: string;
}

/**
 * Brings in rows that were found good, one statement for each kind. Returns what became of each: a row that somebody else
 * forestalled between the look and the write is undefined.
 */
export async function bringIn(
  tx: Tx,
  { ids }: Pick<Deps, "ids">,
  importer: string,
  rows: readonly Row[],
  now: Date,
): Promise<(Outcome | undefined)[]> {
  const of = <K extends Wish["kind"]>(kind: K) =>
    rows.flatMap(({ wish, target }): Bring<K>[] => {
      if (wish.kind !== kind) return [];
      return [{ wish: wish as Bring<K>["wish"], id: typeof target === "object" ? target.id : "" }];
    });
  const [blocks, mutes, follows, lists] = [of("block"), of("mute"), of("follow"), of("list")];
  const blocked = await some(blocks, (all) =>
    addBlocks(
      tx,
      importer,
      all.map(({ wish, id }) => ({ blockedId: id, blockedAt: wish.at })),
      now,
    ),
  );
  const muted = await some(mutes, (all) =>
    addMutes(
      tx,
      importer,
      all.map(({ wish: { scopes, expiresAt, at }, id }) => ({ mutedId: id, scopes, expiresAt, mutedAt: at })),
      now,
    ),
  );
  const followed = await some(follows, (all) =>
    addFollows(
      tx,
      importer,
      all.map(({ wish: { at, ...flags }, id }) => ({ ...flags, followeeId: id, followedAt: at })),
      now,
    ),
  );
  const listed = await some(lists, (all) =>
    addListRows(
      tx,
      importer,
      all.map(({ wish, id }) => ({ ...wish, id: ids.next(), accountId: id || undefined })),
      now,
    ),
  );
  return rows.map(({ wish, target }): Outcome | undefined => {
    const id = typeof target === "object" ? target.id : "";
    if (wish.kind === "block") return blocked?.has(id) ? "DONE" : undefined;
    if (wish.kind === "mute") return muted?.has(id) ? "DONE" : undefined;
    if (wish.kind === "list") return listed?.has(id ? `${wish.title} ${id}` : wish.title) ? "DONE" : undefined;
    const state = followed?.get(id);
    return state && (state === "PENDING" ? "REQUESTED" : "DONE");
  });
}

const some = async <T, R>(all: readonly T[], act: (all: readonly T[]) => Promise<R>): Promise<R | undefined> =>
  all.length > 0 ? act(all) : undefined;
