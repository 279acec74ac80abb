/**
 * Lets work with the same key go one by one in this process. The database would see to that too, but whoever waits there
 * holds a connection; whoever waits here holds none.
 */
export function createLine() {
  const last = new Map<string, Promise<unknown>>();
  return async <A>(key: string, act: () => Promise<A>): Promise<A> => {
    const before = last.get(key);
    const mine = (async () => {
      await before?.catch(() => undefined); // how it ended is its own caller's affair
      return act();
    })();
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
