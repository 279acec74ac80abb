import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { freePort, portOwner } from "./port.ts";

test("a listener is named by pid and command, and its port is not given out", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  expect(portOwner(port)).toMatchObject({ pid: process.pid, command: expect.stringContaining("node") });
  expect(await freePort(port)).not.toBe(port);
  server.close();
  await once(server, "close");
  expect(portOwner(port)).toBeUndefined();
  expect(await freePort(port)).toBe(port);
});

test("a listener on IPv6 is found as well", async () => {
  const server = createServer().listen(0, "::");
  await once(server, "listening");
  expect(portOwner((server.address() as { port: number }).port)?.pid).toBe(process.pid);
  server.close();
});
