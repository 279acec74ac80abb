import type { Lent } from "../lent.ts";
import type { Places } from "./places.ts";
import type { Positions } from "./positions.ts";

/** Until positions are written down that moved without a transaction: other replicas look there to see how far we are. */
const SOON_MS = 100;

/** Writes positions down that moved without an effect. */
export interface Saving extends AsyncDisposable {
  save(): Promise<void>;
  soon(): void;
  /** While positions are being written down none may be moved in another way. */
  readonly done: Promise<void>;
}

/** Whose positions they are. */
export interface Mover {
  /** Resolves when it has ended what it began. */
  settled(): Promise<unknown>;
  /** They stand elsewhere in the database than was believed: somebody else moved them, or a crash took them back. */
  mistaken(partitions: readonly number[]): Promise<void>;
}

/** Nothing is saved before it is asked for. */
export function createSaving(
  positions: Positions,
  places: Places,
  { timers }: Pick<Lent, "timers">,
  mover: Mover,
): Saving {
  let done: Promise<void> = Promise.resolve();
  let due: Disposable | undefined;
  async function write(): Promise<void> {
    await mover.settled();
    const moves = places.unsaved();
    if (moves.length === 0) return;
    const moved = await positions.skip(moves);
    for (const { partition, before, after } of moves) if (moved.has(partition)) places.saved(partition, before, after);
    const others = moves.map(({ partition }) => partition).filter((partition) => !moved.has(partition));
    if (others.length > 0) await mover.mistaken(others);
  }
  function save(): Promise<void> {
    const writing = done.then(write); // two at once would each take the other's for somebody else's
    done = writing.catch(() => undefined);
    return writing;
  }
  return {
    save,
    soon() {
      due ??= timers.after(SOON_MS, () => {
        due = undefined;
        void save().catch(() => undefined); // they are saved every second anyway
      });
    },
    get done() {
      return done;
    },
    async [Symbol.asyncDispose]() {
      due?.[Symbol.dispose]();
      await save().catch(() => undefined);
    },
  };
}
