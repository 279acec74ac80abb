import type { Kind } from "./kind.ts";
import { dataDirectory } from "./place.ts";
import { talk } from "./talk.ts";
import { commandLine } from "./way.ts";

/** Redis or Valkey. */
export const redis: Kind = {
  name: "redis",
  variable: "REDIS_URL",
  defaultPort: 6379,
  url: (_home, port) => `redis://127.0.0.1:${port}/0`,
  greet: async (url) => {
    // A server with a password answers NOAUTH, which is an answer; one that still loads its data is not ready.
    const heard = await talk(
      url,
      6379,
      "PING\r\nINFO server\r\n",
      /\+PONG\r\n[\s\S]*redis_version:[^\r]+\r\n|-(NOAUTH|NOPERM)/,
    );
    return heard.match(/redis_version:([^\r]+)/)?.[1] ?? "?";
  },
  prepare: async (place, durable, command) => {
    const data = dataDirectory(place, "redis");
    const keeping = durable ? ["--appendonly", "yes", "--appendfsync", "everysec"] : ["--appendonly", "no"];
    const inner = (port: number, bind: string, dir: string) => [
      "--port",
      `${port}`,
      "--bind",
      bind,
      "--dir",
      dir,
      "--protected-mode",
      "no",
      "--save",
      "",
      ...keeping,
    ];
    return commandLine(await command("redis"), place, { name: "redis", innerPort: 6379, data, inner });
  },
};
