import { connect } from "node:net";
import { connect as connectTls } from "node:tls";

/** Says something to a server, perhaps nothing, and answers what it said back once that matches. */
export function talk(
  url: string,
  defaultPort: number,
  words: string,
  enough: RegExp,
  patienceMs = 2000,
): Promise<string> {
  const { hostname, port, protocol } = new URL(url.split(",")[0] ?? url);
  const host = hostname.replace(/^\[|\]$/g, "");
  const address = { host, port: Number(port) || defaultPort };
  return new Promise((resolve, reject) => {
    const socket = protocol === "rediss:" ? connectTls({ ...address, servername: host }) : connect(address);
    let heard = "";
    socket.setTimeout(patienceMs, () => socket.destroy(new Error(`no answer in ${patienceMs} ms`)));
    socket.on("error", reject).on("close", () => reject(new Error("closed without an answer")));
    socket.on("data", (chunk) => {
      heard += chunk;
      if (!enough.test(heard)) return;
      resolve(heard);
      socket.destroy();
    });
    if (words) socket.write(words);
  });
}
