import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import { type EntryIds, firstIdAt, ID_BYTES, idAt } from "../rules/entry-ids.ts";

/** So many of an account's posts are candidates; whoever wants to go further back reads storage. */
const MOST = 100;
const AUTHORS = 20_000;

/** What accounts that are delivered to nobody have posted. */
export interface Pulled {
  /** Newest first, each once. */
  readonly ids: EntryIds;
  /** Nothing is lacking down to this id, itself included; what is older is only in storage. */
  readonly floor: string;
}

interface Known {
  readonly mark: string;
  readonly ids: EntryIds;
}

/** Pulled posts in this process's memory, by their author, each as of a mark. */
export type PulledMemory = Map<string, Known>;

/** Nothing is known yet. */
export const createPulledMemory = (): PulledMemory => new Map();

/**
 * The pulled posts of these accounts within the horizon. `mark` is what a home was read with: while it stays the same
 * nobody has pulled posts that are not known here, and nothing is asked; without one storage is asked each time.
 */
export async function pulledFor(
  { db, clock, config, pulled }: Pick<Deps, "db" | "clock" | "config" | "pulled">,
  actorIds: readonly string[],
  mark?: string,
): Promise<Pulled> {
  const since = clock.now().getTime() - config.pullHorizon;
  const horizon = firstIdAt(since);
  if (actorIds.length === 0) return { ids: Buffer.alloc(0), floor: horizon };
  const unknown = mark === undefined ? actorIds : actorIds.filter((id) => pulled.get(id)?.mark !== mark);
  const read = unknown.length > 0 ? await newestPulled(db, unknown, horizon) : undefined;
  let floor = horizon;
  const lists = actorIds.map((id) => {
    const ids = read?.get(id) ?? pulled.get(id)?.ids ?? Buffer.alloc(0);
    if (ids.length >= MOST * ID_BYTES) floor = laterOf(floor, idAt(ids, MOST - 1));
    return ids;
  });
  if (mark !== undefined && read) remember(pulled, read, mark);
  const [only] = lists;
  return { ids: lists.length === 1 && only ? only : sorted(lists), floor };
}

async function newestPulled({ query }: Pick<Deps["db"], "query">, actorIds: readonly string[], horizon: string) {
  const rows = await query<{ id: string; ids: Buffer | null }>(sql`
    select actor.id, (select string_agg(uuid_send(entry_id), '' order by entry_id desc) from (select entry_id from entry
        where actor_id = actor.id and tier = 2 and entry_id > ${horizon}::uuid order by entry_id desc limit ${MOST}::int) as e) as ids
    from unnest(${actorIds}::uuid[]) as actor (id)`);
  return new Map(rows.map(({ id, ids }) => [id, ids ?? Buffer.alloc(0)]));
}

function remember(pulled: PulledMemory, read: ReadonlyMap<string, EntryIds>, mark: string): void {
  for (const [id, ids] of read) {
    pulled.delete(id);
    pulled.set(id, { mark, ids });
  }
  for (const [oldest] of pulled) {
    if (pulled.size <= AUTHORS) break;
    pulled.delete(oldest);
  }
}

/** Several accounts' lists as one. Whoever follows many has thousands of ids here: sorting numbers of places is too slow. */
function sorted(lists: readonly EntryIds[]): EntryIds {
  let heap = lists.filter((ids) => ids.length > 0);
  while (heap.length > 1) {
    const next: EntryIds[] = [];
    for (let at = 0; at < heap.length; at += 2) {
      const [a, b] = [heap[at], heap[at + 1]];
      if (a && b) next.push(mergeTwo(a, b));
      else if (a) next.push(a);
    }
    heap = next;
  }
  return heap[0] ?? Buffer.alloc(0);
}

function mergeTwo(a: EntryIds, b: EntryIds): EntryIds {
  const out = Buffer.allocUnsafe(a.length + b.length);
  let [x, y, end] = [0, 0, 0];
  while (x < a.length && y < b.length) {
    const first = a.compare(b, y, y + ID_BYTES, x, x + ID_BYTES) > 0;
    if (first) {
      a.copy(out, end, x, x + ID_BYTES);
      x += ID_BYTES;
    } else {
      b.copy(out, end, y, y + ID_BYTES);
      y += ID_BYTES;
    }
    end += ID_BYTES;
  }
  end += a.copy(out, end, x);
  end += b.copy(out, end, y);
  return out.subarray(0, end);
}

const laterOf = (a: string, b: string): string => (a > b ? a : b);
