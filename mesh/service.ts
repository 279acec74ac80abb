import type {
  DescMessage,
  DescMethod,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { Logger } from "pino";
import type { Cache } from "./cache.ts";
import type { Spec, Values } from "./config.ts";
import type { Consumer } from "./consumer.ts";
import type { Context } from "./context.ts";
import type { Cursors } from "./cursor.ts";
import type { Edge } from "./edge.ts";
import type { Keyring } from "./identity/keyring.ts";
import type { Lent } from "./lent.ts";
import type { Feeds } from "./log/feeds.ts";
import type { Proof } from "./log/proof.ts";
import type { Snapshot } from "./log/snapshot.ts";
import type { Redis } from "./redis.ts";
import type { Db } from "./store/database.ts";
import type { Entities } from "./store/entities.ts";
import type { MigrationClass } from "./store/migrate.ts";

/** The handler of one RPC: plain message in, plain message (or a stream of them) out. */
export type Rpc<M extends DescMethod> =
  M extends DescMethodUnary<infer I, infer O>
    ? (request: MessageShape<I>, context: Context) => Promise<MessageInitShape<O>>
    : M extends DescMethodServerStreaming<infer I, infer O>
      ? (request: MessageShape<I>, context: Context) => AsyncIterable<MessageInitShape<O>>
      : never;

/** Any handler, its types forgotten: what the pipeline works with. */
export type AnyRpc = (
  request: MessageShape<DescMessage>,
  context: Context,
) => Promise<MessageInitShape<DescMessage>> | AsyncIterable<MessageInitShape<DescMessage>>;

/** A contract with a handler for every one of its methods. */
export interface Served<Deps> {
  readonly contract: DescService;
  readonly handlers: Readonly<Record<string, (deps: Deps) => AnyRpc>>;
}

/** Joins a contract with its handlers. Total: a forgotten RPC does not compile. */
export function serve<S extends DescService, Deps>(
  contract: S,
  handlers: { readonly [K in keyof S["method"]]: (deps: Deps) => Rpc<S["method"][K]> },
): Served<Deps> {
  return { contract, handlers: handlers as unknown as Served<Deps>["handlers"] };
}

/** The contracts a service may call, by the name it knows them under. */
export type Calls = Readonly<Record<string, DescService>>;

/** What the host lends to a service. */
export interface Loan<C extends Calls, K extends Spec> extends Lent {
  readonly service: string;
  readonly config: Values<K>;
  readonly db: Db;
  readonly feeds: Feeds;
  readonly proof: Proof;
  readonly redis: Redis;
  readonly cache: Cache;
  readonly cursors: Cursors;
  readonly peers: { readonly [P in keyof C]: Client<C[P]> };
  readonly keyring: Keyring;
  readonly log: Logger;
}

/** Work that comes round by itself; one replica does it at a time. */
export interface Job<Deps> {
  readonly name: string;
  readonly everyMs: number;
  run(deps: Deps, signal: AbortSignal): Promise<void>;
}

/** A service as it describes itself. Nothing is opened until a host starts it. */
export interface Definition<C extends Calls, K extends Spec, Gear extends object> {
  readonly name: string;
  readonly config: K;
  readonly calls: C;
  /** Absent for services that keep nothing. */
  readonly entities?: Entities;
  readonly migrations?: readonly MigrationClass[];
  readonly serves: readonly Served<Loan<C, K> & Gear>[];
  readonly jobs?: readonly Job<Loan<C, K> & Gear>[];
  /** What it does about events, its own or others'. */
  readonly consumes?: readonly Consumer<Loan<C, K> & Gear>[];
  /** What others may read of it whole, to build upon it. */
  readonly snapshots?: readonly Snapshot[];
  /** Makes what the handlers need beyond the loan; what it opens it hands to the scope. */
  readonly equip?: (loan: Loan<C, K>, scope: AsyncDisposableStack) => Gear | Promise<Gear>;
  /** Opened when everything else serves: how the gateway meets the outside. */
  readonly edge?: (deps: Loan<C, K> & Gear, edge: Edge) => Promise<AsyncDisposable>;
}

/** A service whose own types are forgotten, so that a host can hold a list of them. */
export type Service = Definition<Calls, Spec, object>;

/** Describes a service; see Definition. */
export function defineService<const C extends Calls, const K extends Spec, Gear extends object = object>(
  definition: Definition<C, K, Gear>,
): Service {
  return definition as unknown as Service;
}
