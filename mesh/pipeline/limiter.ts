import { Tier } from "#gen/skein/options/v1/options_pb.ts";
import { meshFailure } from "../failure.ts";

/** The share of a service's places that each tier may fill: what matters most is shed last. */
const SHARE: Record<number, number> = { [Tier.CRITICAL]: 1, [Tier.STANDARD]: 0.9, [Tier.BACKGROUND]: 0.5 };

/** Bounds how many calls a service works on at once; beyond that they are refused at once instead of queued. */
export function createLimiter(places: number) {
  let busy = 0;
  return {
    /** Takes a place or throws; `shed` counts the refusal. */
    enter(tier: Tier, shed: () => void): Disposable {
      if (busy >= places * (SHARE[tier] ?? SHARE[Tier.BACKGROUND] ?? 1)) {
        shed();
        throw meshFailure("TOO_BUSY", { retryAfterMs: 500 });
      }
      busy++;
      return {
        [Symbol.dispose]() {
          busy--;
        },
      };
    },
    get busy() {
      return busy;
    },
  };
}
