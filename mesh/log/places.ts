import type { Move } from "./positions.ts";

/** Where a consumer stands in one partition. */
export interface Place {
  /** Applied, or found to be of no concern. */
  at: bigint;
  /** As the database has it. */
  saved: bigint;
  /** Failures in a row; while there are any it goes alone, one event at a time. */
  attempts: number;
  /** Rounds in a row in which its next event was not here, but others' were. */
  lacked: number;
  resting: boolean;
  paused: boolean;
}

/** The partitions that are a runner's own. */
export interface Places {
  get(partition: number): Place | undefined;
  all(): number[];
  /** They are to be ours from now on, as soon as it is known where each stands. */
  claim(partitions: readonly number[]): void;
  /** Nothing happens if the partition was dropped meanwhile, or stands somewhere already. */
  take(partition: number, at: bigint): void;
  drop(partitions: readonly number[]): void;
  /** Stands there, in the database too. */
  stand(partition: number, at: bigint, saved: bigint): void;
  /** Went on without an effect; the database learns of it later. */
  pass(partition: number, at: bigint): void;
  unsaved(): Move[];
  saved(partition: number, before: bigint, after: bigint): void;
  /** Another number whenever more became ours; undefined where there is nothing, or not known yet of all where it stands. */
  readonly tenure: number | undefined;
}

/** None at first; `moved` hears of every step. */
export function placesOf(moved: (partition: number, at: bigint) => void): Places {
  const places = new Map<number, Place>();
  const ours = new Set<number>();
  let claims = 0;
  return {
    get: (partition) => places.get(partition),
    all: () => [...places.keys()],
    claim(partitions) {
      claims++;
      for (const partition of partitions) ours.add(partition);
    },
    take(partition, at) {
      if (!ours.has(partition) || places.has(partition)) return;
      places.set(partition, { at, saved: at, attempts: 0, lacked: 0, resting: false, paused: false });
      moved(partition, at);
    },
    drop(partitions) {
      for (const partition of partitions) {
        ours.delete(partition);
        places.delete(partition);
      }
    },
    stand(partition, at, saved) {
      const place = places.get(partition);
      if (!place) return;
      Object.assign(place, { at, saved, attempts: 0 });
      moved(partition, at);
    },
    pass(partition, at) {
      const place = places.get(partition);
      if (!place || at <= place.at) return;
      Object.assign(place, { at, attempts: 0 });
      moved(partition, at);
    },
    get tenure() {
      return ours.size > 0 && places.size === ours.size ? claims : undefined;
    },
    unsaved: () =>
      [...places].flatMap(([partition, { at, saved }]) =>
        at > saved ? [{ partition, before: saved, after: at }] : [],
      ),
    saved(partition, before, after) {
      const place = places.get(partition);
      if (place?.saved === before) place.saved = after;
    },
  };
}
