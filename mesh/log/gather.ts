import type { Lent } from "../lent.ts";
import type { LogEntry } from "./entry.ts";
import type { Feed } from "./feed.ts";
import type { Place, Places } from "./places.ts";

/** What one round takes at most, of one partition and in all. */
const SHARE = 128;
const ROUND = 512;
const LEAST = 8;
/** Word of an event runs ahead of the stream: so long the stream may take before the owner is asked. */
const GRACE_MS = 8;
const PULLS_AT_ONCE = 8;
/** In so many rounds others may be applied while a partition lacks its next event: then the owner is asked beside them. */
const PATIENT_ROUNDS = 10;

/** What is to be applied of one partition. */
export interface Share {
  readonly partition: number;
  readonly place: Place;
  readonly entries: readonly LogEntry[];
}

/** A position from which there is no way on. */
export interface Useless {
  readonly partition: number;
  readonly before: bigint;
  readonly why: string;
}

interface Manner {
  readonly own: boolean;
  readonly lent: Lent;
  readonly signal: AbortSignal;
}

/** Takes what is there of the partitions that may have something new, and pulls at the owner what should be there and is not. */
export async function gather(
  feed: Feed,
  places: Places,
  ready: Set<number>,
  { own, lent, signal }: Manner,
): Promise<{ shares: Share[]; useless: Useless[]; early: number[] }> {
  const shares: Share[] = [];
  const useless: Useless[] = [];
  const early: number[] = [];
  let room = ROUND;
  const lacking = () =>
    [...ready].flatMap((partition) => {
      const place = places.get(partition);
      const busy = place && !place.paused && !place.resting && feed.head(partition) > place.at;
      if (!busy) ready.delete(partition); // whoever ends the rest or the pause calls again
      return busy && !shares.some((share) => share.partition === partition) ? [{ partition, place }] : [];
    });
  const takeWhatIsHere = () => {
    const open = lacking();
    // The oldest of all of them, not all of some: what is applied in about the order of time is cheaper to keep in order.
    // Rounded down: all of them fit in, also the last, which would otherwise wait until one before it has nothing left.
    const fair = Math.min(SHARE, Math.max(LEAST, Math.floor(ROUND / Math.max(1, open.length))));
    for (const { partition, place } of open) {
      const entries = feed.next(partition, place.at, Math.min(fair, room));
      if (entries.length === 0) continue;
      place.lacked = 0;
      shares.push({ partition, place, entries });
      room -= entries.length;
      if (room <= 0) return;
    }
  };
  takeWhatIsHere();
  // What has come already does not wait for what has not.
  if (shares.length === 0 && lacking().length > 0 && !own) {
    await lent.timers.sleep(GRACE_MS, signal);
    takeWhatIsHere();
  }
  if (shares.length > 0) {
    // Nor does what has not come wait for a moment in which nothing comes. What is pulled lies there for a later round.
    const patient = lacking().filter(({ place }) => ++place.lacked > PATIENT_ROUNDS);
    for (const { partition, place } of patient.slice(0, PULLS_AT_ONCE)) {
      place.lacked = 0;
      void feed.pull(partition, place.at).catch(() => undefined);
    }
    return { shares, useless, early };
  }
  const pulled = await Promise.all(
    lacking()
      .slice(0, PULLS_AT_ONCE)
      .map(async ({ partition, place }) => ({ partition, place, ...(await feed.pull(partition, place.at)) })),
  );
  for (const { partition, place, entries, head, tooOld } of pulled) {
    if (tooOld) useless.push({ partition, before: place.at, why: "dropped by retention" });
    else if (head < place.at) useless.push({ partition, before: place.at, why: "ahead of the owner" });
    else if (entries.length > 0) shares.push({ partition, place, entries: entries.slice(0, ROUND / PULLS_AT_ONCE) });
    else early.push(partition); // the answer is older than the word of the event: ask again, in a moment
  }
  return { shares, useless, early };
}
