import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "@nats-io/jetstream";
import { type NatsConnection, nanos } from "@nats-io/transport-node";
import { subjectsOf } from "./envelope.ts";

/** What decides about a service's stream. */
export interface StreamOptions {
  readonly namespace: string;
  readonly maxAgeMs: number;
  readonly replicas: number;
}

/** Repeated publishing within this time is stored once: an economy, never relied upon. */
const DUPLICATES_MS = 120_000;

/** The stream that carries a service's log. */
export const streamName = (namespace: string, service: string): string =>
  `EVT_${namespace}_${service}`.replaceAll(/[^\w-]/g, "_");

/** Made without asking whether JetStream is enabled: that costs a round trip, and the next request tells anyway. */
export const managerOf = (connection: NatsConnection): Promise<JetStreamManager> =>
  jetstreamManager(connection, { checkAPI: false, timeout: 3_000 });

/** Makes the stream; one that is there keeps what operators have set beyond our settings. */
export async function ensureStream(connection: NatsConnection, service: string, options: StreamOptions): Promise<void> {
  const { streams } = await managerOf(connection);
  const config = configOf(service, options);
  try {
    await streams.add({
      ...config,
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
    });
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === NAME_IN_USE)) throw error;
    await streams.update(config.name, config);
  }
}

/** Whether the stream is there. */
export async function hasStream(
  connection: NatsConnection,
  service: string,
  { namespace }: StreamOptions,
): Promise<boolean> {
  const { streams } = await managerOf(connection);
  try {
    await streams.info(streamName(namespace, service));
    return true;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) return false;
    throw error;
  }
}

/** The server's words for "there is no such stream". */
export const STREAM_NOT_FOUND = 10059;
/** The stream is there, but configured otherwise. */
const NAME_IN_USE = 10058;

function configOf(service: string, { namespace, maxAgeMs, replicas }: StreamOptions) {
  return {
    name: streamName(namespace, service),
    subjects: [subjectsOf(namespace, service)],
    max_age: nanos(maxAgeMs),
    duplicate_window: nanos(Math.min(DUPLICATES_MS, maxAgeMs)),
    num_replicas: replicas,
  } satisfies Partial<StreamConfig>;
}
