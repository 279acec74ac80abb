import { createMemory, type Memory } from "../hot/memory.ts";
import type { Signals } from "../rules/base-score.ts";

/** A post's signals in a window, and its score where everybody's weights were used. */
export interface Kept {
  readonly signals: Signals;
  /** Not counted for the window yet: what was read is right for moments only. */
  readonly until: number;
  score: { readonly version: bigint; readonly value: number } | undefined;
}

/** What this process remembers of the windows that may still be asked about. */
export interface SignalMemory {
  /** A window's own memory; empty once a later round has counted it again. Whoever fills it fills the one of before. */
  of(windowMs: number, round: number): Memory<Kept>;
}

const MOST = 50_000;
/** Two are kept in storage; a third is of whoever has just seen the next one begin. */
const WINDOWS = 3;

/** Nothing is remembered yet. */
export function createSignalMemory(): SignalMemory {
  const windows = new Map<number, { readonly round: number; readonly kept: Memory<Kept> }>();
  return {
    of(windowMs, round) {
      const known = windows.get(windowMs);
      if (known && known.round >= round) return known.kept;
      const kept = createMemory<Kept>(MOST);
      windows.set(windowMs, { round, kept });
      if (windows.size > WINDOWS) windows.delete(Math.min(...windows.keys()));
      return kept;
    },
  };
}
