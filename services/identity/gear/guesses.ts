import { createHmac } from "node:crypto";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { ExpectedFailure } from "#mesh/failure.ts";
import { script } from "#mesh/redis.ts";
import { createSemaphore, type Semaphore, Shed } from "#mesh/semaphore.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import type { Login } from "../rules/login.ts";

/** Bounds how often wrong passwords and codes are tried. */
export interface Guesses {
  /** Tries to sign in; a failure for bad credentials counts, whatever else happens does not. */
  during<T>(login: Login, attempt: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

// The library's own would be sent along with its first use, and would count below zero when paid back after the window.
const COUNT = script(`local count = redis.call('incrby', KEYS[1], ARGV[1])
  if count < 0 then
    redis.call('set', KEYS[1], 0, 'KEEPTTL')
    count = 0
  end
  if redis.call('ttl', KEYS[1]) < 0 then redis.call('expire', KEYS[1], ARGV[2]) end
  return {count, redis.call('pttl', KEYS[1])}`);
const WINDOW_S = 900;
/** An account has two names to sign in with. Each has its half: what was tried with one must not show at the other. */
const NAMES = 2;
const QUEUE = 100;

/**
 * Counts guesses in Redis, in memory while that is away. Known and unknown names are treated alike, before anybody looks
 * them up. The window is fixed: whoever goes on guessing does not make it longer.
 */
export function createGuesses({ redis, config, keyring }: Pick<Deps, "redis" | "config" | "keyring">): Guesses {
  const bound = {
    keyPrefix: "identity:guesses",
    points: Math.max(1, Math.floor(config.guesses / NAMES)),
    duration: WINDOW_S,
  };
  const limiter = new RateLimiterRedis({
    ...bound,
    storeClient: redis.client,
    customIncrTtlLuaScript: COUNT.lua,
    rejectIfRedisNotReady: true,
    insuranceLimiter: new RateLimiterMemory(bound),
  });
  const secret = keyring.derive("guesses");
  const inLine = lines();
  return {
    during({ handle, email }, attempt, signal) {
      // Redis gets no address to read.
      const key = createHmac("sha256", secret).update(`${handle}\n${email}`).digest("base64url");
      // One at a time: a guess is paid before it is made, and paid back, so that right passwords at once would use up all.
      return inLine(key, signal, async () => {
        await limiter.consume(key).catch(refuse);
        try {
          const done = await attempt();
          await payBack(limiter, key);
          return done;
        } catch (error) {
          if (!isGuess(error)) await payBack(limiter, key);
          throw error;
        }
      });
    },
  };
}

const isGuess = (error: unknown) => error instanceof ExpectedFailure && error.reason === "BAD_CREDENTIALS";
const payBack = (limiter: RateLimiterRedis, key: string) => limiter.reward(key).catch(() => undefined);

function refuse(cause: unknown): never {
  if (cause instanceof RateLimiterRes) throw failure("TOO_MANY_GUESSES", { retryAfterMs: cause.msBeforeNext });
  throw cause;
}

/** A queue for each key in use. */
function lines() {
  const open = new Map<string, { line: Semaphore; users: number }>();
  return async <T>(key: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> => {
    const mine = open.get(key) ?? { line: createSemaphore({ slots: 1, queue: QUEUE }), users: 0 };
    open.set(key, mine);
    mine.users++;
    try {
      return await mine.line.run(work, signal);
    } catch (error) {
      if (error instanceof Shed) throw failure("BUSY", { retryAfterMs: 1_000, cause: error });
      throw error;
    } finally {
      if (--mine.users === 0) open.delete(key);
    }
  };
}
