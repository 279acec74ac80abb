import type { Kind } from "./kind.ts";
import { dataDirectory } from "./place.ts";
import { talk } from "./talk.ts";
import { commandLine } from "./way.ts";

/** NATS with JetStream. */
export const nats: Kind = {
  name: "nats",
  variable: "NATS_URL",
  defaultPort: 4222,
  url: (_home, port) => `nats://127.0.0.1:${port}`,
  greet: async (url) => {
    const heard = await talk(url, 4222, "", /^INFO .*\r\n/);
    return (JSON.parse(heard.slice("INFO ".length, heard.indexOf("\r\n"))) as { version?: string }).version ?? "?";
  },
  prepare: async (place, _durable, command) => {
    const data = dataDirectory(place, "nats");
    const inner = (port: number, bind: string, dir: string) => [
      "--port",
      `${port}`,
      "--addr",
      bind,
      "--jetstream",
      "--store_dir",
      dir,
    ];
    return commandLine(await command("nats"), place, { name: "nats", innerPort: 4222, data, inner });
  },
};
