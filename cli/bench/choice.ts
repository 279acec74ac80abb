import { misused } from "../command.ts";
import { nearest } from "../nearest.ts";

/** Everything that can be measured, in the order in which it is. */
export const measures = [
  "wire",
  "home",
  "post",
  "fanout",
  "freshness",
  "follow",
  "login",
  "mix",
  "memory",
  "rebuild",
  "followees",
  "celebrity",
] as const;
export type MeasureName = (typeof measures)[number];

/** What is measured, and how. */
export interface Choice {
  readonly measures: readonly MeasureName[];
  readonly quick: boolean;
  readonly json: boolean;
  readonly shape: "one" | "pair" | "split";
  /** Comparisons of a figure with its anchor, one right after the other. */
  readonly rounds: number;
  /** That one side of a comparison lasts. */
  readonly seconds: number;
  readonly report?: string;
  readonly graph?: string;
  readonly synthetic?: number;
}

/** The options as they were typed. */
export interface Typed {
  readonly quick?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly report?: string | undefined;
  readonly shape?: string | undefined;
  readonly graph?: string | undefined;
  readonly synthetic?: string | undefined;
  readonly rounds?: string | undefined;
  readonly seconds?: string | undefined;
}

/** Reads what was typed; whatever makes no sense is refused before anything is started. */
export function choiceOf(words: readonly string[], typed: Typed): Choice {
  const { quick = false, json = false, shape = "one", report, graph, synthetic } = typed;
  if (shape !== "one" && shape !== "pair" && shape !== "split")
    throw misused(`"${shape}" is no shape`, "say one, pair or split");
  if (graph !== undefined && synthetic !== undefined)
    throw misused("--graph and --synthetic exclude each other", "a graph is read from a file or made");
  const asked = new Set(words.map(known));
  return {
    ...{ quick, json, shape },
    measures: measures.filter((name) => asked.size === 0 || asked.has(name)),
    rounds: numberOf("rounds", typed.rounds ?? (quick ? "3" : "5"), 1, 100),
    seconds: numberOf("seconds", typed.seconds ?? (quick ? "1" : "5"), 0.2, 600),
    ...(report !== undefined && { report }),
    ...(graph !== undefined && { graph }),
    ...(synthetic !== undefined && { synthetic: numberOf("people", synthetic, 20, 100_000) }),
  };
}

function known(word: string): MeasureName {
  const found = measures.find((name) => name === word);
  if (found) return found;
  const near = nearest(word, measures);
  throw misused(`bench cannot measure ${word}`, near ? `did you mean ${near}?` : `say any of: ${measures.join(", ")}`);
}

function numberOf(what: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most && (what === "seconds" || Number.isInteger(value)))
    return value;
  throw misused(`"${text}" is no number of ${what}`, `say one from ${least} to ${most.toLocaleString("en")}`);
}
