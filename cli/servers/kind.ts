import type { Launch } from "./guard.ts";
import type { Place } from "./place.ts";
import type { ServerName } from "./record.ts";
import type { Command, Sought } from "./way.ts";

/** What is special about one kind of server; how it is found, watched and stopped is the same for all. */
export interface Kind {
  readonly name: ServerName;
  /** The variable that names a server of the user's own. */
  readonly variable: "DATABASE_URL" | "REDIS_URL" | "NATS_URL";
  readonly defaultPort: number;
  /** Its address on our loopback. */
  url(home: string, port: number): string;
  /** Talks to the server for real and answers its version. */
  greet(url: string): Promise<string>;
  /** Gets binary and data ready and answers how to run it on a port. */
  prepare(place: Place, durable: boolean, command: (name: Sought) => Promise<Command>): Promise<Prepared>;
}

export interface Prepared {
  readonly data: string;
  readonly patienceMs: number;
  readonly container?: string;
  launch(port: number): Launch;
}
