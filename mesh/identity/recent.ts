/**
 * A bounded map that forgets what was not used for long: it keeps at most `most` values, and of those used last at least
 * half as many. In two generations, because putting each value that is read at the end of one map costs three times as much.
 */
export function recent<V>(most: number) {
  let young = new Map<string, V>();
  let old = new Map<string, V>();
  const keep = (key: string, value: V): void => {
    young.set(key, value);
    if (young.size < most / 2) return;
    old = young;
    young = new Map();
  };
  return {
    get(key: string): V | undefined {
      const value = young.get(key);
      if (value !== undefined) return value;
      const aged = old.get(key);
      if (aged !== undefined) keep(key, aged);
      return aged;
    },
    set: keep,
    delete(key: string): boolean {
      const known = young.delete(key);
      return old.delete(key) || known;
    },
    clear(): void {
      young = new Map();
      old = new Map();
    },
  };
}
