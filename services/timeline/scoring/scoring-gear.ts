import type { Bare } from "../deps.ts";
import { createRankingBook, type RankingBook } from "./ranking-book.ts";
import { createSignalMemory, type SignalMemory } from "./signal-memory.ts";

/** What this process knows of weights and scores. */
export interface ScoringGear {
  readonly ranking: RankingBook;
  readonly signals: SignalMemory;
}

/** Reads the weights; goes on looking until the scope ends. */
export const createScoringGear = async (loan: Bare, scope: AsyncDisposableStack): Promise<ScoringGear> => ({
  ranking: await createRankingBook(loan, scope),
  signals: createSignalMemory(),
});
