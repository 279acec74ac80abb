import type { Wish } from "./archive-row.ts";

/** What is known of an account that rows are about, and that the importer may know of. */
export interface Target {
  readonly id: string;
  readonly locked: boolean;
  readonly following: boolean;
  readonly blocking: boolean;
  readonly muting: boolean;
}

/** One of the importer's lists. */
export interface HeldList {
  readonly title: string;
  readonly size: number;
  readonly members: ReadonlySet<string>;
}

/** What is there before the import. */
export interface Before {
  readonly importer: string;
  readonly lists: readonly HeldList[];
  /** How many more of each kind there may be. */
  readonly left: { readonly follows: number; readonly blocks: number; readonly mutes: number; readonly lists: number };
  readonly mostMembers: number;
}

/** What a row comes to. */
export type Outcome = "DONE" | "REQUESTED" | "UNCHANGED" | { readonly failed: string };

/** A row that can be read, and whom it turned out to be about: nobody at all, or nobody whom the importer may know of. */
export interface Row {
  readonly wish: Wish;
  readonly target: Target | "NOBODY" | undefined;
}

const failed = (reason: string): Outcome => ({ failed: reason });

/**
 * Says for each row what it comes to, as if they were done one by one: blocks first, so that no row follows or lists
 * somebody whom another row blocks. Reads nothing and changes nothing.
 */
export function planImport(rows: readonly Row[], before: Before): Outcome[] {
  const state = stateOf(before);
  const outcomes: Outcome[] = Array.from({ length: rows.length });
  for (const kind of ["block", "mute", "follow", "list"] as const)
    rows.forEach((row, at) => {
      if (row.wish.kind === kind) outcomes[at] = outcomeOf(row, state);
    });
  return outcomes;
}

type State = ReturnType<typeof stateOf>;

/** What is there while rows are gone through. */
function stateOf({ importer, lists, left, mostMembers }: Before) {
  return {
    importer,
    mostMembers,
    left: { ...left },
    follows: new Set<string>(),
    blocks: new Set<string>(),
    mutes: new Set<string>(),
    lists: new Map(lists.map(({ title, size, members }) => [title, { size, members: new Set(members) }])),
  };
}

function outcomeOf({ wish, target }: Row, state: State): Outcome {
  if (target === undefined) return failed("ACCOUNT_NOT_FOUND");
  if (wish.kind === "list") return listed(wish.title, target, state);
  if (target === "NOBODY") return failed("ROW_INVALID");
  const self = target.id === state.importer;
  if (wish.kind === "block") {
    if (self) return failed("SELF_BLOCK");
    return once(target.blocking, state.blocks, target.id, () => take(state, "blocks", "TOO_MANY_BLOCKS"));
  }
  if (wish.kind === "mute") {
    if (self) return failed("SELF_MUTE");
    return once(target.muting, state.mutes, target.id, () => take(state, "mutes", "TOO_MANY_MUTES"));
  }
  if (self) return failed("SELF_FOLLOW");
  if (target.blocking || state.blocks.has(target.id)) return failed("BLOCKED_BY_YOU");
  return once(
    target.following,
    state.follows,
    target.id,
    () => take(state, "follows", "TOO_MANY_FOLLOWS") ?? (target.locked ? "REQUESTED" : "DONE"),
  );
}

/** What is there, or was brought by an earlier row, stays as it is. */
function once(there: boolean, brought: Set<string>, id: string, bring: () => Outcome | undefined): Outcome {
  if (there || brought.has(id)) return "UNCHANGED";
  const outcome = bring() ?? "DONE";
  if (typeof outcome === "string") brought.add(id);
  return outcome;
}

function take(state: State, kind: keyof State["left"], reason: string): Outcome | undefined {
  if (state.left[kind] <= 0) return failed(reason);
  state.left[kind]--;
  return undefined;
}

function listed(title: string, target: Target | "NOBODY", state: State): Outcome {
  const held = state.lists.get(title);
  const list = held ?? { size: 0, members: new Set<string>() };
  if (target !== "NOBODY") {
    if (target.blocking || state.blocks.has(target.id)) return failed("BLOCKED_BY_YOU");
    if (list.members.has(target.id)) return "UNCHANGED";
    if (list.size >= state.mostMembers) return failed("LIST_FULL");
  } else if (held) return "UNCHANGED";
  const refused = held ? undefined : take(state, "lists", "TOO_MANY_LISTS");
  if (refused) return refused;
  state.lists.set(title, list);
  if (target !== "NOBODY") {
    list.members.add(target.id);
    list.size++;
  }
  return "DONE";
}
