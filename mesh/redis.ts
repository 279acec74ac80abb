import { createHash } from "node:crypto";
import { Redis as Client, Command } from "ioredis";
import { maskUrl } from "./config/kinds.ts";
import type { Chance } from "./lent.ts";

/** A Lua script. All its keys must carry one bucket tag where Redis is a cluster. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/** What a script is called with. */
export interface ScriptCall {
  readonly keys: readonly string[];
  readonly args: readonly (string | number | Buffer)[];
}

/** One line of the log: Redis has come or gone. */
export interface RedisState {
  readonly up: boolean;
  readonly at: string;
  readonly why?: string;
}

/**
 * A Redis that fails at once when it is away and comes back by itself. Nothing in it may be the only copy. Keys are
 * prefixed with the namespace, also those of scripts.
 */
export interface Redis extends AsyncDisposable {
  /** Whether it answers, as far as is known. While false, commands fail without waiting. */
  readonly up: boolean;
  /** The client itself, for commands that have no method here; the same rules hold for it. */
  readonly client: Client;
  /** Changes when what was asked for up to then may have reached Redis: until then, a question may serve several who ask it. */
  readonly turn: number;
  /** Values by key, null where there is none: one round trip. */
  getMany(keys: readonly string[]): Promise<(Buffer | null)[]>;
  /** Runs a script: one round trip, two when Redis has forgotten it. */
  run(script: Script, keys: readonly string[], args: readonly (string | number | Buffer)[]): Promise<unknown>;
  /** The same; strings come as the bytes they are. */
  runBytes(script: Script, keys: readonly string[], args: readonly (string | number | Buffer)[]): Promise<unknown>;
  /**
   * Runs a script for each of the calls and says what became of each: all go in one write. A pipeline of the client does the
   * same, but gets a shape of its own each time, and then its commands are garbage that only a whole collection finds.
   */
  runMany(script: Script, calls: readonly ScriptCall[]): Promise<PromiseSettledResult<unknown>[]>;
  /** One more connection to the same Redis, for what must not stand in others' way: bulk work, subscriptions. */
  another(more?: Pick<RedisOptions, "patienceMs">): Redis;
  /** Resolves as soon as it is up; rejects with the signal's reason, or when it is closed. */
  whenUp(signal?: AbortSignal): Promise<void>;
}

export interface RedisOptions {
  /** Prefix of all keys, so that several installations and tests can share a server. */
  readonly namespace: string;
  readonly chance: Chance;
  readonly say?: (state: RedisState) => void;
  /** Called once for each round trip, in the context of whoever makes it. */
  readonly onTrip?: () => void;
  /** How long a command may take. */
  readonly patienceMs?: number;
}

const MOST_BACKOFF_MS = 2_000;

const scripts = new Set<Script>();

/** Prepares a script, once, at import: every connection opened later teaches it to its Redis first. */
export function script(lua: string): Script {
  const made = { lua, sha: createHash("sha1").update(lua).digest("hex") };
  scripts.add(made);
  return made;
}

