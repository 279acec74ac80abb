import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { serversRunning, startServers, type Way } from "./index.ts";
import { onPath } from "./on-path.ts";
import { freePort } from "./port.ts";
import { fleeting, temporaryHome } from "./testing.ts";

test("a URL where nobody answers is named without its password, with the fix", { timeout: 20_000 }, async () => {
  await using home = temporaryHome();
  const port = await freePort();
  const given = { redis: `redis://:hush@127.0.0.1:${port}/0` };
  await expect(startServers(fleeting(home.path, { given }))).rejects.toMatchObject({
    code: "REDIS_UNREACHABLE",
    message: `REDIS_URL names 127.0.0.1:${port}, which does not answer (ECONNREFUSED)`,
    fix: "start it, or unset REDIS_URL and Skein brings its own",
  });
  expect(serversRunning(home.path)).toEqual([]);
});

test("without a way to get a server the start fails with the fix and takes back what it had begun", async () => {
  await using home = temporaryHome();
  const ways = [onPath("/nowhere/at/all")];
  await expect(startServers(fleeting(home.path, { ways }))).rejects.toMatchObject({
    name: "Preflight",
    code: "REDIS_AND_NATS_MISSING",
    message: "redis-server and nats-server not found",
    fix: expect.stringMatching(/ · or start Docker · or set REDIS_URL and NATS_URL$/),
  });
  expect(serversRunning(home.path)).toEqual([]);
});

test("a server that dies at start shows the end of its log", async () => {
  await using home = temporaryHome();
  const quarrelsome = join(home.path, "quarrelsome");
  writeFileSync(quarrelsome, "#!/bin/sh\necho 'the moon is in the wrong house'\nexit 9\n", { mode: 0o755 });
  const ways = [async () => ({ redis: { file: quarrelsome }, nats: { file: quarrelsome } })];
  await expect(startServers(fleeting(home.path, { ways }))).rejects.toThrow(
    /ended at start \(exit code 9\); the end of .*\.log:\n {2}\| the moon is in the wrong house/,
  );
});

test("an abort in the middle of a start leaves nothing", async () => {
  await using home = temporaryHome();
  const { signal, abort } = abortable();
  const ways = [
    async (...asked: Parameters<Way>) => {
      abort();
      return await onPath()(...asked);
    },
  ];
  await expect(startServers(fleeting(home.path, { ways, signal }))).rejects.toThrow("changed my mind");
  expect(serversRunning(home.path)).toEqual([]);
});

function abortable(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(new Error("changed my mind")) };
}
