import type { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Counted } from "./histogram.ts";
import type { Loop } from "./pace.ts";

/** Somebody who is signed in. */
export interface Person {
  readonly id: string;
  readonly handle: string;
  readonly token: string;
}

/** What is called, again and again. */
export type Work =
  /** An empty method of the stock server that everything is compared with. */
  | { readonly kind: "empty" }
  /** The cheapest method there is behind the gateway: identity's public keys, from memory. */
  | { readonly kind: "keys"; readonly people: readonly Person[] }
  | {
      readonly kind: "home";
      readonly people: readonly Person[];
      readonly pageSize: number;
      readonly mode: TimelineMode;
      /** A page token for each person; without them first pages are read. */
      readonly cursors?: readonly string[];
    }
  | { readonly kind: "user"; readonly people: readonly Person[]; readonly pageSize: number }
  | { readonly kind: "post"; readonly people: readonly Person[] }
  /** Each pair once: `from` says how many were used up before. */
  | { readonly kind: "follow"; readonly people: readonly Person[]; readonly from: number }
  | { readonly kind: "login"; readonly handles: readonly string[]; readonly password: string }
  /** The well-known mix; each person has page tokens of several depths. */
  | { readonly kind: "mix"; readonly people: readonly Person[]; readonly cursors: readonly (readonly string[])[] };

/** One stretch of load. */
export interface Job {
  readonly url: string;
  readonly work: Work;
  readonly loop: Loop;
  readonly ms: number;
  readonly seed: number;
}

/** What came of the calls of one kind. */
export interface Tally {
  readonly calls: number;
  readonly errors: number;
  readonly durations: Counted;
  readonly bytes: number;
  /** Of the answers that were opened: how many, and the items in them. */
  readonly opened: number;
  readonly items: number;
}

/** What came of a job. */
export interface Outcome {
  readonly seconds: number;
  readonly tallies: Readonly<Record<string, Tally>>;
  /** What refusals said, and how often. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Seconds of a core that the generator itself took. */
  readonly cpu: number;
}