/** Begins to connect and goes on trying for ever; does not wait. */
export function openRedis(url: string, options: RedisOptions): Redis {
  const { namespace, chance, say, onTrip, patienceMs = 150 } = options;
  if (/[{}]/.test(namespace)) throw new Error(`namespace ${namespace}: braces would take the place of the bucket tag`);
  const client = new Client(url, {
    keyPrefix: `${namespace}:`,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false, // a script that was perhaps applied must not be applied again
    maxRetriesPerRequest: 0,
    commandTimeout: patienceMs,
    connectTimeout: 1_000,
    socketTimeout: patienceMs * 4, // a server that hangs is soon taken for gone, instead of costing every call its patience
    disconnectTimeout: 100,
    retryStrategy(attempt) {
      const most = Math.min(50 * 2 ** Math.min(attempt, 10), MOST_BACKOFF_MS);
      return most / 2 + chance.below(most / 2);
    },
    reconnectOnError: (error) => error.message.startsWith("READONLY"), // the primary has moved
    // Round trips are counted to their caller, and one slow script must not delay strangers: who has many commands sends them as one.
    enableAutoPipelining: false,
    disableClientInfo: true,
  });
  const sent = eachSent(client, onTrip);
  // Made by hand: the client would look up which arguments are keys, and put the namespace before them one by one.
  const send = (name: string, args: (string | number | Buffer)[], encoding: "utf8" | null): Promise<unknown> => {
    return client.sendCommand(new Command(name, args, { replyEncoding: encoding })) as Promise<unknown>;
  };
  const run = ({ lua, sha }: Script, args: (string | number | Buffer)[], encoding: "utf8" | null): Promise<unknown> =>
    taught(send("evalsha", [sha, ...args], encoding), () => send("eval", [lua, ...args], encoding));
  const ours = (keys: readonly string[]): string[] => keys.map((key) => `${namespace}:${key}`);

  const at = maskUrl(url);
  let said: boolean | undefined;
  let why = "connection closed";
  const closed = new AbortController();
  const tell = (up: boolean): void => {
    if (closed.signal.aborted || said === up) return;
    said = up;
    say?.(up ? { up, at } : { up, at, why });
  };
  client.on("error", (error: Error) => {
    why = error.message || ("code" in error ? String(error.code) : error.name);
  });
  client.on("close", () => tell(false));
  client.on("ready", () => {
    why = "connection closed";
    for (const { lua } of scripts) client.script("LOAD", lua).catch(() => undefined); // at worst `run` sends it
    tell(true);
  });

  return {
    client,
    get up() {
      return client.status === "ready";
    },
    get turn() {
      return sent.turn;
    },
    getMany: (keys) => send("mget", ours(keys), null) as Promise<(Buffer | null)[]>,
    run: (script, keys, args) => run(script, [keys.length, ...ours(keys), ...args], "utf8"),
    runBytes: (script, keys, args) => run(script, [keys.length, ...ours(keys), ...args], null),
    runMany: async (script, calls) => {
      if (calls.length === 0) return [];
      const asked = sent.together(() =>
        calls.map(({ keys, args }) => run(script, [keys.length, ...ours(keys), ...args], "utf8")),
      );
      return Promise.allSettled(asked);
    },
    another: (more) => openRedis(url, { ...options, say: () => undefined, ...more }),
    async whenUp(signal) {
      const over = signal ? AbortSignal.any([signal, closed.signal]) : closed.signal;
      over.throwIfAborted();
      if (client.status !== "ready") await heard(client, "ready", over);
    },
    async [Symbol.asyncDispose]() {
      if (closed.signal.aborted) return;
      closed.abort(new Error("redis was closed"));
      if (client.status === "ready") await client.quit().catch(() => undefined); // lets answers under way arrive
      const over = heard(client, "end", AbortSignal.timeout(1_000)).catch(() => undefined);
      const open = client.status !== "end" && client.status !== "reconnecting"; // nothing is open then, no event would come
      client.disconnect();
      if (open) await over;
    },
  };
}

/** What a Redis answers that has forgotten the script is no answer: it gets the text. */
async function taught(asked: Promise<unknown>, tell: () => Promise<unknown>): Promise<unknown> {
  try {
    return await asked;
  } catch (error) {
    if (!forgotten(error)) throw error;
    return await tell();
  }
}

/** Redis does not know the script, or not any more. */
const forgotten = (error: unknown): boolean => error instanceof Error && error.message.startsWith("NOSCRIPT");

/** Not `once` of node:events: that one gives up at the first "error", of which there is one per attempt to connect. */
async function heard(client: Client, event: "ready" | "end", signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = () => reject(signal.reason);
  client.once(event, resolve);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    await promise;
  } finally {
    client.off(event, resolve);
    signal.removeEventListener("abort", giveUp);
  }
}

/**
 * Counts what is sent, and joins what is sent within one turn of the event loop into one write: a system call for each
 * command would cost as much as the command. The turn ends when all that came in has been read, so nobody waits for it.
 */
function eachSent(client: Client, onTrip: (() => void) | undefined) {
  let counted = false;
  const sent = {
    turn: 0,
    /** What is sent meanwhile is one trip. */
    together<T>(sending: () => T): T {
      if (client.status === "ready") onTrip?.();
      counted = true;
      try {
        return sending();
      } finally {
        counted = false;
      }
    },
  };
  const send = client.sendCommand.bind(client);
  let held: Client["stream"] | undefined;
  client.sendCommand = (command, stream) => {
    if (client.status === "ready") {
      // A pipeline is one trip, counted at its first command; the handshake and the scripts' loading are nobody's.
      if (!counted && !command.pipelineIndex && command.name !== "script") onTrip?.();
      const socket = client.stream; // another after each loss
      if (held !== socket) {
        held = socket;
        socket.cork();
        setImmediate(() => {
          sent.turn++;
          socket.uncork();
          if (held === socket) held = undefined;
        });
      }
    }
    return send(command, stream);
  };
  return sent;
}
