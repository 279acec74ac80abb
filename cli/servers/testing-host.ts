import { once } from "node:events";
import { startServers } from "./start.ts";

// The host that tests kill: starts the servers of the home it is given, says so in one line, waits for SIGTERM.
const asked = once(process, "SIGTERM");
const holding = setInterval(() => undefined, 60_000);
await using servers = await startServers({ home: process.argv[2] ?? "", durable: false });
process.stdout.write(`${JSON.stringify(servers.about)}\n`);
await asked;
clearInterval(holding);
