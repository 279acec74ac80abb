import type { ServerName } from "./record.ts";
import type { Way } from "./way.ts";

/**
 * PostgreSQL, Redis and NATS, ready. Disposing stops what this call started and nothing else: whoever started a server
 * owns it, and takes it along when it ends, even from under a second host that found it running.
 */
export interface Servers extends AsyncDisposable {
  /** Superuser URL, with its password. */
  readonly postgres: string;
  readonly redis: string;
  readonly nats: string;
  readonly about: readonly About[];
}

/** One server: named by a URL, found running, or started by us. */
export interface About {
  readonly name: ServerName;
  readonly how: "url" | "running" | "started";
  readonly version: string;
  readonly pid?: number;
  readonly port: number;
  readonly data?: string;
}

export interface ServerOptions {
  /** SKEIN_HOME, absolute. */
  readonly home: string;
  /** False for tests: nothing is forced to disk, Redis keeps nothing. */
  readonly durable: boolean;
  /** Servers of the user's own: used as they are, never stopped. */
  readonly given?: { readonly [name in ServerName]?: string | undefined };
  readonly say?: (line: string) => void;
  readonly signal?: AbortSignal;
  /** How to find Redis and NATS; the default is PATH, unpacked before, Docker, Debian. */
  readonly ways?: readonly Way[];
}
