/** A bounded map that forgets what was not used for longest. */
export function recent<V>(most: number) {
  const kept = new Map<string, V>();
  return {
    get(key: string): V | undefined {
      const value = kept.get(key);
      if (value === undefined) return undefined;
      kept.delete(key);
      kept.set(key, value);
      return value;
    },
    set(key: string, value: V): void {
      kept.delete(key);
      kept.set(key, value);
      if (kept.size > most) kept.delete(kept.keys().next().value as string);
    },
    delete: (key: string) => kept.delete(key),
    clear: () => kept.clear(),
  };
}
