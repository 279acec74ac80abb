/** How an account's posts reach its followers, as the database names it. */
export type Fanout = "PUSH" | "PULL";

/** Where the way changes; see config. */
export interface FanoutBounds {
  readonly fanoutThreshold: number;
  readonly fanoutHysteresis: number;
}

/** The tier of an account with so many followers. Between the two bounds it stays what it was, so that it does not flutter. */
export function fanoutTier(before: Fanout, followers: number, bounds: FanoutBounds): Fanout {
  const { fanoutThreshold, fanoutHysteresis } = bounds;
  if (followers >= fanoutThreshold) return "PULL";
  return followers > fanoutThreshold * (1 - fanoutHysteresis / 100) ? before : "PUSH";
}
