export { chooseHome } from "./home.ts";
export { type PortOwner, portOwner } from "./port.ts";
export { Preflight } from "./preflight.ts";
export type { ServerName } from "./record.ts";
export { type Running, serversRunning, stopServers } from "./running.ts";
export type { About, ServerOptions, Servers } from "./servers.ts";
export { startServers } from "./start.ts";
export type { Stopped } from "./stop.ts";
export type { Way } from "./way.ts";
