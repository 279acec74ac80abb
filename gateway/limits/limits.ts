import type { DescMethod } from "@bufbuild/protobuf";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { Redis, Script } from "#mesh/redis.ts";
import type { GatewayLoan } from "../deps.ts";
import { type Payer, type Policy, policiesOf } from "./policies.ts";
import { fixedWindow, steadyBucket } from "./scripts.ts";
import type { Standing } from "./standing.ts";

/** What taking came to: how the caller stands, and which allowance is used up. */
export interface Taken {
  readonly standings: readonly Standing[];
  readonly refused: Standing | undefined;
}

/** Everybody's allowances. */
export interface Limits {
  readonly policies: readonly Policy[];
  /** Takes a call's cost from every allowance that concerns it, all at once. */
  take(method: DescMethod, payer: Payer): Promise<Taken>;
  /** Takes from the address's own allowance, whoever calls; 0 units only look. */
  takeFromAddress(payer: Payer, units: number): Promise<Taken>;
}

/** Counts in Redis; while it is away each process counts for itself, and no caller notices. */
export function createLimits({ config, redis }: Pick<GatewayLoan, "config" | "redis">): Limits {
  const policies = policiesOf(config);
  const limiters = new Map(policies.map((policy) => [policy, limiterOf(policy, redis)]));

  const takeFrom = async (
    policy: Policy,
    payer: Payer,
    units: number,
  ): Promise<{ standing: Standing; over: boolean }> => {
    const key = policy.per === "address" ? payer.address : (payer.accountId ?? payer.address);
    const { result, over } = await spend(limiters.get(policy) as RateLimiterRedis, key, units);
    const left = over ? 0 : Math.min(result.remainingPoints, policy.quota);
    return { standing: { policy, remaining: left, resetMs: Math.max(0, result.msBeforeNext) }, over };
  };
  const takeAll = async (wanted: readonly { policy: Policy; units: number }[], payer: Payer): Promise<Taken> => {
    const taken = await Promise.all(wanted.map(({ policy, units }) => takeFrom(policy, payer, units)));
    const refused = taken.filter(({ over }) => over).map(({ standing }) => standing);
    const longest = refused.sort((a, b) => b.resetMs - a.resetMs)[0];
    return { standings: taken.map(({ standing }) => standing), refused: longest };
  };
  return {
    policies,
    take(method, payer) {
      const wanted = policies.flatMap((policy) => {
        const units = policy.units(method, payer);
        return units === undefined ? [] : [{ policy, units }];
      });
      return takeAll(wanted, payer);
    },
    takeFromAddress(payer, units) {
      const wanted = policies.filter(({ name }) => name === "anonymous").map((policy) => ({ policy, units }));
      return takeAll(wanted, payer);
    },
  };
}

function limiterOf({ name, quota, windowS, steady }: Policy, redis: Redis): RateLimiterRedis {
  const shape = { keyPrefix: `limit:${name}`, points: quota, duration: windowS };
  return new RateLimiterRedis({
    ...shape,
    storeClient: running(redis, steady ? steadyBucket : fixedWindow),
    rejectIfRedisNotReady: true,
    insuranceLimiter: new RateLimiterMemory(shape),
    // Who is over a window's quota stays so until it ends: that needs no further trip.
    ...(!steady && { inMemoryBlockOnConsumed: quota + 1 }),
  });
}

// A limiter gives its script a name on the client it gets, where another's script of the same name may be already.
const running = (redis: Redis, how: Script) => ({
  get status() {
    return redis.client.status;
  },
  rlflxIncr: ([key = "", ...args]: string[]) => redis.run(how, [key], args),
});

async function spend(
  limiter: RateLimiterRedis,
  key: string,
  units: number,
): Promise<{ result: RateLimiterRes; over: boolean }> {
  try {
    return { result: await limiter.consume(key, units), over: false };
  } catch (thrown) {
    if (thrown instanceof RateLimiterRes) return { result: thrown, over: true };
    throw thrown;
  }
}
