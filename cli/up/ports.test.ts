import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { freePort } from "../servers/port.ts";
import { requireFree, takenBy } from "./ports.ts";

test("a taken port is told with its owner and two ways out", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const refusal = await requireFree(port, "GATEWAY_PORT").catch((error: unknown) => String(error));
  server.close();
  expect(refusal).toMatch(new RegExp(`^✖ port ${port} is used by .*\\(pid ${process.pid}`));
  expect(refusal).toMatch(new RegExp(` · try: ./skein up --port \\d+ · or stop pid ${process.pid}$`));
});

test("a free port, and the wish for any, are let through", async () => {
  await requireFree(await freePort(), "GATEWAY_PORT");
  await requireFree(0, "GATEWAY_PORT");
  await requireFree(-1, "ADMIN_PORT");
});

test.each([
  ["node /x/node_modules/.bin/vite --port 7700", 'port 7700 is used by node (pid 4121, "vite")'],
  ["node --inspect server.js", 'port 7700 is used by node (pid 4121, "server.js")'],
  ["node -e require('net')", "port 7700 is used by node (pid 4121)"],
  ["node", "port 7700 is used by node (pid 4121)"],
])("%s is named by what it runs", (command, words) => {
  expect(takenBy(7700, { pid: 4121, name: "node", command })).toBe(words);
});

test("an owner that cannot be seen is not invented", () => {
  expect(takenBy(7700, undefined)).toBe("port 7700 is used by a process that we may not see");
});
