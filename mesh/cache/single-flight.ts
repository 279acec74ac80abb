/** Looks up what nobody is after yet, ids to keys. What it knows before the rest it may tell at once, by `land`. */
export type LookUp<T> = (
  mine: ReadonlyMap<string, string>,
  land: (id: string, value: T | undefined) => void,
) => Promise<ReadonlyMap<string, T>>;

/** Look-ups under way: whoever asks for a key that somebody is already looking up waits for that answer. */
export interface Flights {
  /** `found` lacks ids that nobody knows. A look-up of somebody else that fails is made again, once. */
  board<T>(keyOf: ReadonlyMap<string, string>, lookUp: LookUp<T>): Promise<{ found: Map<string, T>; joined: number }>;
  /** From now on nobody joins what is under way for these keys: it may have begun before a change. */
  leave(keys: readonly string[]): void;
}

/** No look-ups are under way. Keys stand for one type of answer each; that is the caller's promise. */
export function createFlights(): Flights {
  const flying = new Map<string, Promise<unknown>>();

  /** Starts a look-up that others can join until it has ended. */
  async function start<T>(mine: ReadonlyMap<string, string>, lookUp: LookUp<T>): Promise<ReadonlyMap<string, T>> {
    const flights = new Map([...mine].map(([id, key]) => [id, { key, ...Promise.withResolvers<T | undefined>() }]));
    for (const { key, promise } of flights.values()) {
      promise.catch(() => undefined); // its failure is told to who started it, joined or not
      flying.set(key, promise);
    }
    // The way is clear before anybody hears the answer: who asks after that must not get an old one.
    const clear = (id: string) => {
      const flight = flights.get(id);
      if (flight && flying.get(flight.key) === flight.promise) flying.delete(flight.key);
      return flight;
    };
    try {
      const found = await lookUp(mine, (id, value) => clear(id)?.resolve(value));
      for (const id of mine.keys()) clear(id)?.resolve(found.get(id));
      return found;
    } catch (error) {
      for (const id of mine.keys()) clear(id)?.reject(error);
      throw error;
    }
  }

  async function board<T>(
    keyOf: ReadonlyMap<string, string>,
    lookUp: LookUp<T>,
    again = true,
  ): Promise<{ found: Map<string, T>; joined: number }> {
    const others = [...keyOf].flatMap(([id, key]) => {
      const flight = flying.get(key) as Promise<T | undefined> | undefined;
      return flight ? [{ id, key, flight }] : [];
    });
    const taken = new Set(others.map(({ id }) => id));
    const mine = new Map([...keyOf].filter(([id]) => !taken.has(id)));
    const found = new Map(mine.size > 0 ? await start(mine, lookUp) : []);
    const failed = new Map<string, string>();
    for (const { id, key, flight } of others) {
      try {
        const value = await flight;
        if (value !== undefined) found.set(id, value);
      } catch (error) {
        if (!again) throw error;
        failed.set(id, key); // perhaps only its caller was gone
      }
    }
    if (failed.size > 0) for (const [id, value] of (await board(failed, lookUp, false)).found) found.set(id, value);
    return { found, joined: others.length - failed.size };
  }

  return {
    board,
    leave(keys) {
      for (const key of keys) flying.delete(key);
    },
  };
}
