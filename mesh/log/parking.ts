import type { Lent } from "../lent.ts";
import type { Tx } from "../store/commit.ts";
import type { Db } from "../store/database.ts";
import { park, parkedSubjects, stillParked } from "./dead-letters.ts";
import type { LogEntry } from "./entry.ts";

/** What a consumer has put aside, and what must not overtake it. */
export interface Parking {
  load(): Promise<void>;
  /** Of some entries those that may be applied; later ones of a subject that was put aside are put behind it. */
  free(tx: Tx, entries: readonly LogEntry[]): Promise<LogEntry[]>;
  put(tx: Tx, entry: LogEntry, cause: unknown, attempts: number): Promise<void>;
}

/** Nothing is known of what is put aside until it is loaded. */
export function createParking(
  db: Pick<Db, "query">,
  { ids }: Pick<Lent, "ids">,
  consumer: string,
  source: string,
): Parking {
  let subjects = new Set<string>();
  async function behind(tx: Tx, entry: LogEntry): Promise<boolean> {
    if (!(await stillParked(tx, consumer, source, entry.subject))) {
      subjects.delete(entry.subject);
      return false;
    }
    await park(tx, ids, { consumer, source, entry, cause: "behind an earlier one", attempts: 0 });
    return true;
  }
  return {
    async load() {
      subjects = new Set([...subjects, ...(await parkedSubjects(db.query, consumer, source))]);
    },
    async free(tx, entries) {
      const free: LogEntry[] = [];
      for (const entry of entries) if (!subjects.has(entry.subject) || !(await behind(tx, entry))) free.push(entry);
      return free;
    },
    async put(tx, entry, cause, attempts) {
      await park(tx, ids, { consumer, source, entry, cause: String(cause), attempts });
      subjects.add(entry.subject); // if the transaction fails it is looked up for nothing
    },
  };
}
