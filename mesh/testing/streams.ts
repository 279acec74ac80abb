import { connect } from "@nats-io/transport-node";
import { managerOf, streamName } from "../log/stream.ts";

/** Removes the streams of a namespace, of which the server would keep one for every service of every test. */
export async function dropStreams(nats: string, namespace: string): Promise<void> {
  const connection = await connect({ servers: nats });
  const { streams } = await managerOf(connection);
  for await (const { config } of streams.list(`${namespace}.evt.>`)) {
    if (config.name.startsWith(streamName(namespace, ""))) await streams.delete(config.name);
  }
  await connection.close();
}
