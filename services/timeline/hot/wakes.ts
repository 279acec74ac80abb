import type { Redis } from "#mesh/redis.ts";
import { bytesOf, ID_BYTES, idAt } from "../rules/entry-ids.ts";
import { bucketOf, homesKey } from "./buckets.ts";

/**
 * What a live reader hears. HOME: the own home took something, or may have. POSTS: these look different or are gone, whoever
 * shows them. PULLED: these accounts, which are delivered to nobody, have something new.
 */
export type Wake = { readonly kind: "HOME" } | { readonly kind: "POSTS" | "PULLED"; readonly ids: ReadonlySet<string> };

/** Hears and tells that homes have changed. A wake may come twice, late or, when Redis is away, not at all: it is a hint. */
export interface Wakes {
  on(viewerId: string, fn: (wake: Wake) => void): Disposable;
  /** Resolves when everything is heard that was asked for until now. */
  listening(): Promise<void>;
  /** Wakes these viewers: what they may see has changed. */
  viewers(viewerIds: Iterable<string>): Promise<void>;
  /** Wakes everybody who reads live. */
  all(kind: "POSTS" | "PULLED", ids: readonly string[]): Promise<void>;
}

const ALL = "timeline:homes:wake";
const PULLED = 1;

/** Makes the process's ear for wakes; it listens to nothing before somebody wants to hear. */
export function createWakes(redis: Redis, scope: AsyncDisposableStack): Wakes {
  const prefix = redis.client.options.keyPrefix ?? "";
  const channelOf = (bucket: number) => `${prefix}${homesKey(bucket)}:wake`;
  const everybody = `${prefix}${ALL}`;
  const listeners = new Map<string, Set<(wake: Wake) => void>>();
  const held = new Map<number, number>();
  let ear: Redis | undefined;
  let changed: Promise<void> = Promise.resolve();
  scope.defer(async () => ear?.[Symbol.asyncDispose]());

  function open(): Redis {
    const made = redis.another();
    made.client.on("messageBuffer", (channel: Buffer, message: Buffer) => {
      if (channel.toString() === everybody) {
        const ids = new Set(idsOf(message.subarray(1)));
        const kind = message[0] === PULLED ? "PULLED" : "POSTS";
        for (const fns of listeners.values()) for (const fn of fns) fn({ kind, ids });
      } else for (const id of idsOf(message)) for (const fn of listeners.get(id) ?? []) fn({ kind: "HOME" });
    });
    // Whatever was said while the connection was away was missed, and a subscription may have failed with it.
    made.client.on("ready", () => {
      for (const [bucket, viewers] of held) if (viewers > 0) change("subscribe", channelOf(bucket));
      change("subscribe", everybody);
      for (const fns of listeners.values()) for (const fn of fns) fn({ kind: "HOME" });
    });
    return made;
  }

  // One after the other: who leaves and comes back must not be subscribed first and unsubscribed then.
  function change(what: "subscribe" | "unsubscribe", channel: string): void {
    if (!ear) return;
    const { client, whenUp } = ear;
    const done = changed.then(() => whenUp()).then(() => client[what](channel));
    changed = done.then(
      () => undefined,
      () => undefined,
    );
  }

  return {
    on(viewerId, fn) {
      const bucket = bucketOf(viewerId);
      const fns = listeners.get(viewerId) ?? new Set();
      ear ??= open();
      listeners.set(viewerId, fns.add(fn));
      const before = held.get(bucket) ?? 0;
      held.set(bucket, before + 1);
      if (before === 0) change("subscribe", channelOf(bucket));
      return {
        [Symbol.dispose]() {
          if (!fns.delete(fn)) return;
          if (fns.size === 0) listeners.delete(viewerId);
          const left = (held.get(bucket) ?? 1) - 1;
          held.set(bucket, left);
          if (left === 0) change("unsubscribe", channelOf(bucket));
        },
      };
    },
    listening: () => changed,
    async viewers(viewerIds) {
      const by = Map.groupBy(viewerIds, bucketOf);
      if (by.size === 0 || !redis.up) return;
      const told = [...by].map(([bucket, ids]) =>
        redis.client.publish(channelOf(bucket), Buffer.concat(ids.map(bytesOf))),
      );
      await Promise.allSettled(told);
    },
    async all(kind, ids) {
      if (ids.length === 0 || !redis.up) return;
      const first = Buffer.of(kind === "PULLED" ? PULLED : 0);
      await redis.client.publish(everybody, Buffer.concat([first, ...ids.map(bytesOf)])).catch(() => undefined);
    },
  };
}

const idsOf = (message: Buffer): string[] =>
  Array.from({ length: message.length / ID_BYTES }, (_, place) => idAt(message, place));
