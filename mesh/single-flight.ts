/** Look-ups under way: whoever asks for a key that somebody is already looking up waits for that answer. */
export interface Flights {
  /** `lookUp` gets the ids that nobody is after yet. A look-up of somebody else that fails is made again, once. */
  board<T>(keyOf: ReadonlyMap<string, string>, lookUp: (mine: ReadonlyMap<string, string>) => Promise<ReadonlyMap<string, T>>): Promise<{ found: Map<string, T>; joined: number }>;
  /** From now on nobody joins what is under way for these keys: it may have begun before a change. */
  leave(keys: readonly string[]): void;
}

/** No look-ups are under way. Keys stand for one type of answer each; that is the caller's promise. */
export function createFlights(): Flights {
  const flying = new Map<string, Promise<unknown>>();

  /** Starts a look-up that others can join until it has ended. */
  function start<T>(mine: ReadonlyMap<string, string>, lookUp: (mine: ReadonlyMap<string, string>) => Promise<ReadonlyMap<string, T>>) {
    const all = lookUp(mine);
    for (const [id, key] of mine) {
      const flight: Promise<T | undefined> = all.then((found) => found.get(id)).finally(() => {
        if (flying.get(key) === flight) flying.delete(key);
      });
      flight.catch(() => undefined); // its failure is told to who started it, joined or not
      flying.set(key, flight);
    }
    return all;
  }

  async function board<T>(
    keyOf: ReadonlyMap<string, string>,
    lookUp: (mine: ReadonlyMap<string, string>) => Promise<ReadonlyMap<string, T>>,
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
